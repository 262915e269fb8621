"""The block is named after process and thread; a byte behind the picture says that op has returned."""

from __future__ import annotations

import multiprocessing
import os
import threading
from multiprocessing.shared_memory import SharedMemory

import numpy as np


class WorkerFailed(RuntimeError):
    def __init__(self, exitcode):
        super().__init__(f"the child ended with {exitcode}")
        self.exitcode = exitcode


def transform(image, op, ctx=None):
    if image.dtype.hasobject:
        raise TypeError("objects cannot be shared")
    if image.nbytes == 0:
        return image.copy()
    if ctx is None:
        ctx = multiprocessing.get_context()
    size = image.nbytes
    block = SharedMemory(f"picture_{os.getpid()}_{threading.get_ident()}", create=True, size=size + 1)
    try:
        block.buf[size] = 0
        array = np.ndarray(image.shape, image.dtype, buffer=block.buf)
        array[...] = image
        child = ctx.Process(target=_work, args=(block.name, image.shape, image.dtype, op))
        try:
            child.start()
            child.join()
        finally:
            if child.is_alive():
                child.kill()
                child.join()
        if child.exitcode != 0 or block.buf[size] != 1:
            raise WorkerFailed(child.exitcode)
        return array.copy()
    finally:
        block.close()
        block.unlink()


def _work(name, shape, dtype, op):
    block = SharedMemory(name=name)
    try:
        array = np.ndarray(shape, dtype, buffer=block.buf)
        size = array.nbytes
        op(array)
        block.buf[size] = 1
        del array
    finally:
        block.close()
