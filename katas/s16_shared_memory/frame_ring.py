"""Write FrameRing: slots for camera frames in shared memory, filled and looked at in place, by threads or processes.

Cameras produce frames of some megabytes, and several detectors consume them. A queue would copy and pickle each frame.
Here producers write straight into a free slot and consumers look at it where it is. Nobody overwrites what is still
being looked at, and the end of the stream reaches everybody.
"""

from __future__ import annotations

import multiprocessing
from contextlib import AbstractContextManager
from typing import Any

import numpy.typing as npt

Frame = npt.NDArray[Any]


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
        raise NotImplementedError  # TODO

    def writing(self, timeout: float | None = None) -> AbstractContextManager[Frame]:
        """`with ring.writing() as frame:` frame is a writable view of a free slot, with whatever is in it.

        When the block ends normally the frame is published. If it raises, nothing is published, the slot is free
        again, and the error leaves.

        Waits while no slot is free: TimeoutError after so many seconds altogether. RingClosed if finish() was called
        before a slot was obtained, also while waiting.
        """
        raise NotImplementedError  # TODO

    def reading(self, timeout: float | None = None) -> AbstractContextManager[Frame]:
        """`with ring.reading() as frame:` frame is a read-only view of the frame that was published first among those
        not yet taken.

        Nobody writes to its slot before the block is left, however that happens; then it is free. Other slots come and
        go meanwhile, in any order.

        Waits while there is no frame: TimeoutError after so many seconds altogether. RingClosed if finish() was called,
        no frame is left and no writing block is open any more; also while waiting.
        """
        raise NotImplementedError  # TODO

    def finish(self) -> None:
        """No new writing blocks, in any process. Open ones still publish. A second call has no effect."""
        raise NotImplementedError  # TODO

    def close(self) -> None:
        """End this process's access. RuntimeError while one of its own blocks is open: after a fork those that its
        parent has open are none of them. A second call has no effect.
        """
        raise NotImplementedError  # TODO

    def unlink(self) -> None:
        """Remove the shared-memory block, before or after close(). The creating side calls it, once."""
        raise NotImplementedError  # TODO
