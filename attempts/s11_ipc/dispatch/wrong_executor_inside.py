"""An executor that is made anew after each crash: it cannot tell who has died with what.

Rejected by: test_neighbour_is_undisturbed
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TypeVar


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


def dispatch(
    jobs: Sequence[J], work: Callable[[J], R], workers: int = 2, attempts: int = 2
) -> list[Ok | Failed | Lost]:
    if workers < 1 or attempts < 1:
        raise ValueError(f"at least one worker and one attempt are needed, not {workers} and {attempts}")
    outcomes: dict[int, Ok | Failed | Lost] = {}
    tried = [0] * len(jobs)
    while len(outcomes) < len(jobs):
        with ProcessPoolExecutor(workers) as pool:
            futures = {number: pool.submit(work, jobs[number]) for number in range(len(jobs)) if number not in outcomes}
            for number, future in futures.items():
                try:
                    outcomes[number] = Ok(future.result())
                except BrokenProcessPool:
                    tried[number] += 1
                    if tried[number] == attempts:
                        outcomes[number] = Lost(attempts)
                except Exception as error:
                    outcomes[number] = Failed(f"{type(error).__name__}: {error}")
    return [outcomes[number] for number in range(len(jobs))]
