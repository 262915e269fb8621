"""Two views of the block as columns, counts and doubles; in a child that does not close them they stay open to its end."""

from __future__ import annotations

import math
import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.shared_memory import SharedMemory
from typing import Any, Final, NamedTuple, Self


class Stats(NamedTuple):
    """The record of a sensor. The count fits into 64 bits."""

    count: int = 0
    total: float = 0.0
    low: float = math.inf
    high: float = -math.inf


WIDTH: Final = 8


class SensorBoard:
    __slots__ = ("_counts", "_creator", "_floats", "_gate", "_locks", "_n", "_name", "_shm", "_unlinked")

    def __init__(self, sensors: int, sync: Any = multiprocessing) -> None:
        if sensors < 1:
            raise ValueError(f"{sensors=}")
        self._n = sensors
        self._gate = sync.Lock()
        self._locks = [sync.Lock() for _ in range(sensors)]
        self._creator = os.getpid()
        self._unlinked = False
        self._attach(SharedMemory(create=True, size=sensors * 4 * WIDTH))
        for n in range(sensors):
            self[n] = Stats()

    def _attach(self, shm: SharedMemory) -> None:
        self._shm, self._name = shm, shm.name
        split = self._n * WIDTH
        self._counts: memoryview | None = shm.buf[:split].cast("q")
        self._floats: memoryview | None = shm.buf[split : 4 * split].cast("d")

    def __getstate__(self) -> tuple[Any, ...]:
        return self._n, self._gate, self._locks, self._creator, self._name

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._n, self._gate, self._locks, self._creator, name = state
        self._unlinked = False
        self._attach(SharedMemory(name))

    def __getitem__(self, n: int) -> Stats:
        match self._counts, self._floats:
            case None, None:
                raise ValueError("closed")
            case counts, floats:
                return Stats(counts[n], *floats[3 * n : 3 * n + 3])

    def __setitem__(self, n: int, stats: Stats) -> None:
        if (counts := self._counts) is None or (floats := self._floats) is None:
            raise ValueError("closed")
        counts[n] = stats.count
        floats[3 * n], floats[3 * n + 1], floats[3 * n + 2] = stats.total, stats.low, stats.high

    def _known(self, sensor: int) -> int:
        if sensor not in range(self._n):
            raise IndexError(f"{sensor=} of {self._n}")
        return sensor

    def update(self, sensor: int, fn: Callable[[Stats], Stats]) -> Stats:
        with self._locks[self._known(sensor)]:
            with self._gate:
                old = self[sensor]
            new = fn(old)
            with self._gate:
                self[sensor] = new
        return new

    def read(self, sensor: int) -> Stats:
        self._known(sensor)
        with self._gate:
            return self[sensor]

    def snapshot(self) -> list[Stats]:
        with self._gate:
            return [self[n] for n in range(self._n)]

    def close(self) -> None:
        with self._gate:
            if self._counts is None:
                return
            self._counts.release()
            self._floats.release()
            self._counts = self._floats = None
            self._shm.close()

    def unlink(self) -> None:
        if os.getpid() != self._creator:
            raise RuntimeError(f"created by process {self._creator}")
        with self._gate:
            if self._unlinked:
                return
            self._shm.unlink()
            self._unlinked = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
        if os.getpid() == self._creator:
            self.unlink()
