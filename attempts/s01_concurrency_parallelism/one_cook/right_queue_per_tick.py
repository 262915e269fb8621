"""A queue of recipes for each tick, and a heap of the ticks that have one."""

from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

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
    ticks = [0]
    ready: dict[int, deque[int]] = {0: deque(range(len(recipes)))}
    try:
        while ticks:
            tick = heappop(ticks)
            queue = ready[tick]
            while queue:
                i = queue.popleft()
                clock = tick
                try:
                    wake = tick + check(next(recipes[i]))
                except StopIteration as stop:
                    dishes[i], ready_at[i] = stop.value, tick
                    continue
                if wake not in ready:
                    ready[wake] = deque()
                    heappush(ticks, wake)
                ready[wake].append(i)
            del ready[tick]
    except BaseException:
        close(recipes)
        raise
    return Shift(tuple(dishes), tuple(ready_at), clock)
