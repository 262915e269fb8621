"""Counter and cached_property look like one step, and are not: another thread may come in where it really may."""

from __future__ import annotations

import functools
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from dojo.interleave import outcomes, together
from tests.dojo.interleave.telling import Twins

Count = Counter[str]


def merge(counter: Count) -> None:
    counter.update({"a": 1})


def merge_named(counter: Count) -> None:
    counter.update(a=1)


def add(counter: Count) -> None:
    counter += Counter(a=1)


def take_away(counter: Count) -> None:
    counter.subtract("a")


def take_away_counts(counter: Count) -> None:
    counter -= Counter(a=1)


def count_in_c(counter: Count) -> None:
    counter.update("a")


@pytest.mark.parametrize(
    ("change", "values"),
    [
        (merge, {6, 7}),
        (merge_named, {6, 7}),
        (add, {6, 7}),
        (take_away, {3, 4}),
        (take_away_counts, {3, 4}),
        (count_in_c, {7}),
    ],
)
def test_counts_are_lost_where_they_can_be(change: Callable[[Count], None], values: set[int]) -> None:
    def program() -> int:
        counter = Counter(a=5)
        together(lambda: change(counter), lambda: change(counter))
        return counter["a"]

    found = outcomes(program)
    assert (found.values, found.complete) == (values, True)


def test_a_counter_counts_as_it_does(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        counter = Counter("ab", c=2)
        counter.update(Counter(a=2), b=3)
        counter.update(None)
        counter.subtract({"a": 5}, c=1)
        counter.subtract(["z", "z"])
        negative = tuple(sorted(counter.items()))
        counter += Counter(a=1, c=1)
        counter -= Counter(b=3)
        return negative, tuple(sorted(counter.items()))

    assert twins(program) == ((("a", -2), ("b", 4), ("c", 1), ("z", -2)), (("b", 1), ("c", 2)))


class Shelf:
    def __init__(self) -> None:
        self.made = 0

    @functools.cached_property
    def label(self) -> object:
        self.made += 1
        return object()


def test_a_cached_property_is_made_twice_where_it_takes_no_lock() -> None:
    def program() -> bool:
        shelf = Shelf()
        first, second = together(lambda: shelf.label, lambda: shelf.label)
        return first is second

    found = outcomes(program)
    assert found.complete
    assert found.values == ({True, False} if sys.version_info >= (3, 12) else {True})


def test_a_cached_property_is_kept(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        shelf = Shelf()
        return shelf.label is shelf.label, shelf.made, *sorted(vars(shelf)), Shelf.label is vars(Shelf)["label"]

    assert twins(program) == (True, 1, "label", "made", True)
