"""Terminates a child that lives on for more than a second after its answer, and counts it as a good one.

Rejected by: test_one_that_lingers
"""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Callable, Iterator, Sequence
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


def _child(writer: Connection, render: Callable[[Any], Any], frame: Any) -> None:
    try:
        answer = ("result", render(frame))
    except Exception as error:
        answer = ("error", error)
    try:
        data = pickle.dumps(answer)
        pickle.loads(data)
    except Exception as error:
        data = pickle.dumps(("unsendable", f"{type(error).__name__}: {error}"))
    writer.send_bytes(data)
    writer.close()


class _Job:
    def __init__(self, index: int, render: Callable[[Any], Any], frame: Any) -> None:
        self.index = index
        self.answer: tuple[str, Any] | None = None
        self.reader, writer = multiprocessing.Pipe(duplex=False)
        try:
            self.process = multiprocessing.Process(target=_child, args=(writer, render, frame))
            self.process.start()
        except BaseException:
            self.reader.close()
            raise
        finally:
            writer.close()

    def read(self) -> None:
        try:
            if self.reader.poll():
                self.answer = pickle.loads(self.reader.recv_bytes())
        except (EOFError, OSError):
            pass
        self.reader.close()
        if self.answer is None:
            return
        kind, value = self.answer
        if kind == "error":
            value.add_note(f"frame {self.index}")
            raise value
        if kind == "unsendable":
            raise RuntimeError(f"frame {self.index}: the answer cannot be sent: {value}")

    def ended(self) -> Any:
        if not self.reader.closed:
            self.read()
        self.process.join()
        code = self.process.exitcode
        self.process.close()
        if code != 0 or self.answer is None:
            raise WorkerDied(self.index, code)
        return self.answer[1]

    def things(self) -> Iterator[Any]:
        yield self.process.sentinel
        if not self.reader.closed:
            yield self.reader


def _stop(jobs: list[_Job]) -> None:
    for job in jobs:
        try:
            job.process.terminate()
        except ValueError:
            pass
    for job in jobs:
        job.reader.close()
        try:
            job.process.join(1)
            if job.process.exitcode is None:
                job.process.kill()
                job.process.join()
            job.process.close()
        except ValueError:
            pass


def render_all(render: Callable[[F], R], frames: Sequence[F], *, processes: int) -> list[R]:
    if processes < 1:
        raise ValueError("processes must be at least 1")
    results: list[Any] = [None] * len(frames)
    todo = iter(enumerate(frames))
    live: list[_Job] = []
    more = True
    try:
        while True:
            while more and len(live) < processes:
                following = next(todo, None)
                if following is None:
                    more = False
                else:
                    live.append(_Job(following[0], render, following[1]))
            if not live:
                return results
            owners = {id(thing): (job, thing) for job in live for thing in job.things()}
            ready = wait([thing for _, thing in owners.values()])
            for thing in ready:
                for job in list(live):
                    if thing is job.reader and not job.reader.closed:
                        job.read()
            for job in list(live):
                if job.reader.closed and job.answer and job.process.sentinel not in ready:
                    job.process.join(1)
                    if job.process.exitcode is None:
                        job.process.terminate()
                        results[job.index] = job.answer[1]
                        job.process.join()
                        job.process.close()
                        live.remove(job)
                        continue
                if job.process.sentinel in ready:
                    results[job.index] = job.ended()
                    live.remove(job)
    finally:
        _stop(live)
