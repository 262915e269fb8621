"""The ring of the textbook: the slot behind the tail counts as free although somebody still looks at it.

Rejected by: test_slot_in_use_is_not_reused, test_close_beside_another_process
"""

import multiprocessing
from contextlib import contextmanager
from multiprocessing.shared_memory import SharedMemory

import numpy as np


class RingClosed(Exception):
    pass


class FrameRing:
    def __init__(self, slots, shape, dtype, sync=multiprocessing):
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if slots < 1 or not size:
            raise ValueError
        self.slots, self.shape, self.dtype, self.changed = slots, shape, np.dtype(dtype), sync.Condition()
        self.step = (size + 63) // 64 * 64
        self.block = SharedMemory(create=True, size=64 + slots * self.step)
        self.table()[:] = 0

    def table(self):  # head, tail, finished, writing, open blocks
        return np.ndarray((5,), "i8", buffer=self.block.buf)

    def view(self, number):
        return np.ndarray(self.shape, self.dtype, self.block.buf, 64 + int(number) % self.slots * self.step)

    @contextmanager
    def writing(self, timeout=None):
        with self.changed:
            table = self.table()
            if not self.changed.wait_for(lambda: table[2] or table[0] - table[1] + table[3] < self.slots, timeout):
                raise TimeoutError
            if table[2]:
                raise RingClosed
            number = int(table[0] + table[3])
            table[3:] += 1
        done = 0
        try:
            yield self.view(number)
            done = 1
        finally:
            with self.changed:
                table[0] += done
                table[3:] -= 1
                self.changed.notify_all()

    @contextmanager
    def reading(self, timeout=None):
        with self.changed:
            table = self.table()
            if not self.changed.wait_for(lambda: table[0] > table[1] or (table[2] and not table[3]), timeout):
                raise TimeoutError
            if table[0] == table[1]:
                raise RingClosed
            frame = self.view(table[1])
            frame.flags.writeable = False
            table[1] += 1
            table[4] += 1
            self.changed.notify_all()
        try:
            yield frame
        finally:
            with self.changed:
                table[4] -= 1

    def finish(self):
        with self.changed:
            self.table()[2] = 1
            self.changed.notify_all()

    def close(self):
        if self.block.buf is not None and self.table()[4]:
            raise RuntimeError
        self.block.close()

    def unlink(self):
        self.block.unlink()
