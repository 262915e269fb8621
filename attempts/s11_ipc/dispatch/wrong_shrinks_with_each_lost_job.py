"""Does not replace a worker that died with the last attempt of a job, unless it was the only one.

Rejected by: test_as_many_as_before_a_death
"""

from __future__ import annotations

import multiprocessing as mp
import pickle
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from typing import Any, TypeVar

J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True)
class Ok:
    value: object


@dataclass(frozen=True)
class Failed:
    error: str


@dataclass(frozen=True)
class Lost:
    attempts: int


def _worker(conn: Connection, work: Callable[[Any], Any]) -> None:
    while True:
        try:
            data = conn.recv_bytes()
        except EOFError:
            return
        try:
            reply = bytes(ForkingPickler.dumps(Ok(work(pickle.loads(data)))))
        except Exception as error:
            reply = pickle.dumps(Failed(f"{type(error).__name__}: {error}"))
        conn.send_bytes(reply)


class _Worker:
    def __init__(self, work: Callable[[Any], Any]) -> None:
        self.conn, theirs = mp.Pipe()
        self.process = mp.Process(target=_worker, args=(theirs, work))
        self.job = -1
        try:
            self.process.start()
        except BaseException:
            self.conn.close()
            raise
        finally:
            theirs.close()

    def end(self) -> None:
        self.conn.close()
        self.process.kill()
        self.process.join()
        self.process.close()


def dispatch(
    jobs: Sequence[J], work: Callable[[J], R], workers: int = 2, attempts: int = 2
) -> list[Ok | Failed | Lost]:
    if workers < 1 or attempts < 1:
        raise ValueError("workers and attempts must be at least 1")
    outcomes: list[Any] = [None] * len(jobs)
    todo = deque(range(len(jobs)))
    deaths = [0] * len(jobs)
    idle: list[_Worker] = []
    busy: dict[Connection, _Worker] = {}
    try:
        while todo or busy:
            while todo and len(busy) < workers:
                number = todo.popleft()
                try:
                    data = ForkingPickler.dumps(jobs[number])
                except Exception as error:
                    outcomes[number] = Failed(f"{type(error).__name__}: {error}")
                    continue
                if not idle:
                    idle.append(_Worker(work))
                worker = idle.pop()
                worker.job = number
                busy[worker.conn] = worker
                try:
                    worker.conn.send_bytes(data)
                except OSError:
                    pass  # it is dead: the pipe's end is read below
            for conn in wait(list(busy)):
                worker = busy[conn]
                number = worker.job
                try:
                    data = conn.recv_bytes()
                except (EOFError, OSError):
                    del busy[conn]
                    worker.end()
                    deaths[number] += 1
                    if deaths[number] >= attempts:
                        outcomes[number] = Lost(attempts)
                        workers = max(1, workers - 1)
                    else:
                        todo.append(number)
                    continue
                try:
                    outcomes[number] = pickle.loads(data)
                except Exception as error:
                    outcomes[number] = Failed(f"{type(error).__name__}: {error}")
                idle.append(worker)
                del busy[conn]
    finally:
        for worker in [*idle, *busy.values()]:
            worker.end()
    return outcomes
