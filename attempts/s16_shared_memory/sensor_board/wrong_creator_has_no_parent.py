"""Takes who has no parent process for the creator: a child cannot remove a board that it has made itself.

Rejected by: test_board_of_a_child
"""

from __future__ import annotations

import math
import multiprocessing
import os
import struct
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing.shared_memory import SharedMemory
from typing import Any, NamedTuple


class Stats(NamedTuple):
    count: int = 0
    total: float = 0.0
    low: float = math.inf
    high: float = -math.inf


_RECORD = struct.Struct("<Qddd")


class SensorBoard:
    def __init__(self, sensors: int, sync: Any = multiprocessing) -> None:
        if sensors < 1:
            raise ValueError(f"at least one sensor, not {sensors}")
        self._sensors = sensors
        self._turn = [sync.Lock() for _ in range(sensors)]
        self._memory = sync.Lock()
        self._creator = os.getpid()
        self._block = SharedMemory(create=True, size=sensors * _RECORD.size)
        self._closed = self._unlinked = False
        for sensor in range(sensors):
            self._write(sensor, Stats())

    def _write(self, sensor, record):
        data = _RECORD.pack(*record)
        self._block.buf[sensor * _RECORD.size : (sensor + 1) * _RECORD.size] = data

    def _load(self, sensor):
        return Stats(*_RECORD.unpack_from(self._block.buf, sensor * _RECORD.size))

    def _check(self, sensor=0):
        if self._closed:
            raise ValueError("the board is closed")
        if not 0 <= sensor < self._sensors:
            raise IndexError(f"no sensor {sensor}")

    def update(self, sensor: int, fn: Callable[[Stats], Stats]) -> Stats:
        self._check(sensor)
        with self._turn[sensor]:
            new = fn(self._load(sensor))
            with self._memory:
                self._check(sensor)
                self._write(sensor, new)
        return new

    def read(self, sensor: int) -> Stats:
        with self._memory:
            self._check(sensor)
            return self._load(sensor)

    def snapshot(self) -> list[Stats]:
        with self._memory:
            self._check()
            return [self._load(sensor) for sensor in range(self._sensors)]

    def close(self) -> None:
        with self._memory:
            self._closed = True
            self._block.close()

    def unlink(self) -> None:
        if multiprocessing.parent_process() is not None:
            raise RuntimeError("only the creating process removes the block")
        if not self._unlinked:
            self._unlinked = True
            self._block.unlink()

    def __enter__(self):
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
        if multiprocessing.parent_process() is None:
            self.unlink()
