"""Gives each recipe a thread that really sleeps: many cooks, and a long evening.

Rejected by: test_one_pair_of_hands
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from threading import Thread
from time import sleep

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

    def cook(i: int) -> None:
        try:
            while True:
                wait = check(next(recipes[i]))
                sleep(wait / 1000)
                ready_at[i] += wait
        except StopIteration as stop:
            dishes[i] = stop.value

    threads = [Thread(target=cook, args=(i,)) for i in range(len(recipes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Shift(tuple(dishes), tuple(ready_at), max(ready_at, default=0))
