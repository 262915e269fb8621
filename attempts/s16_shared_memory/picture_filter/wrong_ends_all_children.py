"""After a failure all children of this process are ended, and so those of other calls.

Rejected by: test_failure_beside_another_call
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.process
from collections.abc import Callable
from multiprocessing.context import BaseContext
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[Any]
Op = Callable[[Image], None]


class WorkerFailed(RuntimeError):
    exitcode: int

    def __init__(self, exitcode: int) -> None:
        super().__init__(f"the child has failed with exit code {exitcode}")
        self.exitcode = exitcode


def transform(image: Image, op: Op, ctx: BaseContext | None = None) -> Image:
    ctx = ctx or multiprocessing.get_context()
    if image.dtype.hasobject:
        raise TypeError(f"objects cannot be shared: {image.dtype}")
    if image.nbytes == 0:
        return image.copy()
    block = SharedMemory(create=True, size=image.nbytes)
    try:
        view = np.ndarray(image.shape, image.dtype, buffer=block.buf)
        view[...] = image
        child = ctx.Process(target=_work, args=(block.name, image.shape, image.dtype, op))
        child.start()
        child.join()
        exitcode = child.exitcode
        child.close()
        if exitcode:
            for other in multiprocessing.active_children():
                other.terminate()
                other.join()
            raise WorkerFailed(exitcode)
        result = view.copy()
        del view
        return result
    finally:
        block.close()
        block.unlink()


def _work(name, shape, dtype, op) -> None:
    block = SharedMemory(name=name)
    try:
        view = np.ndarray(shape, dtype, buffer=block.buf)
        op(view)
        del view
    finally:
        block.close()
