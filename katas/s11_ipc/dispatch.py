"""Write a process pool that knows who holds which job, so that a crash costs nothing but the job that caused it.

When a worker of an ordinary pool crashes, the pool cannot say who has died with what, and the neighbours' work is lost
as well. With a pipe for each worker you know: nobody's work is repeated because of somebody else, and a free worker
never waits for a slow one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

J = TypeVar("J")
R = TypeVar("R")


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
    # TODO: who holds which job? How do you learn of a reply, and of a death, whichever comes first?
    raise NotImplementedError
