"""Views by numpy.frombuffer: as long as a name is left for one, the block cannot be closed. Table of bytes, locks by hand."""

import multiprocessing
import os
import time
from contextlib import contextmanager
from multiprocessing import shared_memory

import numpy

FREE = 0
WRITING = 1
FULL = 2
READING = 3


class RingClosed(Exception):
    pass


class FrameRing(object):
    def __init__(self, slots, shape, dtype, sync=multiprocessing):
        if slots < 1:
            raise ValueError("slots")
        dtype = numpy.dtype(dtype)
        count = 1
        for n in shape:
            count *= n
        if count < 1:
            raise ValueError("shape")
        self.slots = slots
        self.shape = shape
        self.dtype = dtype
        self.count = count
        self.offset = (8 * (2 + 2 * slots) // 256 + 1) * 256
        self.frame_size = (count * dtype.itemsize // 256 + 1) * 256
        self.memory = shared_memory.SharedMemory(None, True, self.offset + self.frame_size * slots)
        self.lock = sync.RLock()
        self.changed = sync.Condition(self.lock)
        self.open_blocks = []
        for i in range(2 + 2 * slots):
            self.poke(i, 0)

    def peek(self, i):
        return int.from_bytes(self.memory.buf[8 * i : 8 * i + 8], "big")

    def poke(self, i, value):
        self.memory.buf[8 * i : 8 * i + 8] = value.to_bytes(8, "big")

    def find(self, wanted):
        best = None
        for slot in range(self.slots):
            if self.peek(2 + 2 * slot) == wanted:
                if best is None or self.peek(3 + 2 * slot) < self.peek(3 + 2 * best):
                    best = slot
        return best

    def view(self, slot):
        flat = numpy.frombuffer(
            self.memory.buf, dtype=self.dtype, count=self.count, offset=self.offset + slot * self.frame_size
        )
        return flat.reshape(self.shape)

    def wait(self, end):
        if end is None:
            self.changed.wait()
        else:
            now = time.monotonic()
            if now >= end:
                raise TimeoutError("too long")
            self.changed.wait(end - now)

    @contextmanager
    def writing(self, timeout=None):
        end = None
        if timeout is not None:
            end = time.monotonic() + timeout
        self.lock.acquire()
        try:
            while True:
                if self.peek(0):
                    raise RingClosed()
                slot = self.find(FREE)
                if slot is not None:
                    break
                self.wait(end)
            self.poke(2 + 2 * slot, WRITING)
            self.open_blocks.append((os.getpid(), slot))
        finally:
            self.lock.release()
        try:
            yield self.view(slot)
        except:
            self.leave(slot, FREE)
            raise
        self.leave(slot, FULL)

    def leave(self, slot, state):
        self.lock.acquire()
        try:
            number = self.peek(1)
            self.poke(1, number + 1)
            self.poke(2 + 2 * slot, state)
            self.poke(3 + 2 * slot, number)
            self.open_blocks.remove((os.getpid(), slot))
            self.changed.notify_all()
        finally:
            self.lock.release()

    @contextmanager
    def reading(self, timeout=None):
        end = None
        if timeout is not None:
            end = time.monotonic() + timeout
        self.lock.acquire()
        try:
            while True:
                slot = self.find(FULL)
                if slot is not None:
                    break
                if self.peek(0) and self.find(WRITING) is None:
                    raise RingClosed()
                self.wait(end)
            self.poke(2 + 2 * slot, READING)
            self.open_blocks.append((os.getpid(), slot))
        finally:
            self.lock.release()
        try:
            frame = self.view(slot)
            frame.flags["WRITEABLE"] = False
            yield frame
        finally:
            self.leave(slot, FREE)

    def finish(self):
        self.lock.acquire()
        try:
            self.poke(0, 1)
            self.changed.notify_all()
        finally:
            self.lock.release()

    def close(self):
        self.lock.acquire()
        try:
            for pid, slot in self.open_blocks:
                if pid == os.getpid():
                    raise RuntimeError("block open: slot %d" % slot)
            self.memory.close()
        finally:
            self.lock.release()

    def unlink(self):
        self.memory.unlink()
