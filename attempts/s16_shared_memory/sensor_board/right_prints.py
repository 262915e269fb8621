"""Prints what it does; a condition for each sensor as its lock; views of the bytes as numbers, released at once."""

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


import os
import struct
import time
from multiprocessing.shared_memory import SharedMemory


class SensorBoard:
    def __init__(self, sensors: int, sync: Any = multiprocessing) -> None:
        print("board for", sensors)
        if sensors < 1:
            raise ValueError(f"{sensors} sensors?")
        self.shm = SharedMemory(create=True, size=sensors * 32)
        self.sensors = sensors
        self.conditions = [sync.Condition(sync.Lock()) for _ in range(sensors)]
        self.pid = os.getpid()
        self.state = {"closed": False, "unlinked": False}
        for n in range(sensors):
            self._write(n, Stats())
        assert all(self._read(n) == Stats() for n in range(sensors))

    def _write(self, n, stats):
        if self.state["closed"]:
            raise ValueError("the board is closed")
        whole = struct.pack("@qddd", *stats)
        self.shm.buf[n * 32 : n * 32 + 32] = whole

    def _read(self, n):
        if self.state["closed"]:
            raise ValueError("the board is closed")
        with self.shm.buf[n * 32 : n * 32 + 32] as part, part[:8].cast("q") as i, part[8:].cast("d") as d:
            return Stats(i[0], *d.tolist())

    def _must_exist(self, n):
        if self.state["closed"]:
            raise ValueError("the board is closed")
        if n < 0 or n >= self.sensors:
            raise IndexError(f"{n} is not in 0..{self.sensors - 1}")

    def update(self, sensor: int, fn: Callable[[Stats], Stats]) -> Stats:
        start = time.perf_counter()
        self._must_exist(sensor)
        with self.conditions[sensor]:
            new = fn(self._read(sensor))
            self._write(sensor, new)
        print(f"update of {sensor} took {time.perf_counter() - start}")
        return new

    def read(self, sensor: int) -> Stats:
        self._must_exist(sensor)
        with self.conditions[sensor]:
            return self._read(sensor)

    def snapshot(self) -> list[Stats]:
        if self.state["closed"]:
            raise ValueError("the board is closed")
        taken = []
        try:
            for c in self.conditions:
                c.acquire()
                taken.append(c)
            return [self._read(n) for n in range(self.sensors)]
        finally:
            for c in reversed(taken):
                c.release()

    def close(self) -> None:
        if self.state["closed"]:
            print("closed already")
            return
        self.state["closed"] = True
        self.shm.close()

    def unlink(self) -> None:
        if os.getpid() != self.pid:
            raise RuntimeError(f"process {os.getpid()} did not create this board")
        if not self.state["unlinked"]:
            self.state["unlinked"] = True
            self.shm.unlink()

    def __enter__(self) -> SensorBoard:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
        if os.getpid() == self.pid:
            self.unlink()
