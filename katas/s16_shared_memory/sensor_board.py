"""Write SensorBoard: a score board in shared memory that any number of processes may use at once.

Measuring processes report their readings; the board keeps count, sum, minimum and maximum for each sensor. Shared
memory comes without locks. No reading may be lost, and nobody may see half a record.
"""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Callable
from typing import Any, NamedTuple


class Stats(NamedTuple):
    """The record of a sensor. The count fits into 64 bits."""

    count: int = 0
    total: float = 0.0
    low: float = math.inf
    high: float = -math.inf


class SensorBoard:
    """The records of all sensors in one SharedMemory block.

    With a multiprocessing `sync` a board can be an argument of Process, whatever the start method: the child works on
    the same block then. Used with `with`, it is closed at the end, and in the creating process unlinked too.
    """

    def __init__(self, sensors: int, sync: Any = multiprocessing) -> None:
        """Create the block; every record is Stats(). ValueError if sensors < 1.

        All locks come from sync, which has Lock(), RLock(), Condition() and Semaphore(): `threading`,
        `multiprocessing` or a multiprocessing context.
        """
        raise NotImplementedError  # TODO

    def update(self, sensor: int, fn: Callable[[Stats], Stats]) -> Stats:
        """Replace the record by fn(record), and return the new one.

        That is one step for every update, read and snapshot, in all processes. fn may be slow: updates of different
        sensors do not wait for each other. If fn raises, nothing changes, and its error leaves. fn does not use the
        board.

        IndexError if there is no such sensor; negative numbers are none. ValueError after close().
        """
        raise NotImplementedError  # TODO

    def read(self, sensor: int) -> Stats:
        """One whole record. Errors as in update."""
        raise NotImplementedError  # TODO

    def snapshot(self) -> list[Stats]:
        """All records, as they are at one moment. ValueError after close()."""
        raise NotImplementedError  # TODO

    def close(self) -> None:
        """End this process's access. Other processes go on. A second call has no effect."""
        raise NotImplementedError  # TODO

    def unlink(self) -> None:
        """Remove the block, before or after close(). RuntimeError in any process but the one that created the board.

        A second call has no effect.
        """
        raise NotImplementedError  # TODO

    def __enter__(self) -> SensorBoard:
        return self

    def __exit__(self, *exc: object) -> None:
        raise NotImplementedError  # TODO
