"""Render each frame in a fresh process, a few at a time, and turn what becomes of a child into a result or an error.

A film studio renders with a C library that leaks memory and sometimes crashes. So each frame gets a process of its
own, and a crash has to become an error that names the frame, not a main program that waits for ever. Build it from
Process and Pipe.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

F = TypeVar("F")
R = TypeVar("R")


class WorkerDied(RuntimeError):
    """The child that rendered the frame with this index ended without an answer, or badly after it."""

    def __init__(self, frame: int, exitcode: int) -> None:
        super().__init__(f"frame {frame}: the process ended with exit code {exitcode}")
        self.frame = frame
        self.exitcode = exitcode


def render_all(render: Callable[[F], R], frames: Sequence[F], *, processes: int) -> list[R]:
    """render(frame) for every frame, each in a fresh child process of its own, by the default start method.

    Children are started in the order of the frames, never more than `processes` alive at a time; when one has ended,
    the next is started at once (no batches). Returns the results in the order of the frames; they may be large. No
    frames: [].

    Raises ValueError if processes < 1, and for the frame with index i:
    - if render raises an Exception: that exception (same type and str()), with the note f"frame {i}";
    - if the result or the exception cannot be sent: RuntimeError whose text contains f"frame {i}". Something can be
      sent if it survives pickling there and back;
    - if the child ends without an answer (os._exit, sys.exit, a signal), or answers and then ends with an exit code
      other than 0: WorkerDied(i, exitcode).

    At the first failure that is noticed no further frame is started and the running children are terminated (one that
    ignores SIGTERM is killed soon after); then the error is raised. Whatever happens (Ctrl-C, too), all children have
    ended and all pipe ends are closed when this is left. `render` and the frames can be pickled.
    """
    # TODO: what can a child give back: an answer, an error, silence? How does the parent notice silence?
    raise NotImplementedError
