"""Make transform safe: whatever the child process does, the picture is right and nothing stays behind.

Who makes the block unlinks it, once; who has it open closes it; both in a `finally`, since a child may fail. The block
itself knows neither shape nor dtype (nor its exact size: some systems round it up), so both travel to the child. The
result is a copy, taken before close(): an array over `block.buf` does not keep the block's memory alive.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.context import BaseContext
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[Any]
Op = Callable[[Image], None]
"""Changes the array in place. Can be pickled."""


class WorkerFailed(RuntimeError):
    """The child that worked on the picture has failed."""

    exitcode: int
    """Of the child."""

    def __init__(self, exitcode: int) -> None:
        super().__init__(f"the child process ended with exit code {exitcode}")
        self.exitcode = exitcode


def transform(image: Image, op: Op, ctx: BaseContext | None = None) -> Image:
    """A new array: image with op applied by one child process, in a SharedMemory block (the image is never pickled).

    It has the image's shape and dtype, is writable and owns its memory. The image may have any layout and be read-only;
    it is not changed. An empty image: a copy, without process and block (there are no blocks of size 0).

    ctx is the multiprocessing context to start the child with; None: the default one. Several threads may call
    transform at once, for the same image too (if ctx is one for threads: not fork); the children work at the same time.

    Raises TypeError if the dtype holds objects, and WorkerFailed if the child's exit code is not 0: op raises, or the
    child dies. In every case, also if the child cannot be started, no process is left, and the block is closed and
    unlinked.
    """
    ctx = ctx or multiprocessing.get_context()
    if image.dtype.hasobject:  # an object is an address, which means nothing in another process
        raise TypeError(f"objects cannot be shared between processes: {image.dtype}")
    if image.size == 0:
        return image.copy()
    block = SharedMemory(create=True, size=image.nbytes)
    try:
        array: Image = np.ndarray(image.shape, image.dtype, buffer=block.buf)
        array[...] = image  # [...] and not [:]: a picture may have no dimension at all
        child = ctx.Process(target=_work, args=(block.name, image.shape, image.dtype, op))  # type: ignore[attr-defined]
        child.start()
        try:
            child.join()
        finally:  # Ctrl-C: nobody waits for the child any more, and the block goes
            child.kill()  # does nothing to one that has ended
            child.join()
        if child.exitcode != 0:
            raise WorkerFailed(child.exitcode)
        return array.copy()  # before the block is closed
    finally:
        block.close()
        block.unlink()


def _work(name: str, shape: tuple[int, ...], dtype: np.dtype[Any], op: Op) -> None:
    """In the child."""
    block = SharedMemory(name=name)
    try:
        array: Image = np.ndarray(shape, dtype, buffer=block.buf)
        op(array)
    finally:
        block.close()  # only close: the name belongs to who made it
