"""The result is made first, and copied into the block and back; a context manager owns the block."""

import contextlib
import functools
import multiprocessing
from multiprocessing.shared_memory import SharedMemory

import numpy as np


class WorkerFailed(RuntimeError):
    exitcode = None


@contextlib.contextmanager
def shared(size):
    block = SharedMemory(create=True, size=size)
    try:
        yield block
    finally:
        try:
            block.close()
        finally:
            block.unlink()


def work(name, like, op):
    block = SharedMemory(name=name)
    try:
        op(np.ndarray(like["shape"], like["dtype"], block.buf))
    finally:
        block.close()


def transform(image, op, ctx=None):
    if image.dtype.hasobject:
        raise TypeError(image.dtype)
    result = np.empty_like(image, order="C", subok=False)
    result[...] = image
    if image.size:
        with shared(result.nbytes) as block:
            np.ndarray(result.shape, result.dtype, block.buf)[...] = result
            child = (ctx or multiprocessing.get_context()).Process(
                target=functools.partial(work, op=op), args=(block.name, {"shape": result.shape, "dtype": result.dtype})
            )
            child.start()
            child.join()
            if child.exitcode:
                error = WorkerFailed(f"exit code {child.exitcode}")
                error.exitcode = child.exitcode
                raise error
            result[...] = np.ndarray(result.shape, result.dtype, block.buf)
    return result
