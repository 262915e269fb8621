"""After a job that cannot be pickled it hears the busy workers first: the next job waits, though a worker is free.

Rejected by: test_unpicklable_job_takes_nobodys_place
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

J = TypeVar("J")
R = TypeVar("R")

_GRACE = 1.0


@dataclass(frozen=True)
class Ok:
    value: object


@dataclass(frozen=True)
class Failed:
    error: str


@dataclass(frozen=True)
class Lost:
    attempts: int


def dispatch(
    jobs: Sequence[J], work: Callable[[J], R], workers: int = 2, attempts: int = 2
) -> list[Ok | Failed | Lost]:
    if workers < 1 or attempts < 1:
        raise ValueError(f"at least one worker and one attempt are needed, not {workers} and {attempts}")
    outcomes: dict[int, Ok | Failed | Lost] = {}
    waiting = deque(enumerate(jobs))
    tried = [0] * len(jobs)
    crew: dict[Connection, Process] = {}
    busy: dict[Connection, int] = {}
    try:
        while waiting or busy:
            while waiting and len(busy) < workers:
                number, job = waiting.popleft()
                try:
                    data = pickle.dumps(job)
                except Exception as error:
                    outcomes[number] = Failed(f"the job cannot be pickled: {error}")
                    break
                worker = next((conn for conn in crew if conn not in busy), None) or _hire(work, crew)
                busy[worker] = number
                with suppress(OSError):  # it has died: the end of its pipe tells that soon
                    worker.send_bytes(data)
            for ready in wait(list(busy)) if busy else []:
                assert isinstance(ready, Connection)
                number = busy.pop(ready)
                try:
                    reply = ready.recv_bytes()
                except (EOFError, OSError):
                    _part(ready, crew)
                    tried[number] += 1
                    if tried[number] < attempts:
                        waiting.append((number, jobs[number]))
                    else:
                        outcomes[number] = Lost(attempts)
                else:
                    outcomes[number] = pickle.loads(reply)
        return [outcomes[number] for number in range(len(jobs))]
    finally:
        for worker, process in crew.items():
            if worker in busy:
                process.terminate()
            else:
                with suppress(OSError):
                    worker.send_bytes(b"")
        for worker in list(crew):
            _part(worker, crew)


def _hire(work: Callable[[J], R], crew: dict[Connection, Process]) -> Connection:
    ours, theirs = Pipe()
    with theirs:  # our copy: as long as it is open, or a later child has it, nobody learns that this one has died
        process = Process(target=_serve, args=(theirs, work))
        try:
            process.start()
        except BaseException:
            ours.close()
            raise
    crew[ours] = process
    return ours


def _part(worker: Connection, crew: dict[Connection, Process]) -> None:
    process = crew.pop(worker)
    process.join(_GRACE)
    if process.exitcode is None:
        process.kill()
        process.join()
    process.close()
    worker.close()


def _serve(conn: Connection, work: Callable[[Any], object]) -> None:
    while data := conn.recv_bytes():
        outcome: Ok | Failed
        try:
            outcome = Ok(work(pickle.loads(data)))
        except Exception as error:
            outcome = Failed(f"{type(error).__name__}: {error}")
        try:
            reply = pickle.dumps(outcome)
            pickle.loads(reply)
        except Exception as error:
            reply = pickle.dumps(Failed(f"the result cannot be pickled: {error}"))
        conn.send_bytes(reply)
