"""Write FrameRing: slots for camera frames in shared memory, filled and looked at in place, by threads or processes.

A slot has four lives: free, being written, full, being read. They come back in any order, so head and tail would not
do: each slot has its state, and a number drawn when its frame is published. This table lies in the block too, in front
of the frames, where all processes see it. The lock is held to look at the table or to change it, never while somebody
works on a frame. Whoever changes it wakes everybody: producers and consumers wait at the same condition.
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
    """There is nothing more to write, or to read."""


class FrameRing:
    """Slots for frames of one shape and dtype in one SharedMemory block.

    For any number of producers and consumers, threads or processes. With a multiprocessing `sync` a ring can be an
    argument of Process, whatever the start method; no frame is pickled then. Several writing and reading blocks can be
    open at the same time, each on a slot of its own. Who waits does not ask again and again: there is no busy waiting.
    """

    def __init__(self, slots: int, shape: tuple[int, ...], dtype: npt.DTypeLike, sync: Any = multiprocessing) -> None:
        """Create the block. Its frames are aligned for their dtype (`frame.flags.aligned`).

        ValueError if slots < 1, or if a frame of that shape is empty.

        All locks come from sync, which has Lock(), RLock(), Condition() and Semaphore(): `threading`,
        `multiprocessing` or a multiprocessing context.
        """
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
        """`with ring.writing() as frame:` frame is a writable view of a free slot, with whatever is in it.

        When the block ends normally the frame is published. If it raises, nothing is published, the slot is free
        again, and the error leaves.

        Waits while no slot is free: TimeoutError after so many seconds altogether. RingClosed if finish() was called
        before a slot was obtained, also while waiting.
        """
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
        """`with ring.reading() as frame:` frame is a read-only view of the frame that was published first among those
        not yet taken.

        Nobody writes to its slot before the block is left, however that happens; then it is free. Other slots come and
        go meanwhile, in any order.

        Waits while there is no frame: TimeoutError after so many seconds altogether. RingClosed if finish() was called,
        no frame is left and no writing block is open any more; also while waiting.
        """
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
        finally:
            with self._changed:
                self._turn(slot, _FREE, opened=-1)

    def finish(self) -> None:
        """No new writing blocks, in any process. Open ones still publish. A second call has no effect."""
        with self._changed:
            self._table()["finished"] = 1
            self._changed.notify_all()

    def close(self) -> None:
        """End this process's access. RuntimeError while one of its own blocks is open: after a fork those that its
        parent has open are none of them. A second call has no effect.
        """
        with self._changed:
            if self._open[os.getpid()]:
                raise RuntimeError("a block of this process is still open: its frame would be gone")
            self._block.close()

    def unlink(self) -> None:
        """Remove the shared-memory block, before or after close(). The creating side calls it, once."""
        self._block.unlink()

    def _table(self) -> Frame:
        """The table in the block, as it is now."""
        return np.ndarray((), self._layout, buffer=self._block.buf)

    def _frame(self, slot: int) -> Frame:
        return np.ndarray(self._shape, self._dtype, buffer=self._block.buf, offset=self._first + slot * self._step)

    def _wait(self, ready: Callable[[Frame], Any], timeout: float | None) -> Frame:
        if not self._changed.wait_for(lambda: ready(self._table()), timeout):
            raise TimeoutError(f"nothing for {timeout} seconds")
        return self._table()

    def _turn(self, slot: int, state: int, opened: int) -> None:
        """A block of this process has begun or ended, and so has a life of its slot."""
        self._table()["state"][slot] = state
        self._open[os.getpid()] += opened
        self._changed.notify_all()
