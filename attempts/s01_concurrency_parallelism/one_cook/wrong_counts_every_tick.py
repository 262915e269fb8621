"""Moves the clock tick by tick until somebody is ready: right results, for ever.

Rejected by: test_long_waits_cost_nothing
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

Recipe = Generator[int, None, str]


@dataclass(frozen=True)
class Shift:
    dishes: tuple[str, ...]
    ready_at: tuple[int, ...]
    clock: int


def check(wait: object) -> int:
    if not isinstance(wait, int):
        raise TypeError(f"a whole number of ticks, not {wait!r}")
    if wait < 0:
        raise ValueError(f"not {wait} ticks")
    return wait


def close(recipes: Sequence[Recipe]) -> None:
    for recipe in recipes:
        try:
            recipe.close()
        except BaseException:
            pass


def cook_one_by_one(recipes: Sequence[Recipe]) -> Shift:
    dishes: list[str] = []
    ready_at: list[int] = []
    clock = 0
    try:
        for recipe in recipes:
            while True:
                try:
                    clock += check(next(recipe))
                except StopIteration as stop:
                    dishes.append(stop.value)
                    ready_at.append(clock)
                    break
    except BaseException:
        close(recipes)
        raise
    return Shift(tuple(dishes), tuple(ready_at), clock)


def cook_together(recipes: Sequence[Recipe]) -> Shift:
    dishes = [""] * len(recipes)
    ready_at = [0] * len(recipes)
    clock = 0
    waiting = [(0, i) for i in range(len(recipes))]
    try:
        while waiting:
            ready = [entry for entry in waiting if entry[0] <= clock]
            if not ready:
                clock += 1
                continue
            waiting.remove(ready[0])
            i = ready[0][1]
            try:
                waiting.append((clock + check(next(recipes[i])), i))
            except StopIteration as stop:
                dishes[i] = stop.value
                ready_at[i] = clock
    except BaseException:
        close(recipes)
        raise
    return Shift(tuple(dishes), tuple(ready_at), clock)
