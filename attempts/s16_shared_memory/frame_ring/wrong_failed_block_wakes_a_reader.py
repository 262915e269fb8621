"""Two conditions: a writing block that fails notifies those who wait for frames, not those who wait for slots.

Rejected by: test_slot_of_a_failed_block
"""

from __future__ import annotations

import math
import os
import multiprocessing
import threading
import time
from contextlib import contextmanager
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np


class RingClosed(Exception):
    """The end."""


class FrameRing:
    def __init__(self, slots, shape, dtype, sync=multiprocessing):
        if slots < 1:
            raise ValueError("slots")
        self.shape, self.dtype, self.slots = shape, np.dtype(dtype), slots
        self.nbytes = int(np.prod(shape, dtype=np.int64)) * self.dtype.itemsize
        if not self.nbytes:
            raise ValueError("empty frames")
        self.lock = sync.RLock()
        self.freed = sync.Condition(self.lock)
        self.filled = sync.Condition(self.lock)
        self.shm = SharedMemory(create=True, size=slots * (self.nbytes + 1) + 17 + slots)
        base = slots * self.nbytes
        # a letter for each slot, then the line of ready slots as bytes, its length, the end
        self.shm.buf[base : base + slots] = b"f" * slots
        self.shm.buf[base + 2 * slots : base + 2 * slots + 2] = b"\0\0"
        self.open_here = {}

    def __getstate__(self):
        state = self.__dict__.copy()
        state["open_here"] = {}
        state["shm"] = self.shm.name
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.shm = SharedMemory(name=state["shm"])

    @property
    def letters(self):
        base = self.slots * self.nbytes
        return bytes(self.shm.buf[base : base + self.slots])

    def mark(self, slot, letter):
        self.shm.buf[self.slots * self.nbytes + slot] = ord(letter)

    @property
    def line(self):
        base = self.slots * (self.nbytes + 1)
        return list(self.shm.buf[base : base + self.shm.buf[base + self.slots]])

    @line.setter
    def line(self, slots):
        base = self.slots * (self.nbytes + 1)
        self.shm.buf[base : base + len(slots)] = bytes(slots)
        self.shm.buf[base + self.slots] = len(slots)

    @property
    def ended(self):
        return self.shm.buf[self.slots * (self.nbytes + 2) + 1]

    def writing(self, timeout=None):
        return _Writing(self, timeout)

    def reading(self, timeout=None):
        return _Reading(self, timeout)

    def finish(self):
        with self.lock:
            self.shm.buf[self.slots * (self.nbytes + 2) + 1] = 1
            self.freed.notify_all()
            self.filled.notify_all()

    def close(self):
        with self.lock:
            if self.open_here.get(os.getpid()):
                raise RuntimeError("still open")
            self.shm.close()

    def unlink(self):
        self.shm.unlink()


class _Block:
    def __init__(self, ring, timeout):
        self.ring, self.timeout = ring, timeout

    def enter(self, cond, ready, take):
        with self.ring.lock:
            if not cond.wait_for(ready, self.timeout):
                raise TimeoutError
            self.slot = take()
            self.ring.open_here.setdefault(os.getpid(), []).append(self)
        return np.ndarray(self.ring.shape, self.ring.dtype, self.ring.shm.buf, self.slot * self.ring.nbytes)


class _Writing(_Block):
    def __enter__(self):
        ring = self.ring

        def take():
            if ring.ended:
                raise RingClosed
            slot = ring.letters.index(b"f")
            ring.mark(slot, "w")
            return slot

        return self.enter(ring.freed, lambda: ring.ended or b"f" in ring.letters, take)

    def __exit__(self, kind, *exc):
        ring = self.ring
        with ring.lock:
            ring.open_here[os.getpid()].remove(self)
            if kind is None:
                ring.mark(self.slot, "r")
                ring.line = ring.line + [self.slot]
                ring.filled.notify()
            else:
                ring.mark(self.slot, "f")
                ring.filled.notify()
            if ring.ended:
                ring.filled.notify_all()


class _Reading(_Block):
    def __enter__(self):
        ring = self.ring

        def take():
            if not ring.line:
                raise RingClosed
            slot, *ring.line = ring.line
            return slot

        frame = self.enter(ring.filled, lambda: ring.line or ring.ended and b"w" not in ring.letters, take)
        frame.flags.writeable = False
        return frame

    def __exit__(self, *exc):
        ring = self.ring
        with ring.lock:
            ring.open_here[os.getpid()].remove(self)
            ring.mark(self.slot, "f")
            ring.freed.notify()
