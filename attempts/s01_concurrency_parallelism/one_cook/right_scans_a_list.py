"""Looks through all that wait for the earliest one, each time; min() takes the first of equals."""

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
    done: dict[int, tuple[str, int]] = {}
    waiting = [(0, i) for i in range(len(recipes))]
    clock = 0
    try:
        while waiting:
            entry = min(waiting, key=lambda entry: entry[0])
            waiting.remove(entry)
            clock, i = entry
            try:
                waiting.append((clock + check(recipes[i].send(None)), i))
            except StopIteration as stop:
                done[i] = (stop.value, clock)
    except BaseException:
        close(recipes)
        raise
    ordered = [done[i] for i in range(len(recipes))]
    return Shift(tuple(d for d, _ in ordered), tuple(t for _, t in ordered), clock)
