"""The end of a with block closes the board in the creating process only: a child's is open as before.

Rejected by: test_children_and_the_block
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


RECORD = struct.Struct("<qddd")


class SensorBoard:
    def __init__(self, sensors: int, sync: Any = multiprocessing) -> None:
        if sensors < 1:
            raise ValueError("sensors < 1")
        self._sensors = sensors
        self._pid = os.getpid()
        self._locks = [sync.Lock() for _ in range(sensors)]
        self._shm = SharedMemory(create=True, size=sensors * RECORD.size)
        self._closed = False
        self._unlinked = False
        for n in range(sensors):
            RECORD.pack_into(self._shm.buf, n * RECORD.size, *Stats())

    def _check(self, sensor: int = 0) -> None:
        if self._closed:
            raise ValueError("the board is closed")
        if not 0 <= sensor < self._sensors:
            raise IndexError(f"no sensor {sensor}")

    def _get(self, sensor: int) -> Stats:
        return Stats(*RECORD.unpack_from(self._shm.buf, sensor * RECORD.size))

    def update(self, sensor: int, fn: Callable[[Stats], Stats]) -> Stats:
        self._check(sensor)
        with self._locks[sensor]:
            new = fn(self._get(sensor))
            RECORD.pack_into(self._shm.buf, sensor * RECORD.size, *new)
            return new

    def read(self, sensor: int) -> Stats:
        self._check(sensor)
        with self._locks[sensor]:
            return self._get(sensor)

    def snapshot(self) -> list[Stats]:
        self._check()
        with ExitStack() as stack:
            for lock in self._locks:
                stack.enter_context(lock)
            return [self._get(n) for n in range(self._sensors)]

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._shm.close()

    def unlink(self) -> None:
        if os.getpid() != self._pid:
            raise RuntimeError("only the creating process may unlink")
        if not self._unlinked:
            self._unlinked = True
            self._shm.unlink()

    def __enter__(self) -> SensorBoard:
        return self

    def __exit__(self, *exc: object) -> None:
        if os.getpid() == self._pid:
            self.close()
            self.unlink()
