"""Every picture is worked on as int64.

Rejected by: test_filters
"""

import multiprocessing
from multiprocessing.shared_memory import SharedMemory

import numpy as np


class WorkerFailed(RuntimeError):
    pass


def transform(image, op, ctx=None):
    ctx = ctx or multiprocessing.get_context()
    if image.dtype.hasobject:
        raise TypeError(f"no objects: {image.dtype}")
    if image.size == 0:
        return image.copy()
    block = SharedMemory(create=True, size=image.size * 8)
    try:
        array = np.ndarray(image.shape, np.int64, buffer=block.buf)
        array[...] = image
        child = ctx.Process(target=_work, args=(block.name, image.shape, np.dtype(np.int64), op))
        child.start()
        child.join()
        if child.exitcode != 0:
            error = WorkerFailed("the child failed")
            error.exitcode = child.exitcode
            raise error
        return array.copy()
    finally:
        block.close()
        block.unlink()


def _work(name, shape, dtype, op):
    block = SharedMemory(name=name)
    try:
        op(np.ndarray(shape, dtype, buffer=block.buf))
    finally:
        block.close()
