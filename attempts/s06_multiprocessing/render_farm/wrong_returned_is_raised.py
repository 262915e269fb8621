"""Sends results and errors in the same way: an exception that a frame returns is raised.

Rejected by: test_results_that_look_like_errors
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
    ignores SIGTERM is killed soon after); then the error is raised. Whatever happens, all children have ended and all
    pipe ends are closed when this is left. `render` and the frames can be pickled.
    """
    if processes < 1:
        raise ValueError(f"at least one process is needed, not {processes}")
    results: list[Any] = [None] * len(frames)
    waiting = iter(enumerate(frames))
    live: dict[Connection, _Child] = {}
    try:
        while True:
            while len(live) < processes and (following := next(waiting, None)) is not None:
                _start(render, *following, live)
            if not live:
                return results
            for reader in wait(list(live)):
                assert isinstance(reader, Connection)
                frame = live[reader].frame
                results[frame] = _result(reader, live[reader])
                reader.close()
                live.pop(reader).process.close()
    finally:
        _end(live)


def _start(render: Callable[[F], R], index: int, frame: F, live: dict[Connection, _Child]) -> None:
    reader, writer = Pipe(duplex=False)
    with writer:  # our copy: as long as it is open, the reader never learns that the child has ended
        process = Process(target=_work, args=(writer, render, frame))
        try:
            process.start()
        except BaseException:
            reader.close()
            raise
    live[reader] = _Child(index, process)


def _work(writer: Connection, render: Callable[[F], R], frame: F) -> None:
    """In the child."""
    answer: tuple[str, Any]
    try:
        answer = ("result", render(frame))
    except Exception as error:
        answer = ("result", error)
    try:
        data = pickle.dumps(answer)
        pickle.loads(data)
    except Exception as error:
        data = pickle.dumps(("unsendable", f"{type(answer[1]).__name__} cannot be sent: {error}"))
    writer.send_bytes(data)
    writer.close()


def _result(reader: Connection, child: _Child) -> Any:
    """What the child has rendered; raises what became of it instead. It has ended then."""
    try:
        data = reader.recv_bytes()
    except EOFError:
        data = b""
    child.process.join()  # after its answer was taken out of the pipe: a large one keeps it alive
    exitcode = child.process.exitcode or 0
    if not data or exitcode:
        raise WorkerDied(child.frame, exitcode)
    kind, value = pickle.loads(data)
    if kind == "unsendable":
        raise RuntimeError(f"frame {child.frame}: {value}")
    if isinstance(value, Exception):
        value.add_note(f"frame {child.frame}")
        raise value
    return value


def _end(live: dict[Connection, _Child]) -> None:
    """Nobody survives, and nothing stays open."""
    for child in live.values():
        child.process.terminate()
    for reader, child in live.items():
        child.process.join(_GRACE)
        if child.process.exitcode is None:
            child.process.kill()
            child.process.join()
        child.process.close()
        reader.close()
