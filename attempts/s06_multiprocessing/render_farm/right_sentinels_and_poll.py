"""Waits for readers and sentinels together, and asks poll() whether a dead child has left an answer."""

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
    answer: bytes | None = None
    """b"" if there was none, or only the beginning of one."""


def render_all(render: Callable[[F], R], frames: Sequence[F], *, processes: int) -> list[R]:
    """render(frame) for every frame, each in a fresh child process of its own, by the default start method.

    Children are started in the order of the frames, never more than `processes` alive at a time; when one has ended,
    the next is started at once (no batches), even if another one lingers after its answer. Returns the results in the
    order of the frames; they may be large. No frames: [].

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
    live: dict[Connection, _Child] = {}
    try:
        while True:
            while len(live) < processes and (following := next(waiting, None)) is not None:
                _start(render, *following, live)
            if not live:
                return results
            reading = [reader for reader, child in live.items() if child.answer is None]
            sentinels = {child.process.sentinel: reader for reader, child in live.items()}
            ready = wait([*reading, *sentinels])
            for reader in {sentinels.get(item, item) for item in ready}:
                child = live[reader]
                if child.answer is None:
                    child.answer = _received(reader)
                if child.process.exitcode is None:
                    continue
                results[child.frame] = _result(child)
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
        answer = ("error", error)
    try:
        data = pickle.dumps(answer)
        pickle.loads(data)
    except Exception as error:
        data = pickle.dumps(("unsendable", f"{type(answer[1]).__name__} cannot be sent: {error}"))
    writer.send_bytes(data)
    writer.close()


def _received(reader: Connection) -> bytes:
    try:
        return reader.recv_bytes() if reader.poll() else b""
    except (EOFError, OSError):
        return b""


def _result(child: _Child) -> Any:
    """What the child has rendered; raises what became of it instead. It has ended."""
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
