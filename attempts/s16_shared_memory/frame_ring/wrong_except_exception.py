"""A block that ends with KeyboardInterrupt keeps its slot for ever.

Rejected by: test_failing_blocks
"""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np
import numpy.typing as npt

Frame = npt.NDArray[Any]

_FREE, _WRITING, _FULL, _READING = range(4)
_LINE = 64
"""Table and frames begin at multiples of so many bytes, which suits every dtype."""


class RingClosed(Exception):
    pass


class FrameRing:
    def __init__(self, slots: int, shape: tuple[int, ...], dtype: npt.DTypeLike, sync: Any = multiprocessing) -> None:
        if slots < 1:
            raise ValueError(f"at least one slot is needed, not {slots}")
        self._shape, self._dtype = shape, np.dtype(dtype)
        size = self._dtype.itemsize * int(np.prod(shape))
        if size == 0:
            raise ValueError(f"a frame of shape {shape} is empty")
        self._layout = np.dtype(
            [("finished", "i8"), ("published", "i8"), ("state", "i8", (slots,)), ("number", "i8", (slots,))]
        )
        self._changed = sync.Condition()
        self._open: Counter[int] = Counter()  # blocks by process id: what a fork copies is not the child's
        self._step = -(-size // _LINE) * _LINE
        self._first = -(-self._layout.itemsize // _LINE) * _LINE
        self._block = SharedMemory(create=True, size=self._first + slots * self._step)
        table = self._table()
        table["finished"] = table["published"] = 0
        table["state"] = _FREE

    @contextmanager
    def writing(self, timeout: float | None = None) -> Iterator[Frame]:
        with self._changed:
            table = self._wait(lambda table: table["finished"] or _FREE in table["state"], timeout)
            if table["finished"]:
                raise RingClosed("no new frames: the ring is finished")
            slot = int(np.flatnonzero(table["state"] == _FREE)[0])
            self._turn(slot, _WRITING, opened=1)
        published = False
        try:
            yield self._frame(slot)
            published = True
        finally:
            with self._changed:
                if published:
                    table["number"][slot] = table["published"]
                    table["published"] += 1
                self._turn(slot, _FULL if published else _FREE, opened=-1)

    @contextmanager
    def reading(self, timeout: float | None = None) -> Iterator[Frame]:
        with self._changed:
            table = self._wait(
                lambda table: _FULL in table["state"] or (table["finished"] and _WRITING not in table["state"]), timeout
            )
            full = np.flatnonzero(table["state"] == _FULL)
            if not full.size:
                raise RingClosed("no more frames: the ring is finished")
            slot = int(min(full, key=lambda slot: table["number"][slot]))
            self._turn(slot, _READING, opened=1)
        try:
            frame = self._frame(slot)
            frame.flags.writeable = False
            yield frame
        except Exception:
            with self._changed:
                self._turn(slot, _FREE, opened=-1)
            raise
        with self._changed:
            self._turn(slot, _FREE, opened=-1)

    def finish(self) -> None:
        with self._changed:
            self._table()["finished"] = 1
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            if self._open[os.getpid()]:
                raise RuntimeError("a block of this process is still open: its frame would be gone")
            self._block.close()

    def unlink(self) -> None:
        self._block.unlink()

    def _table(self) -> Frame:
        return np.ndarray((), self._layout, buffer=self._block.buf)

    def _frame(self, slot: int) -> Frame:
        return np.ndarray(self._shape, self._dtype, buffer=self._block.buf, offset=self._first + slot * self._step)

    def _wait(self, ready: Callable[[Frame], Any], timeout: float | None) -> Frame:
        if not self._changed.wait_for(lambda: ready(self._table()), timeout):
            raise TimeoutError(f"nothing for {timeout} seconds")
        return self._table()

    def _turn(self, slot: int, state: int, opened: int) -> None:
        self._table()["state"][slot] = state
        self._open[os.getpid()] += opened
        self._changed.notify_all()
