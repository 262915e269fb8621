"""Two conditions over one lock, a queue of full slots and a bitmap of free ones in the block, blocks as classes."""

import multiprocessing
import os
from multiprocessing.shared_memory import SharedMemory

import numpy as np


class RingClosed(Exception):
    pass


class FrameRing:
    def __init__(self, slots, shape, dtype, sync=multiprocessing):
        self.dtype, self.shape, self.slots = np.dtype(dtype), shape, slots
        self.nbytes = self.dtype.itemsize
        for side in shape:
            self.nbytes *= side
        if slots < 1 or not self.nbytes:
            raise ValueError("no slots, or empty frames")
        self.step = (self.nbytes + 15) // 16 * 16
        lock = sync.RLock()
        self.room, self.news = sync.Condition(lock), sync.Condition(lock)
        self.mine, self.pid = 0, os.getpid()
        self.block = SharedMemory(create=True, size=slots * self.step + 8 * (3 + 2 * slots))
        words = self.words()
        words[:] = 0
        words[3 + slots :] = 1

    def __getstate__(self):
        return {**self.__dict__, "mine": 0}

    def words(self):
        """finished, number of writers, number of full slots, the full slots in their order, is it free?"""
        buffer = self.block.buf[self.slots * self.step :].cast("B")
        return np.frombuffer(buffer, np.int64, 3 + 2 * self.slots)

    def writing(self, timeout=None):
        return Writing(self, timeout)

    def reading(self, timeout=None):
        return Reading(self, timeout)

    def opened(self, change):
        if os.getpid() != self.pid:
            self.mine, self.pid = 0, os.getpid()
        self.mine += change

    def view(self, slot):
        flat = np.ndarray((self.nbytes,), np.uint8, self.block.buf, slot * self.step)
        return flat.view(self.dtype).reshape(self.shape)

    def finish(self):
        with self.room:
            self.words()[0] = 1
            self.room.notify_all()
            self.news.notify_all()

    def close(self):
        with self.room:
            self.opened(0)
            if self.mine:
                raise RuntimeError("in use")
            self.block.close()

    def unlink(self):
        self.block.unlink()


class Writing:
    def __init__(self, ring, timeout):
        self.ring, self.timeout = ring, timeout

    def __enter__(self):
        ring = self.ring
        with ring.room:
            free = 3 + ring.slots
            if not ring.room.wait_for(lambda: ring.words()[0] or ring.words()[free:].any(), self.timeout):
                raise TimeoutError
            words = ring.words()
            if words[0]:
                raise RingClosed
            self.slot = int(words[free:].argmax())
            words[free + self.slot] = 0
            words[1] += 1
            ring.opened(1)
            return ring.view(self.slot)

    def __exit__(self, kind, error, traceback):
        ring = self.ring
        with ring.room:
            words = ring.words()
            words[1] -= 1
            ring.opened(-1)
            if kind is None:
                words[3 + words[2]] = self.slot
                words[2] += 1
                ring.news.notify()
            else:
                words[3 + ring.slots + self.slot] = 1
                ring.room.notify()
            if words[0] and not words[1]:
                ring.news.notify_all()


class Reading:
    def __init__(self, ring, timeout):
        self.ring, self.timeout = ring, timeout

    def __enter__(self):
        ring = self.ring

        def ready():
            words = ring.words()
            return words[2] or (words[0] and not words[1])

        with ring.news:
            if not ring.news.wait_for(ready, self.timeout):
                raise TimeoutError
            words = ring.words()
            if not words[2]:
                raise RingClosed
            self.slot = int(words[3])
            words[2] -= 1
            words[3 : 3 + words[2]] = words[4 : 4 + words[2]].copy()
            ring.opened(1)
            frame = ring.view(self.slot)
            frame.setflags(write=False)
            return frame

    def __exit__(self, *exc):
        with self.ring.room:
            self.ring.words()[3 + self.ring.slots + self.slot] = 1
            self.ring.opened(-1)
            self.ring.room.notify()
