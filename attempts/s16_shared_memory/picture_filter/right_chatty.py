"""Says what it does on both streams, and its child ends with an exit code of its own when op raises."""

import logging
import multiprocessing
import os
from multiprocessing.shared_memory import SharedMemory

import numpy as np

logging.basicConfig(level=logging.INFO)


class WorkerFailed(RuntimeError):
    def __init__(self, exitcode):
        super().__init__(f"the child failed with exit code {exitcode}")
        self.exitcode = exitcode


def transform(image, op, ctx=None):
    if image.dtype.hasobject:
        raise TypeError("cannot share objects between processes")
    if image.size == 0:
        return np.array(image)
    ctx = ctx or multiprocessing.get_context()
    block = SharedMemory(create=True, size=image.nbytes)
    try:
        picture = np.ndarray(image.shape, image.dtype, buffer=block.buf)
        np.copyto(picture, image)
        process = ctx.Process(target=_work, args=(block.name, image.shape, image.dtype, op))
        process.start()
        logging.info("started %s", process.name)
        process.join()
        code = process.exitcode
        process.close()
        if code != 0:
            raise WorkerFailed(code)
        print(f"transformed {image.nbytes} bytes")
        return picture.copy()
    finally:
        block.close()
        block.unlink()


def _work(name, shape, dtype, op):
    print("working on", name)
    block = SharedMemory(name=name)
    picture = np.ndarray(shape, dtype, buffer=block.buf)
    try:
        op(picture)
    except Exception:
        logging.exception("op failed")
        block.close()
        os._exit(3)
    block.close()
