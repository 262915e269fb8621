"""Takes an answer for the end of its process: the next one starts while the last one is still alive.

Rejected by: test_never_more_than_allowed
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
    if processes < 1:
        raise ValueError(f"at least one process is needed, not {processes}")
    results: list[Any] = [None] * len(frames)
    waiting = iter(enumerate(frames))
    live: dict[Connection, _Child] = {}
    answered: list[Process] = []
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
                answered.append(live.pop(reader).process)
    finally:
        _end(live)
        for process in answered:
            process.join()
            process.close()


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


def _result(reader: Connection, child: _Child) -> Any:
    """What the child has rendered; raises what became of it instead. It has ended then."""
    try:
        data = reader.recv_bytes()
    except EOFError:
        data = b""
    if not data:
        child.process.join()
        raise WorkerDied(child.frame, child.process.exitcode or 0)
    kind, value = pickle.loads(data)
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
