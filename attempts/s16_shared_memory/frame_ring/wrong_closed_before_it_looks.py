"""close() notes that it is done before it looks for open blocks: the next call does nothing.

Rejected by: test_nothing_left
"""

from __future__ import annotations

import multiprocessing
import os
import time
from contextlib import contextmanager
from multiprocessing.shared_memory import SharedMemory

import numpy as np


class RingClosed(Exception):
    """There is nothing more to write, or to read."""


FINISHED, WRITERS, STAMP = range(3)
FREE, WRITING, READY, READING = range(4)


class FrameRing:
    def __init__(self, slots, shape, dtype, sync=multiprocessing):
        self._slots = slots
        self._shape = tuple(shape)
        self._dtype = np.dtype(dtype)
        self._nbytes = int(np.prod(self._shape, dtype=np.int64)) * self._dtype.itemsize
        if slots < 1:
            raise ValueError("slots must be at least 1")
        if self._nbytes < 1:
            raise ValueError("a frame must not be empty")
        self._start = (8 * (3 + 2 * slots) + 63) // 64 * 64
        self._step = (self._nbytes + 63) // 64 * 64
        self._shm = SharedMemory(create=True, size=self._start + slots * self._step)
        self._map()
        self._header[:] = 0
        self._changed = sync.Condition()

    def _map(self):
        self._header = np.ndarray((3,), np.int64, self._shm.buf)
        self._state = np.ndarray((self._slots,), np.int64, self._shm.buf, 24)
        self._stamp = np.ndarray((self._slots,), np.int64, self._shm.buf, 24 + 8 * self._slots)
        self._pid = os.getpid()
        self._open = 0
        self._closed = False

    def __getstate__(self):
        d = self.__dict__.copy()
        for n in ("_header", "_state", "_stamp", "_pid", "_open"):
            del d[n]
        return d

    def __setstate__(self, d):
        self.__dict__.update(d)
        self._map()

    def _mine(self, by):
        if self._pid != os.getpid():
            self._pid = os.getpid()
            self._open = 0
        self._open += by
        return self._open

    def _view(self, i):
        return np.ndarray(self._shape, self._dtype, self._shm.buf, self._start + i * self._step)

    def _wait(self, deadline):
        if deadline is None:
            self._changed.wait()
            return
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._changed.wait(left)

    @contextmanager
    def writing(self, timeout=None):
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while True:
                if self._header[FINISHED]:
                    raise RingClosed
                free = np.flatnonzero(self._state == FREE)
                if len(free):
                    break
                self._wait(deadline)
            i = int(free[0])
            self._state[i] = WRITING
            self._header[WRITERS] += 1
            self._mine(1)
        after = FREE
        try:
            yield self._view(i)
            after = READY
        finally:
            with self._changed:
                if after == READY:
                    self._header[STAMP] += 1
                    self._stamp[i] = self._header[STAMP]
                self._state[i] = after
                self._header[WRITERS] -= 1
                self._mine(-1)
                self._changed.notify_all()

    @contextmanager
    def reading(self, timeout=None):
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while True:
                ready = np.flatnonzero(self._state == READY)
                if len(ready):
                    break
                if self._header[FINISHED] and not self._header[WRITERS]:
                    raise RingClosed
                self._wait(deadline)
            i = min((int(k) for k in ready), key=lambda k: int(self._stamp[k]))
            self._state[i] = READING
            self._mine(1)
        try:
            view = self._view(i)
            view.flags.writeable = False
            yield view
        finally:
            with self._changed:
                self._state[i] = FREE
                self._mine(-1)
                self._changed.notify_all()

    def finish(self):
        with self._changed:
            self._header[FINISHED] = 1
            self._changed.notify_all()

    def close(self):
        with self._changed:
            if self._closed:
                return
            self._closed = True
            if self._mine(0):
                raise RuntimeError("a block is open")
            self._header = self._state = self._stamp = None
            self._shm.close()

    def unlink(self):
        self._shm.unlink()
