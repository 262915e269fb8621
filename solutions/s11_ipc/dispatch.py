"""Write a process pool that knows who holds which job, so that a crash costs nothing but the job that caused it.

Each worker has a pipe of its own and holds one job at a time, which is written down here. The parent closes its copy of
a worker's end before it starts the next one: so a pipe that ends tells of a death, after any reply that was sent before
it. It waits for all busy pipes at once, and whoever is ready gets the next job. Jobs and results are pickled as bytes
where the error can be caught.
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
"""Seconds that a terminated worker has to end before it is killed."""


@dataclass(frozen=True)
class Ok:
    """What the job has returned."""

    value: object


@dataclass(frozen=True)
class Failed:
    """The error as "TypeName: message"; free text if the job or its result could not be pickled."""

    error: str


@dataclass(frozen=True)
class Lost:
    """Every one of so many attempts killed its worker."""

    attempts: int


def dispatch(
    jobs: Sequence[J], work: Callable[[J], R], workers: int = 2, attempts: int = 2
) -> list[Ok | Failed | Lost]:
    """work(job) for each job in child processes; the outcomes in the order of the jobs. work is a module's function.

    1. At most `workers` jobs run at once, and that many while enough are left; the next job goes to whoever is free.
    2. A job whose worker dies is tried again, at most `attempts` times in all; then its outcome is Lost(attempts).
    3. A job that does not kill its worker runs exactly once, whatever the others do; a running job is never disturbed
       by a neighbour's death.
    4. A dead worker is replaced while jobs are left, however many die.
    5. An Exception of work, or a job or result that cannot be pickled, is Failed, and no death.
    6. Whether it returns or raises (at KeyboardInterrupt, or when a worker cannot be started): no process or descriptor
       is left. No jobs, no process.

    ValueError if workers < 1 or attempts < 1, without jobs too.
    """
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
                    continue
                worker = next((conn for conn in crew if conn not in busy), None) or _hire(work, crew)
                busy[worker] = number
                with suppress(OSError):  # it has died: the end of its pipe tells that soon
                    worker.send_bytes(data)
            for ready in wait(list(busy)):
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
    """Wait for its end."""
    process = crew.pop(worker)
    process.join(_GRACE)
    if process.exitcode is None:
        process.kill()
        process.join()
    process.close()
    worker.close()


def _serve(conn: Connection, work: Callable[[Any], object]) -> None:
    """In the child: job after job, until there is an empty message."""
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
