"""Render each frame in a fresh process, a few at a time, and turn what becomes of a child into a result or an error.

Each child has a pipe of its own. The parent closes its copy of the writing end, so that the pipe tells the end of the
child, too: a reader becomes ready when there is an answer, or when nobody can write any more. An answer is not yet the
end: from then on the parent waits for the child's sentinel, beside all other children, so that one that lingers keeps
nobody waiting. The child pickles its answer itself, and unpickles it for a test, since what does not survive that could
only hurt in the parent.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

F = TypeVar("F")
R = TypeVar("R")


class WorkerDied(RuntimeError):
    """The child that rendered the frame with this index ended without an answer, or badly after it."""

    def __init__(self, frame: int, exitcode: int) -> None:
        super().__init__(f"frame {frame}: the process ended with exit code {exitcode}")
        self.frame = frame
        self.exitcode = exitcode


_GRACE = 0.3
"""Seconds that a terminated child has to end before it is killed."""


@dataclass
class _Child:
    frame: int
    process: Process
    reader: Connection
    answer: bytes = b""


_Live = dict[Connection | int, _Child]
"""The children, by what is awaited next: first something to read, then the end, which the sentinel tells."""


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
    if processes < 1:
        raise ValueError(f"at least one process is needed, not {processes}")
    results: list[Any] = [None] * len(frames)
    waiting = iter(enumerate(frames))
    live: _Live = {}
    try:
        while True:
            while len(live) < processes and (following := next(waiting, None)) is not None:
                _start(render, *following, live)
            if not live:
                return results
            for ready in wait(list(live)):
                assert isinstance(ready, Connection | int)
                child = live[ready]
                if ready is child.reader:
                    child.answer = _received(child.reader)
                    live[child.process.sentinel] = live.pop(ready)
                else:
                    results[child.frame] = _result(child)
                    child.reader.close()
                    live.pop(ready).process.close()
    finally:
        _end(live)


def _start(render: Callable[[F], R], index: int, frame: F, live: _Live) -> None:
    reader, writer = Pipe(duplex=False)
    with writer:  # our copy: as long as it is open, the reader never learns that the child has ended
        process = Process(target=_work, args=(writer, render, frame))
        try:
            process.start()
        except BaseException:
            reader.close()
            raise
    live[reader] = _Child(index, process, reader)


def _work(writer: Connection, render: Callable[[F], R], frame: F) -> None:
    """In the child."""
    answer: tuple[str, Any]
    try:
        answer = ("result", render(frame))
    except Exception as error:
        answer = ("error", error)
    try:
        data = pickle.dumps(answer)
        pickle.loads(data)
    except Exception as error:
        data = pickle.dumps(("unsendable", f"{type(answer[1]).__name__} cannot be sent: {error}"))
    writer.send_bytes(data)
    writer.close()


def _received(reader: Connection) -> bytes:
    """The answer; b"" if there is none, or only the beginning of one. A large one keeps its child alive until then."""
    try:
        return reader.recv_bytes()
    except (EOFError, OSError):
        return b""


def _result(child: _Child) -> Any:
    """What the child has rendered; raises what became of it instead. It has ended."""
    child.process.join()
    exitcode = child.process.exitcode or 0
    if not child.answer or exitcode:
        raise WorkerDied(child.frame, exitcode)
    kind, value = pickle.loads(child.answer)
    if kind == "result":
        return value
    if kind == "error":
        value.add_note(f"frame {child.frame}")
        raise value
    raise RuntimeError(f"frame {child.frame}: {value}")


def _end(live: _Live) -> None:
    """Nobody survives, and nothing stays open."""
    for child in live.values():
        child.process.terminate()
    for child in live.values():
        child.process.join(_GRACE)
        if child.process.exitcode is None:
            child.process.kill()
            child.process.join()
        child.process.close()
        child.reader.close()
