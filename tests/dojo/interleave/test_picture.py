"""Pictures of the classic failures, line by line.

To renew the golden files after a change that is meant: DOJO_RENEW_GOLDEN=1 pytest tests/dojo/interleave/test_picture.py
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from dojo.interleave import InterleaveError, explore, together

GOLDEN = Path(__file__).parent / "golden"


class Account:
    """Loses updates, and checks before it acts."""

    def __init__(self, balance: int) -> None:
        self.balance = balance

    def deposit(self, amount: int) -> None:
        self.balance += amount

    def withdraw(self, amount: int) -> None:
        if self.balance >= amount:
            self.balance = self.balance - amount


class Pair:
    """Two locks in either order."""

    def __init__(self) -> None:
        self.lock_a = threading.Lock()
        self.lock_b = threading.Lock()

    def forth(self) -> None:
        with self.lock_a, self.lock_b:
            pass

    def back(self) -> None:
        with self.lock_b, self.lock_a:
            pass


class Mailbox:
    """Looks for mail before it takes the lock."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.letter: str | None = None

    def put(self, letter: str) -> None:
        with self.changed:
            self.letter = letter
            self.changed.notify()

    def get(self, timeout: float | None = None) -> str | None:
        if self.letter is None:
            with self.changed:
                self.changed.wait(timeout)
        return self.letter


def lost_update() -> None:
    account = Account(0)
    together(partial(account.deposit, 10), partial(account.deposit, 20))
    assert account.balance == 30


def check_then_act() -> None:
    account = Account(10)
    together(partial(account.withdraw, 10), partial(account.withdraw, 10))
    assert account.balance >= 0


def deadlock() -> None:
    pair = Pair()
    together(pair.forth, pair.back)


def lost_wake_up() -> None:
    box = Mailbox()
    together(box.get, partial(box.put, "hello"))


def late_letter() -> None:
    box = Mailbox()

    def put() -> None:
        time.sleep(2)
        box.put("hello")

    letter, _ = together(partial(box.get, 1), put)
    assert letter == "hello"


def long_loop() -> None:
    total = Account(0)

    def add() -> None:
        for _ in range(40):
            total.balance += 1

    together(add, add)
    assert total.balance == 80


def spinning() -> None:
    account = Account(0)

    def wait() -> None:
        while account.balance == 0:
            pass

    together(wait, wait)


PROGRAMS = [lost_update, check_then_act, deadlock, lost_wake_up, late_letter, long_loop, spinning]


def told(program: Callable[[], None]) -> str:
    """The failure as pytest shows it: message, then notes; without what depends on the place of this file."""
    with pytest.raises(AssertionError) as caught:
        explore(program)
    report = [str(caught.value)] if isinstance(caught.value, InterleaveError) else []
    text = "\n\n".join([*report, *caught.value.__notes__])
    text = re.sub(r"found in schedule \d+; |@reproduce\(.*\)", "", text)
    return re.sub(r"(/\S*/)?test_picture\.py:\d+", "test_picture.py:LINE", text).strip() + "\n"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_the_picture_is_as_drawn(program: Callable[[], None]) -> None:
    file = GOLDEN / f"{program.__name__}.txt"
    picture = told(program)
    if os.environ.get("DOJO_RENEW_GOLDEN"):
        file.write_text(picture)
    assert picture == file.read_text(), "meant? then renew it, see the head of this file"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_picture_fits_on_a_screen(program: Callable[[], None]) -> None:
    lines = told(program).splitlines()
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 130


@pytest.mark.xfail(strict=True, reason="loops are told round by round")
def test_long_loops_are_told_once() -> None:
    assert len(told(long_loop).splitlines()) <= 25


def test_objects_have_no_addresses() -> None:
    class Thing:
        pass

    def program() -> None:
        box: list[object] = [None]

        def fill() -> None:
            box[0] = Thing()

        together(fill, fill)
        assert box[0] is None

    assert "0x" not in told(program)


def test_a_repr_that_fails_spoils_nothing() -> None:
    class Shy:
        def __repr__(self) -> str:
            raise RuntimeError("no")

        def __iadd__(self, other: int) -> Shy:
            return Shy()

    def program() -> None:
        box: list[object] = [Shy()]
        first = box[0]

        def change() -> None:
            box[0] += 1  # type: ignore[operator]

        together(change, change)
        assert box[0] is first

    assert "box[0]" in told(program)


def test_long_values_are_cut() -> None:
    def program() -> None:
        box = ["x" * 1000]

        def grow() -> None:
            box[0] += "y"

        together(grow, grow)
        assert len(box[0]) == 1002

    assert max(map(len, told(program).splitlines())) <= 200
