"""The start of a process comes after its work, as if only the sum of ticks counted.

Rejected by: test_choose
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

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
    _check((burst for worker in workers for burst in worker.bursts), cores)
    # One entry for each tick of work, the next one last: what a worker does now is its last entry.
    work = [[kind for kind, ticks in reversed(worker.bursts) for _ in range(ticks)] for worker in workers]
    finished = [0] * len(workers)
    tick = 0
    while any(work):
        free_cores = cores
        gils_taken: set[str] = set()
        for step in range(len(workers)):
            index = (tick + step) % len(workers)
            if not work[index]:
                continue
            kind, process = work[index][-1], workers[index].process
            if kind != "io" and not free_cores:
                continue
            if kind == "python" and gil and process in gils_taken:
                continue  # without a core: the next worker may have it
            if kind != "io":
                free_cores -= 1
            if kind == "python":
                gils_taken.add(process)
            work[index].pop()
            if not work[index]:
                finished[index] = tick + 1
        tick += 1
    return finished


def choose(jobs: Sequence[Sequence[Burst]], *, cores: int, process_cost: int) -> Literal["threads", "processes"]:
    """The plan whose last worker ends first, with a GIL; "threads" if both end at the same tick.

    - "threads": each job is a worker of one and the same process.
    - "processes": each job is a worker in a process of its own, with one more burst in front:
      ("python", process_cost), or none if that is 0.
    """
    if process_cost < 0:
        raise ValueError(f"a process cannot cost {process_cost} ticks")
    start: tuple[Burst, ...] = (("python", process_cost),) if process_cost else ()
    threads = [Worker("the only one", tuple(job)) for job in jobs]
    processes = [Worker(f"process {number}", (*job, *start)) for number, job in enumerate(jobs)]
    ends_with_threads = max(finish_ticks(threads, cores=cores), default=0)
    ends_with_processes = max(finish_ticks(processes, cores=cores), default=0)
    return "processes" if ends_with_processes < ends_with_threads else "threads"


def _check(bursts: Iterable[Burst], cores: int) -> None:
    """ValueError if there is no such machine or no such work."""
    if cores < 1:
        raise ValueError(f"a machine has at least one core, not {cores}")
    for kind, ticks in bursts:
        if kind not in get_args(Kind):
            raise ValueError(f"{kind!r} is none of {', '.join(get_args(Kind))}")
        if ticks < 1:
            raise ValueError(f"a burst takes at least one tick, not {ticks}")
