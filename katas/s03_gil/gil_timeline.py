"""Build the model that tells, before anybody rewrites a job, whether threads or processes will make it faster.

It simulates workers, cores and one GIL per process, tick by tick. The ticks are virtual: no stop-watch, and the
same answer on every machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["python", "native", "io"]  # bytecode; C code that has released the GIL; waiting
Burst = tuple[Kind, int]  # (kind, ticks >= 1)


@dataclass(frozen=True)
class Worker:
    """A thread: what it has to do, one burst after the other."""

    process: str  # workers of one process share one GIL
    bursts: tuple[Burst, ...]


# Both functions check all that they were given before they simulate anything, and raise ValueError if cores < 1,
# for a burst of fewer than 1 tick or of an unknown kind, and if process_cost < 0.


def finish_ticks(workers: Sequence[Worker], *, cores: int, gil: bool = True) -> list[int]:
    """The number of ticks after which each worker is done; 0 if it has no bursts.

    Every tick t = 0, 1, 2, ... serves each of the n workers once, in the order t % n, t % n + 1, ... and on from
    0 after n - 1; workers that are done keep their place. A served worker completes one tick of its current burst
    if it can:

    - io: always;
    - native: if fewer than `cores` workers have used a core in this tick. It uses one;
    - python: like native, and if `gil`, only if no other worker of its process has run a python tick in this tick.

    A worker gets on by one tick per tick at most: its next burst starts in the next tick.
    """
    raise NotImplementedError  # TODO


def choose(jobs: Sequence[Sequence[Burst]], *, cores: int, process_cost: int) -> Literal["threads", "processes"]:
    """The plan whose last worker ends first, with a GIL; "threads" if both end at the same tick.

    - "threads": each job is a worker of one and the same process.
    - "processes": each job is a worker in a process of its own, with one more burst in front:
      ("python", process_cost), or none if that is 0.
    """
    raise NotImplementedError  # TODO
