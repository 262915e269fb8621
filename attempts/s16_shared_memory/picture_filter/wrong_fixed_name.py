"""Every block has the same name: two calls at once get in each other's way.

Rejected by: test_two_calls_at_once
"""

import multiprocessing
from multiprocessing.shared_memory import SharedMemory
import numpy as np


class WorkerFailed(RuntimeError):
    def __init__(self, code=None):
        super().__init__(f"exit code {code}")
        self.exitcode = code


def _work(name, shape, dtype, op):
    block = SharedMemory(name=name)
    try:
        op(np.ndarray(shape, dtype, buffer=block.buf))
    finally:
        block.close()


def transform(image, op, ctx=None):
    ctx = ctx or multiprocessing.get_context()
    if image.dtype.hasobject:
        raise TypeError("objects")
    if image.size == 0:
        return image.copy()
    block = SharedMemory("picture", create=True, size=image.nbytes)
    try:
        array = np.ndarray(image.shape, image.dtype, buffer=block.buf)
        array[...] = image
        child = ctx.Process(target=_work, args=(block.name, image.shape, image.dtype, op))
        child.start()
        child.join()
        if child.exitcode != 0:
            raise WorkerFailed(child.exitcode)
        return array.copy()
    finally:
        block.close()
        block.unlink()
