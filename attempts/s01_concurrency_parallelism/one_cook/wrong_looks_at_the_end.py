"""The waits of a recipe are looked at when it has ended: it goes on behind a bad one.

Rejected by: test_bad_waits
"""

import heapq
from collections.abc import Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

Recipe = Generator[int, None, str]


@dataclass(frozen=True)
class Shift:
    dishes: tuple[str, ...]
    ready_at: tuple[int, ...]
    clock: int


def _checked(wait: object) -> int:
    if not isinstance(wait, int):
        raise TypeError(f"{wait!r} is no number of ticks")
    if wait < 0:
        raise ValueError(f"{wait} ticks ago is over")
    return wait


def _close(recipes: Iterable[Recipe]) -> None:
    for recipe in recipes:
        with suppress(BaseException):
            recipe.close()


def cook_one_by_one(recipes: Sequence[Recipe]) -> Shift:
    clock = 0
    dishes, ready_at = [], []
    try:
        for recipe in recipes:
            waits = []

            def run():
                dishes.append((yield from recipe))

            waits = list(run())
            clock += sum(map(_checked, waits))
            ready_at.append(clock)
    except BaseException:
        _close(recipes)
        raise
    return Shift(tuple(dishes), tuple(ready_at), clock)


def cook_together(recipes: Sequence[Recipe]) -> Shift:
    clock = 0
    number = count()
    dishes = [""] * len(recipes)
    ready_at = [0] * len(recipes)
    waiting = [(0, next(number), i) for i in range(len(recipes))]
    try:
        while waiting:
            clock, _, i = heapq.heappop(waiting)
            try:
                wait = next(recipes[i])
            except StopIteration as end:
                dishes[i] = end.value
                ready_at[i] = clock
                continue
            heapq.heappush(waiting, (clock + _checked(wait), next(number), i))
    except BaseException:
        _close(recipes)
        raise
    return Shift(tuple(dishes), tuple(ready_at), clock)
