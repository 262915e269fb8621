"""benchmarks.rewrites changes how an answer is written, and not what it does."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.rewrites import REWRITINGS, rewritten

SOURCE = '''
"""Counts."""

from __future__ import annotations

from threading import Lock


class Counter:
    """From 0 on."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._count = 0

    def next(self, step: int = 1) -> int:
        """The count after the next step."""
        with self._lock:
            self._count += step
            return self._count
'''
NEW = dict(rewritten(SOURCE))


def test_each_changes_something() -> None:
    assert set(NEW) == {rewriting.__name__ for rewriting in REWRITINGS}


@pytest.mark.parametrize("name", sorted(NEW))
def test_counts_as_before(name: str) -> None:
    names: dict[str, Any] = {"__name__": "counting"}
    exec(NEW[name], names)
    counter = names["Counter"]()
    assert [counter.next(), counter.next(step=2), counter.next(4)] == [1, 3, 7]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("printing", "print('next')"),
        ("naming_results", "result_ = self._count"),
        ("baring", "def next(self, step=1):"),
        ("importing_modules", "self._lock = threading_.Lock()"),
        ("importing_inside", "        from threading import Lock as Lock"),
        ("renaming", "self._count_of_mine += step"),
        ("opening_with", "self._lock.release()"),
        ("reentering", "self._lock = RLock()"),
        ("inheriting", "class Counter(CounterBase):"),
        ("decorating", "    @traced_"),
        ("extracting", "        return work_()"),
    ],
)
def test_what_it_writes(name: str, line: str) -> None:
    assert line in NEW[name]
