"""Right: writing() and reading() wait for their slot when they are called, not when the block is entered.

In `with ring.writing() as frame:` this is one and the same moment.
"""

from __future__ import annotations

import multiprocessing
import os
from contextlib import contextmanager
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np

FREE, WRITING, FULL, READING = range(4)


class RingClosed(Exception):
    """There is nothing more to write, or to read."""


class _Entered:
    def __init__(self, block, frame):
        self.block, self.frame = block, frame

    def __enter__(self):
        return self.frame

    def __exit__(self, *error):
        self.frame = None
        return self.block.__exit__(*error)


class FrameRing:
    def __init__(self, slots, shape, dtype, sync=multiprocessing):
        if slots < 1:
            raise ValueError("slots must be at least 1")
        self._slots = slots
        self._shape = tuple(shape)
        self._dtype = np.dtype(dtype)
        size = int(np.prod(self._shape, dtype=np.int64)) * self._dtype.itemsize
        if size < 1:
            raise ValueError("empty frame")
        self._stride = -(-size // 64) * 64
        self._offset = -(-(2 + 2 * slots) * 8 // 64) * 64
        self._condition = sync.Condition()
        self._shm = SharedMemory(create=True, size=self._offset + slots * self._stride)
        self._name = self._shm.name
        self._attach()
        self._table[:] = 0

    def _attach(self):
        self._table = np.ndarray((2 + 2 * self._slots,), np.int64, buffer=self._shm.buf)
        self._state = self._table[2 : 2 + self._slots]
        self._number = self._table[2 + self._slots :]
        self._open = {}

    def __getstate__(self):
        state = self.__dict__.copy()
        for name in ("_shm", "_table", "_state", "_number", "_open"):
            del state[name]
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._shm = SharedMemory(name=self._name)
        self._attach()

    def _view(self, slot):
        return np.ndarray(self._shape, self._dtype, buffer=self._shm.buf, offset=self._offset + slot * self._stride)

    def _count(self, change):
        pid = os.getpid()
        self._open[pid] = self._open.get(pid, 0) + change

    def _free_slot(self):
        free = np.flatnonzero(self._state == FREE)
        return int(free[0]) if len(free) else None

    def _next_frame(self):
        full = np.flatnonzero(self._state == FULL)
        return int(min(full, key=lambda slot: self._number[slot])) if len(full) else None

    def _over(self):
        return self._table[0] and not (self._state == WRITING).any()

    def writing(self, timeout=None):
        block = self._writing(timeout)
        return _Entered(block, block.__enter__())

    @contextmanager
    def _writing(self, timeout=None):
        with self._condition:
            if not self._condition.wait_for(lambda: self._table[0] or self._free_slot() is not None, timeout):
                raise TimeoutError("no free slot")
            if self._table[0]:
                raise RingClosed("finished")
            slot = self._free_slot()
            self._state[slot] = WRITING
            self._count(+1)
        good = False
        try:
            yield self._view(slot)
            good = True
        finally:
            with self._condition:
                if good:
                    self._table[1] += 1
                    self._number[slot] = self._table[1]
                    self._state[slot] = FULL
                else:
                    self._state[slot] = FREE
                self._count(-1)
                self._condition.notify_all()

    def reading(self, timeout=None):
        block = self._reading(timeout)
        return _Entered(block, block.__enter__())

    @contextmanager
    def _reading(self, timeout=None):
        with self._condition:
            if not self._condition.wait_for(lambda: self._next_frame() is not None or self._over(), timeout):
                raise TimeoutError("no frame")
            slot = self._next_frame()
            if slot is None:
                raise RingClosed("finished")
            self._state[slot] = READING
            self._count(+1)
        try:
            frame = self._view(slot)
            frame.flags.writeable = False
            yield frame
        finally:
            with self._condition:
                self._state[slot] = FREE
                self._count(-1)
                self._condition.notify_all()

    def finish(self):
        with self._condition:
            self._table[0] = 1
            self._condition.notify_all()

    def close(self):
        with self._condition:
            if self._shm is None:
                return
            if self._open.get(os.getpid(), 0):
                raise RuntimeError("a block is open")
            shm, self._shm = self._shm, None
            self._table = self._state = self._number = None
        shm.close()

    def unlink(self):
        shm = self._shm
        if shm is not None:
            shm.unlink()
        else:
            again = SharedMemory(name=self._name)
            again.unlink()
            again.close()
