"""Takes no lock for a snapshot: each record is whole, but they are of different moments.

Rejected by: test_while_the_block_is_in_use
"""

from __future__ import annotations

import math
import multiprocessing
import os
import struct
from collections.abc import Callable
from multiprocessing.shared_memory import SharedMemory
from typing import Any, NamedTuple


class Stats(NamedTuple):
    count: int = 0
    total: float = 0.0
    low: float = math.inf
    high: float = -math.inf


_RECORD = struct.Struct("qddd")


class SensorBoard:
    def __init__(self, sensors: int, sync: Any = multiprocessing) -> None:
        if sensors < 1:
            raise ValueError(f"at least one sensor is needed, not {sensors}")
        self._locks = [sync.Lock() for _ in range(sensors)]
        self._block = SharedMemory(create=True, size=sensors * _RECORD.size)
        self._creator = os.getpid()
        self._linked = True
        self._closed = False
        for sensor in range(sensors):
            self._write(sensor, Stats())

    def update(self, sensor: int, fn: Callable[[Stats], Stats]) -> Stats:
        self._check(sensor)
        with self._locks[sensor]:
            new = fn(self._read(sensor))
            self._write(sensor, new)
            return new

    def read(self, sensor: int) -> Stats:
        self._check(sensor)
        with self._locks[sensor]:
            return self._read(sensor)

    def snapshot(self) -> list[Stats]:
        self._check()
        return [self._read(sensor) for sensor in range(len(self._locks))]

    def close(self) -> None:
        self._closed = True
        self._block.close()

    def unlink(self) -> None:
        if os.getpid() != self._creator:
            raise RuntimeError("the block belongs to the process that created it")
        if self._linked:
            self._linked = False
            self._block.unlink()

    def __enter__(self) -> SensorBoard:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
        if os.getpid() == self._creator:
            self.unlink()

    def _check(self, sensor: int = 0) -> None:
        if self._closed:
            raise ValueError("the board is closed")
        if not 0 <= sensor < len(self._locks):
            raise IndexError(f"no sensor {sensor}: there are {len(self._locks)}")

    def _read(self, sensor: int) -> Stats:
        return Stats(*_RECORD.unpack_from(self._block.buf, sensor * _RECORD.size))

    def _write(self, sensor: int, stats: Stats) -> None:
        start = sensor * _RECORD.size
        self._block.buf[start : start + _RECORD.size] = _RECORD.pack(*stats)
