"""Gives the lock back after an Exception: Ctrl-C in a report locks its sensor for ever.

Rejected by: test_failing_update
"""

from __future__ import annotations

import math
import multiprocessing
import os
import struct
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing.shared_memory import SharedMemory
from typing import Any, NamedTuple


class Stats(NamedTuple):
    """The record of a sensor. The count fits into 64 bits."""

    count: int = 0
    total: float = 0.0
    low: float = math.inf
    high: float = -math.inf


_RECORD = struct.Struct("qddd")


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
        if sensors < 1:
            raise ValueError(f"at least one sensor is needed, not {sensors}")
        self._locks = [sync.Lock() for _ in range(sensors)]
        self._block = SharedMemory(create=True, size=sensors * _RECORD.size)
        self._creator = os.getpid()
        self._linked = True
        self._closed = False
        for sensor in range(sensors):
            self._write(sensor, Stats())

    def update(self, sensor: int, fn: Callable[[Stats], Stats]) -> Stats:
        """Replace the record by fn(record), and return the new one.

        That is one step for every update, read and snapshot, in all processes. fn may be slow: updates of different
        sensors do not wait for each other. If fn raises, nothing changes, and its error leaves. fn does not use the
        board.

        IndexError if there is no such sensor; negative numbers are none. ValueError after close().
        """
        self._check(sensor)
        self._locks[sensor].acquire()
        try:
            new = fn(self._read(sensor))
            self._write(sensor, new)
        except Exception:
            self._locks[sensor].release()
            raise
        self._locks[sensor].release()
        return new

    def read(self, sensor: int) -> Stats:
        """One whole record. Errors as in update."""
        self._check(sensor)
        with self._locks[sensor]:
            return self._read(sensor)

    def snapshot(self) -> list[Stats]:
        """All records, as they are at one moment. ValueError after close()."""
        self._check()
        with ExitStack() as held:
            for lock in self._locks:
                held.enter_context(lock)
            return [self._read(sensor) for sensor in range(len(self._locks))]

    def close(self) -> None:
        """End this process's access. Other processes go on. A second call has no effect."""
        self._closed = True
        self._block.close()

    def unlink(self) -> None:
        """Remove the block, before or after close(). RuntimeError in any process but the one that created the board.

        A second call has no effect.
        """
        if os.getpid() != self._creator:
            raise RuntimeError("the block belongs to the process that created it")
        if self._linked:
            self._linked = False
            self._block.unlink()

    def __enter__(self) -> SensorBoard:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
        if os.getpid() == self._creator:
            self.unlink()

    def _check(self, sensor: int = 0) -> None:
        if self._closed:
            raise ValueError("the board is closed")
        if not 0 <= sensor < len(self._locks):
            raise IndexError(f"no sensor {sensor}: there are {len(self._locks)}")

    def _read(self, sensor: int) -> Stats:
        return Stats(*_RECORD.unpack_from(self._block.buf, sensor * _RECORD.size))

    def _write(self, sensor: int, stats: Stats) -> None:
        start = sensor * _RECORD.size
        self._block.buf[start : start + _RECORD.size] = _RECORD.pack(*stats)
