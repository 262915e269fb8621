"""Make transform safe: whatever the child process does, the picture is right and nothing stays behind.

A picture service lets a child process change a picture in shared memory, so that it need not be copied through a pipe.
The code was made for one demo: a child that never fails, and pictures of int64. Careful: what it returns points into
memory that is gone. To read it does not raise, it ends Python.
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
    # TODO: which pictures does this not fit?
    block = SharedMemory(create=True, size=int(np.prod(image.shape)) * 8)
    array: Image = np.ndarray(image.shape, np.int64, buffer=block.buf)
    array[:] = image
    # TODO: what if this goes wrong?
    child = ctx.Process(target=_work, args=(block.name, image.shape, op))  # type: ignore[attr-defined]
    child.start()
    child.join()
    block.close()
    block.unlink()
    # TODO: where does this array live?
    return array


def _work(name: str, shape: tuple[int, ...], op: Op) -> None:
    """In the child. TODO: what else does it have to know?"""
    block = SharedMemory(name=name)
    array: Image = np.ndarray(shape, np.int64, buffer=block.buf)
    op(array)
    block.close()
