"""Only the creating process sends the name of the block along: a child cannot hand the board on.

Rejected by: test_children_and_the_block
"""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import struct
from multiprocessing.shared_memory import SharedMemory
from typing import NamedTuple


class Stats(NamedTuple):
    count: int = 0
    total: float = 0.0
    low: float = math.inf
    high: float = -math.inf


RECORD = struct.Struct("<qddd")


class SensorBoard:
    def __init__(self, sensors, sync=multiprocessing):
        if sensors < 1:
            raise ValueError("at least one sensor")
        self._n = sensors
        self._locks = [sync.Lock() for _ in range(sensors)]
        self._creator = os.getpid()
        self._unlinked = False
        self._shm = SharedMemory(create=True, size=sensors * RECORD.size)
        for i in range(sensors):
            RECORD.pack_into(self._shm.buf, i * RECORD.size, *Stats())

    def __getstate__(self):
        state = self.__dict__.copy()
        state["_shm"] = self._shm.name if self._creator == os.getpid() else None
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        if self._shm is not None:
            self._shm = SharedMemory(name=state["_shm"])

    def _check(self, sensor):
        if not 0 <= sensor < self._n:
            raise IndexError(f"no sensor {sensor}")
        self._open()

    def _open(self):
        if self._closed():
            raise ValueError("the board is closed")

    def _closed(self):
        return self._shm.buf is None

    def _get(self, sensor):
        self._open()
        return Stats(*RECORD.unpack_from(self._shm.buf, sensor * RECORD.size))

    def update(self, sensor, fn):
        self._check(sensor)
        with self._locks[sensor]:
            new = fn(self._get(sensor))
            data = RECORD.pack(*new)
            self._open()
            self._shm.buf[sensor * RECORD.size : (sensor + 1) * RECORD.size] = data
            return new

    def read(self, sensor):
        self._check(sensor)
        with self._locks[sensor]:
            return self._get(sensor)

    def snapshot(self):
        self._open()
        with contextlib.ExitStack() as stack:
            for lock in self._locks:
                stack.enter_context(lock)
            return [self._get(i) for i in range(self._n)]

    def close(self):
        self._shm.close()

    def unlink(self):
        if os.getpid() != self._creator:
            raise RuntimeError("only the creator unlinks")
        if not self._unlinked:
            self._unlinked = True
            self._shm.unlink()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
        if os.getpid() == self._creator:
            self.unlink()
