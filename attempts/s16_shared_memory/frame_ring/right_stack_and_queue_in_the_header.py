"""A stack of free slots and a queue of full ones in the block's header; the time-out is counted by hand."""

from __future__ import annotations

import multiprocessing
import os
import time
from multiprocessing.shared_memory import SharedMemory

import numpy as np


class RingClosed(Exception):
    """The end."""


class FrameRing:
    def __init__(self, slots, shape, dtype, sync=multiprocessing):
        if slots < 1:
            raise ValueError(slots)
        self.shape, self.dtype, self.slots = tuple(shape), np.dtype(dtype), slots
        self.nbytes = int(np.prod(self.shape, dtype=int)) * self.dtype.itemsize
        if not self.nbytes:
            raise ValueError(shape)
        self.stride = (self.nbytes + 63) // 64 * 64
        self.lock = sync.RLock()
        self.cond = sync.Condition(self.lock)
        # header: finished, open writers, how many free and full slots, then the free ones and the full ones
        self.head_len = 4 + 2 * slots
        self.offset = (self.head_len * 8 + 63) // 64 * 64
        self.shm = SharedMemory(create=True, size=self.offset + slots * self.stride)
        self.mine = {}
        h = self.head()
        h[:] = [0, 0, slots, 0, *range(slots), *[0] * slots]

    def head(self):
        return np.ndarray(self.head_len, np.int64, self.shm.buf)

    def count(self, by):
        self.mine[os.getpid()] = self.mine.get(os.getpid(), 0) + by

    def writing(self, timeout=None):
        return Writing(self, timeout)

    def reading(self, timeout=None):
        return Reading(self, timeout)

    def view(self, slot):
        return np.ndarray(self.shape, self.dtype, self.shm.buf, self.offset + slot * self.stride)

    def wait(self, ready, timeout):
        end = None if timeout is None else time.monotonic() + timeout
        while not ready(self.head()):
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError(timeout)
            self.cond.wait(left)

    def free(self, slot):
        h = self.head()
        h[4 + h[2]] = slot
        h[2] += 1

    def finish(self):
        with self.cond:
            self.head()[0] = 1
            self.cond.notify_all()

    def close(self):
        with self.cond:
            if self.mine.get(os.getpid()):
                raise RuntimeError("open block")
            self.shm.close()

    def unlink(self):
        self.shm.unlink()


class Block:
    def __init__(self, ring, timeout):
        self.ring, self.timeout = ring, timeout


class Writing(Block):
    def __enter__(self):
        r = self.ring
        with r.cond:
            r.wait(lambda h: h[0] or h[2], self.timeout)
            h = r.head()
            if h[0]:
                raise RingClosed
            h[2] -= 1
            h[1] += 1
            self.slot = int(h[4 + h[2]])
            r.count(1)
        return r.view(self.slot)

    def __exit__(self, kind, *_):
        r = self.ring
        with r.cond:
            h = r.head()
            h[1] -= 1
            if kind is None:
                h[4 + r.slots + h[3]] = self.slot
                h[3] += 1
            else:
                r.free(self.slot)
            r.count(-1)
            r.cond.notify_all()


class Reading(Block):
    def __enter__(self):
        r = self.ring
        with r.cond:
            r.wait(lambda h: h[3] or (h[0] and not h[1]), self.timeout)
            h = r.head()
            if not h[3]:
                raise RingClosed
            full = h[4 + r.slots :]
            self.slot = int(full[0])
            full[:-1] = full[1:].copy()
            h[3] -= 1
            r.count(1)
        view = r.view(self.slot)
        view.setflags(write=False)
        return view

    def __exit__(self, *_):
        r = self.ring
        with r.cond:
            r.free(self.slot)
            r.count(-1)
            r.cond.notify_all()
