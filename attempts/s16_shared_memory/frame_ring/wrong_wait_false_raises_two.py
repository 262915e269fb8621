"""Gives up when wait() returns False, without another look: a wake-up at that moment is lost for the next writer.

Rejected by: test_wakeup_meets_timeout
"""

from __future__ import annotations

import multiprocessing
import os
import time
from contextlib import AbstractContextManager
from multiprocessing import shared_memory
from typing import Any

import numpy as np
import numpy.typing as npt

Frame = npt.NDArray[Any]


class RingClosed(Exception):
    """There is nothing more to write, or to read."""


class _Block:
    """The `with` statement of one slot."""

    def __init__(self, ring, take, give_back, timeout, read_only):
        self.ring, self.take, self.give_back, self.timeout = ring, take, give_back, timeout
        self.read_only = read_only

    def __enter__(self):
        self.slot = self.take(self.timeout)
        frame = self.ring._frames()[self.slot, ...]
        if self.read_only:
            frame.setflags(write=False)
        return frame

    def __exit__(self, kind, error, trace):
        self.give_back(self.slot, kind is None)
        return False


class FrameRing:
    """Header: finished, writers, free count, full head, full count; a stack of free slots, a queue of full ones."""

    def __init__(self, slots: int, shape: tuple[int, ...], dtype: npt.DTypeLike, sync: Any = multiprocessing) -> None:
        dtype = np.dtype(dtype)
        if slots < 1 or dtype.itemsize == 0 or any(n == 0 for n in shape):
            raise ValueError("no slots, or nothing in them")
        lock = sync.RLock()
        self._sync = (lock, sync.Condition(lock), sync.Condition(lock))
        self._layout = (slots, tuple(shape), dtype)
        header = 8 * (5 + 2 * slots)
        self._offset = (header + 63) // 64 * 64
        size = self._offset + slots * int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        self._shm = shared_memory.SharedMemory(create=True, size=size)
        table = self._table()
        table[:5] = 0
        table[2] = slots
        table[5 : 5 + slots] = np.arange(slots)
        self._mine: dict[int, int] = {}

    def __reduce__(self):
        return _attached, (self._sync, self._layout, self._offset, self._shm.name)

    def _table(self):
        return np.frombuffer(self._shm.buf, np.int64, 5 + 2 * self._layout[0])

    def _frames(self):
        slots, shape, dtype = self._layout
        return np.ndarray((slots, *shape), dtype, buffer=self._shm.buf, offset=self._offset)[:, ...]

    def _count(self, by):
        pid = os.getpid()
        self._mine[pid] = self._mine.get(pid, 0) + by

    def _take_free(self, timeout):
        _, free, full = self._sync
        with free:
            t = self._table()

            end = None if timeout is None else time.monotonic() + timeout
            while not (t[0] or t[2]):
                if not free.wait(None if end is None else end - time.monotonic()):
                    raise TimeoutError
            if t[0]:
                raise RingClosed
            t[2] -= 1
            t[1] += 1
            self._count(1)
            return int(t[5 + t[2]])

    def _push_free(self, t, slot):
        t[5 + t[2]] = slot
        t[2] += 1
        self._sync[1].notify()

    def _written(self, slot, well):
        lock, free, full = self._sync
        slots = self._layout[0]
        with lock:
            t = self._table()
            t[1] -= 1
            self._count(-1)
            if well:
                t[5 + slots + (t[3] + t[4]) % slots] = slot
                t[4] += 1
                full.notify()
            else:
                self._push_free(t, slot)
            if t[0] and not t[1]:
                full.notify_all()

    def _take_full(self, timeout):
        _, free, full = self._sync
        slots = self._layout[0]
        with full:
            t = self._table()
            if not full.wait_for(lambda: t[4] or (t[0] and not t[1]), timeout):
                raise TimeoutError
            if not t[4]:
                raise RingClosed
            slot = int(t[5 + slots + t[3]])
            t[3] = (t[3] + 1) % slots
            t[4] -= 1
            self._count(1)
            return slot

    def _looked_at(self, slot, _):
        with self._sync[0]:
            self._push_free(self._table(), slot)
            self._count(-1)

    def writing(self, timeout: float | None = None) -> AbstractContextManager[Frame]:
        return _Block(self, self._take_free, self._written, timeout, False)

    def reading(self, timeout: float | None = None) -> AbstractContextManager[Frame]:
        return _Block(self, self._take_full, self._looked_at, timeout, True)

    def finish(self) -> None:
        lock, free, full = self._sync
        with lock:
            self._table()[0] = 1
            free.notify_all()
            full.notify_all()

    def close(self) -> None:
        with self._sync[0]:
            if self._mine.get(os.getpid()):
                raise RuntimeError("still in use")
            self._shm.close()

    def unlink(self) -> None:
        self._shm.unlink()


def _attached(sync, layout, offset, name):
    ring = FrameRing.__new__(FrameRing)
    ring._sync, ring._layout, ring._offset, ring._mine = sync, layout, offset, {}
    ring._shm = shared_memory.SharedMemory(name)
    return ring
