"""A queue that hands on copies: pickled between processes, and nothing is shared.

Rejected by: test_frames_are_in_the_block
"""

import multiprocessing
import queue
from contextlib import contextmanager

import numpy as np


class RingClosed(Exception):
    pass


class FrameRing:
    def __init__(self, slots, shape, dtype, sync=multiprocessing):
        if slots < 1 or not np.prod(shape):
            raise ValueError
        self.shape, self.dtype, self.finished = shape, dtype, False
        self.free = sync.Semaphore(slots)
        self.full = queue.Queue() if not hasattr(sync, "Queue") else sync.Queue()

    @contextmanager
    def writing(self, timeout=None):
        if not self.free.acquire(timeout=timeout):
            raise TimeoutError
        frame = np.zeros(self.shape, self.dtype)
        try:
            yield frame
        except BaseException:
            self.free.release()
            raise
        self.full.put(frame)

    @contextmanager
    def reading(self, timeout=None):
        try:
            frame = self.full.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError from None
        frame.flags.writeable = False
        yield frame
        self.free.release()

    def finish(self):
        self.finished = True

    def close(self):
        pass

    def unlink(self):
        pass
