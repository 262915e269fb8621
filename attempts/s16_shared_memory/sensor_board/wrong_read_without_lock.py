"""Reads without the lock: half of the record may be new.

Rejected by: test_no_torn_record
"""

import math
import multiprocessing
import os
from multiprocessing.shared_memory import SharedMemory
from typing import NamedTuple

import numpy as np


class Stats(NamedTuple):
    count: int = 0
    total: float = 0.0
    low: float = math.inf
    high: float = -math.inf


ROW = np.dtype([("count", "i8"), ("total", "f8"), ("low", "f8"), ("high", "f8"), ("busy", "?")], align=True)


class SensorBoard:
    def __init__(self, sensors, sync=multiprocessing):
        if sensors < 1:
            raise ValueError(sensors)
        self.sensors, self.changed, self.pid, self.gone = sensors, sync.Condition(), os.getpid(), False
        self.block = SharedMemory(create=True, size=sensors * ROW.itemsize)
        for row in self.rows():
            row["count"], row["total"], row["low"], row["high"], row["busy"] = *Stats(), False

    def rows(self):
        if self.block is None:
            raise ValueError("closed")
        return np.ndarray((self.sensors,), ROW, buffer=self.block.buf)

    def __getstate__(self):
        return self.sensors, self.changed, self.pid, self.gone, self.block.name

    def __setstate__(self, state):
        self.sensors, self.changed, self.pid, self.gone, name = state
        self.block = SharedMemory(name)

    def row(self, sensor):
        rows = self.rows()
        if sensor not in range(self.sensors):
            raise IndexError(sensor)
        return rows[sensor]

    def update(self, sensor, fn):
        row = self.row(sensor)
        with self.changed:
            self.changed.wait_for(lambda: not row["busy"])
            row["busy"] = True
            old = stats(row)
        new = None
        try:
            new = fn(old)
            return new
        finally:
            with self.changed:
                if new is not None:
                    row["count"], row["total"], row["low"], row["high"] = new
                row["busy"] = False
                self.changed.notify_all()

    def read(self, sensor):
        row = self.row(sensor)
        return stats(row)

    def snapshot(self):
        rows = self.rows()
        with self.changed:
            return [stats(row) for row in rows]

    def close(self):
        if self.block is not None:
            self.name = self.block.name
            self.block.close()
            self.block = None

    def unlink(self):
        if os.getpid() != self.pid:
            raise RuntimeError("not ours")
        if not self.gone:
            block = self.block or SharedMemory(self.name)
            block.unlink()
            if block is not self.block:
                block.close()
            self.gone = True

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
        if os.getpid() == self.pid:
            self.unlink()


def stats(row):
    return Stats(int(row["count"]), float(row["total"]), float(row["low"]), float(row["high"]))
