"""Does not notify when fn raises: who waits for that sensor is never told that it is free.

Rejected by: test_waiting_for_an_update_that_fails
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
    def __init__(self, sensors, sync=multiprocessing):
        if sensors < 1:
            raise ValueError(sensors)
        self._n = sensors
        self._cond = sync.Condition()
        self._pid = os.getpid()
        self._unlinked = False
        self._shm: SharedMemory | None = SharedMemory(create=True, size=33 * sensors)
        self._name = self._shm.name
        for i in range(sensors):
            _RECORD.pack_into(self._shm.buf, 32 * i, *Stats())
            self._shm.buf[32 * sensors + i] = 0

    def __getstate__(self):
        return {k: v for k, v in self.__dict__.items() if k != "_shm"}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._shm = SharedMemory(name=self._name)

    def _get(self, sensor):
        return Stats._make(_RECORD.unpack_from(self._shm.buf, 32 * sensor))

    def _index(self, sensor):
        if self._shm is None:
            raise ValueError("closed")
        if sensor not in range(self._n):
            raise IndexError(sensor)

    def update(self, sensor, fn):
        with self._cond:
            self._index(sensor)
            while self._shm.buf[32 * self._n + sensor]:
                self._cond.wait()
            self._shm.buf[32 * self._n + sensor] = 1
            old = self._get(sensor)
        data = None
        try:
            new = fn(old)
            data = _RECORD.pack(*new)
        except BaseException:
            with self._cond:
                self._shm.buf[32 * self._n + sensor] = 0
            raise
        else:
            with self._cond:
                if data:
                    self._shm.buf[32 * sensor : 32 * sensor + 32] = data
                self._shm.buf[32 * self._n + sensor] = 0
                self._cond.notify_all()
        return new

    def read(self, sensor):
        with self._cond:
            self._index(sensor)
            return self._get(sensor)

    def snapshot(self):
        with self._cond:
            self._index(0)
            return list(map(self._get, range(self._n)))

    def close(self):
        with self._cond:
            if self._shm is not None:
                self._shm.close()
                self._shm = None

    def unlink(self):
        if os.getpid() != self._pid:
            raise RuntimeError
        if self._unlinked:
            return
        self._unlinked = True
        if self._shm is not None:
            self._shm.unlink()
        else:
            block = SharedMemory(name=self._name)
            block.close()
            block.unlink()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
        if os.getpid() == self._pid:
            self.unlink()
