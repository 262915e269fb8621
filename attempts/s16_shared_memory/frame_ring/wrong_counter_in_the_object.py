"""The number of the next frame is an attribute: each process counts for itself, and late frames overtake early ones.

Rejected by: test_order_across_processes
"""

from __future__ import annotations

import math
import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np
import numpy.typing as npt

Frame = npt.NDArray[Any]


class RingClosed(Exception):
    """There is nothing more to write, or to read."""


FREE, WRITING, FULL, READING = range(4)


class FrameRing:
    def __init__(self, slots: int, shape: tuple[int, ...], dtype: npt.DTypeLike, sync: Any = multiprocessing) -> None:
        self._dtype = np.dtype(dtype)
        self._shape = tuple(shape)
        frame_bytes = math.prod(self._shape) * self._dtype.itemsize
        if slots < 1:
            raise ValueError("slots < 1")
        if frame_bytes < 1:
            raise ValueError("empty frame")
        self._slots = slots
        self._changed = sync.Condition(sync.Lock())
        header = 8 * (2 + 2 * slots)
        self._start = -(-header // 128) * 128
        self._stride = -(-frame_bytes // 128) * 128
        self._shm = SharedMemory(create=True, size=self._start + slots * self._stride)
        self._name = self._shm.name
        self._attach()
        self._head[:] = 0
        self._published = 0

    def _attach(self) -> None:
        self._open, self._pid = 0, os.getpid()
        self._closed = False
        self._head = np.ndarray(2 + 2 * self._slots, np.int64, self._shm.buf)
        self._state = self._head[2 : 2 + self._slots]
        self._number = self._head[2 + self._slots :]

    def __getstate__(self) -> dict[str, Any]:
        left_out = ("_shm", "_head", "_state", "_number", "_open", "_pid", "_closed")
        return {key: value for key, value in self.__dict__.items() if key not in left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._shm = SharedMemory(self._name)
        self._attach()

    def _count(self, change: int) -> None:
        # called with the ring's lock held
        if self._pid != os.getpid():
            self._pid, self._open = os.getpid(), 0
        self._open += change

    def _view(self, slot: int) -> Frame:
        return np.ndarray(self._shape, self._dtype, self._shm.buf, self._start + slot * self._stride)

    def _first(self, state: int) -> int | None:
        slots = [slot for slot in range(self._slots) if self._state[slot] == state]
        return min(slots, key=lambda slot: self._number[slot]) if slots else None

    @contextmanager
    def writing(self, timeout: float | None = None) -> Iterator[Frame]:
        with self._changed:
            if not self._changed.wait_for(lambda: self._head[0] or self._first(FREE) is not None, timeout):
                raise TimeoutError("no free slot")
            if self._head[0]:
                raise RingClosed
            slot = self._first(FREE)
            self._state[slot] = WRITING
            self._count(+1)
        after = FREE
        try:
            yield self._view(slot)
            after = FULL
        finally:
            with self._changed:
                if after == FULL:
                    self._published += 1
                    self._number[slot] = self._published
                self._state[slot] = after
                self._count(-1)
                self._changed.notify_all()

    def _ended(self) -> bool:
        return bool(self._head[0]) and self._first(WRITING) is None

    @contextmanager
    def reading(self, timeout: float | None = None) -> Iterator[Frame]:
        with self._changed:
            if not self._changed.wait_for(lambda: self._first(FULL) is not None or self._ended(), timeout):
                raise TimeoutError("no frame")
            slot = self._first(FULL)
            if slot is None:
                raise RingClosed
            self._state[slot] = READING
            self._count(+1)
        try:
            frame = self._view(slot)
            frame.flags.writeable = False
            yield frame
        finally:
            with self._changed:
                self._state[slot] = FREE
                self._count(-1)
                self._changed.notify_all()

    def finish(self) -> None:
        with self._changed:
            self._head[0] = 1
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._count(0)
            if self._open:
                raise RuntimeError("a block is open")
            if self._closed:
                return
            self._closed = True
        del self._head, self._state, self._number
        self._shm.close()

    def unlink(self) -> None:
        self._shm.unlink()
