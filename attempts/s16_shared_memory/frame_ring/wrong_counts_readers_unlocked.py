"""Counts the blocks of readers without the lock: a count is lost, and close() goes by the wrong number.

Rejected by: test_close_after_blocks_at_once
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


FREE, WRITING, READY, READING = range(4)


class FrameRing:
    def __init__(self, slots: int, shape: tuple[int, ...], dtype: Any, sync: Any = multiprocessing) -> None:
        self._shape, self._dtype = tuple(shape), np.dtype(dtype)
        self._size = math.prod(self._shape) * self._dtype.itemsize
        if slots < 1 or self._size == 0:
            raise ValueError("no slots or nothing in them")
        self._slots = slots
        # numbers: finished, next number, then state and number of each slot
        self._head = 8 * (2 + 2 * slots)
        self._cond = sync.Condition()
        self._block = SharedMemory(create=True, size=self._head + slots * self._size)
        self._block.buf[: self._head] = bytes(self._head)
        self._closed = False

    def __getstate__(self):
        return {**self.__dict__, "_mine_by_pid": {}}

    def _get(self, i):
        return int.from_bytes(self._block.buf[8 * i : 8 * i + 8], "little")

    def _set(self, i, value):
        self._block.buf[8 * i : 8 * i + 8] = value.to_bytes(8, "little")

    def _state(self, slot):
        return self._get(2 + 2 * slot)

    def _states(self):
        return [self._state(slot) for slot in range(self._slots)]

    def _frame(self, slot):
        return np.ndarray(self._shape, self._dtype, self._block.buf, self._head + slot * self._size)

    def _wait(self, find, timeout):
        end = None if timeout is None else time.monotonic() + timeout
        while (slot := find()) is None:
            if end is None:
                self._cond.wait()
            else:
                left = end - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"nothing in {timeout} s")
                self._cond.wait(left)
        return slot

    def _find_free(self):
        if self._get(0):
            raise RingClosed
        states = self._states()
        return states.index(FREE) if FREE in states else None

    def _find_ready(self):
        states = self._states()
        ready = [slot for slot, state in enumerate(states) if state == READY]
        if ready:
            return min(ready, key=lambda slot: self._get(3 + 2 * slot))
        if self._get(0) and WRITING not in states:
            raise RingClosed
        return None

    @contextmanager
    def writing(self, timeout=None):
        with self._cond:
            slot = self._wait(self._find_free, timeout)
            self._set(2 + 2 * slot, WRITING)
            self._mine += 1
        done = False
        try:
            yield self._frame(slot)
            done = True
        finally:
            with self._cond:
                self._mine -= 1
                if done:
                    self._set(1, self._get(1) + 1)
                    self._set(3 + 2 * slot, self._get(1))
                self._set(2 + 2 * slot, READY if done else FREE)
                self._cond.notify_all()

    @contextmanager
    def reading(self, timeout=None):
        with self._cond:
            slot = self._wait(self._find_ready, timeout)
            self._set(2 + 2 * slot, READING)
        self._mine += 1
        frame = self._frame(slot)
        frame.flags.writeable = False
        try:
            yield frame
        finally:
            with self._cond:
                self._mine -= 1
                self._set(2 + 2 * slot, FREE)
                self._cond.notify_all()

    @property
    def _mine(self):
        return self.__dict__.setdefault("_mine_by_pid", {}).get(os.getpid(), 0)

    @_mine.setter
    def _mine(self, value):
        self.__dict__.setdefault("_mine_by_pid", {})[os.getpid()] = value

    def finish(self):
        with self._cond:
            self._set(0, 1)
            self._cond.notify_all()

    def close(self):
        with self._cond:
            if self._mine:
                raise RuntimeError(f"{self._mine} blocks are open")
            self._closed = True
            self._block.close()

    def unlink(self):
        self._block.unlink()
