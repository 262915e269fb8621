"""benchmarks.mutants makes the mistakes that people make, one at a time."""

from __future__ import annotations

import pytest

from benchmarks.mutants import mutants

SOURCE = """
def take(self, timeout):
    with self.lock:
        while not self.items:
            self.changed.wait(timeout=timeout)
        self.count -= 1
        self.changed.notify_all()
    return self.items
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("while not self.items:", "if not self.items:"),
        ("notify_all()", "notify()"),
        ("timeout=timeout", ""),
        ("        self.count -= 1\n", ""),
        ("self.count -= 1", "self.count -= 2"),
        (
            "        self.count -= 1\n        self.changed.notify_all()\n",
            "        self.changed.notify_all()\n        self.count -= 1\n",
        ),
        ("        self.changed.notify_all()\n", "    self.changed.notify_all()\n"),
    ],
)
def test_mistakes(before: str, after: str) -> None:
    assert before in SOURCE
    assert SOURCE.replace(before, after).strip() in set(mutants(SOURCE))


def test_the_lock_is_left_out() -> None:
    assert any("with" not in text and "return self.items" in text for text in mutants(SOURCE))


def test_each_differs() -> None:
    found = list(mutants(SOURCE))
    assert len(found) == len(set(found))
    assert SOURCE.strip() not in found
