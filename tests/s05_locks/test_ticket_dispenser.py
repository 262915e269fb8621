"""One dispenser, many terminals: every number once, none skipped, and families sit together.

Under `@interleave` a test is run again for every way in which its threads can take turns.
"""

from functools import partial
from itertools import chain
from threading import Barrier

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dojo.interleave import interleave, together
from katas.s05_locks.ticket_dispenser import TicketDispenser


def take_several(dispenser: TicketDispenser, count: int) -> list[int]:
    """What one terminal gets that asks for single tickets, one after the other."""
    return [dispenser.take() for _ in range(count)]


@given(
    first=st.integers(-3, 3),
    calls=st.lists(st.sampled_from(["take", "issued"]) | st.integers(1, 4), max_size=12),  # 3: take_row(3)
)
@example(first=0, calls=["take"])
@example(first=2**70, calls=["take", 2, "take", "issued"])  # any integer: more than a float can tell apart
@interleave(schedules=10)
def test_numbers_in_order(first: int, calls: list[str | int]) -> None:
    """One terminal alone did not get first, first + 1, first + 2, ... or `issued` miscounted."""
    dispenser = TicketDispenser(first)
    taken = 0
    for call in calls:
        following = first + taken
        if call == "issued":
            assert dispenser.issued == taken
        elif call == "take":
            assert dispenser.take() == following
            taken += 1
        else:
            assert dispenser.take_row(call) == list(range(following, following + call))
            taken += call
    assert dispenser.issued == taken


@interleave
def test_row_of_a_row() -> None:
    """One terminal that takes a row and then a ticket got stuck: it waits for a lock that it holds itself."""
    dispenser = TicketDispenser()
    assert dispenser.take_row(3) == [1, 2, 3]
    assert dispenser.take() == 4


def test_long_row() -> None:
    """A row for a whole town did not come out: it has to be as long as asked for."""
    assert TicketDispenser(first=7).take_row(100_000) == list(range(7, 100_007))


@pytest.mark.parametrize("n", [0, -1])
@interleave
def test_empty_row(n: int) -> None:
    """A row of nobody was not refused, took numbers all the same, or left the dispenser locked."""
    dispenser = TicketDispenser()
    with pytest.raises(ValueError):
        dispenser.take_row(n)
    assert dispenser.issued == 0
    assert dispenser.take() == 1, "the refused row changed what comes next"


@given(counts=st.lists(st.integers(1, 2), min_size=2, max_size=3).filter(lambda counts: sum(counts) <= 4))
@interleave
def test_no_number_twice_or_skipped(counts: list[int]) -> None:
    """Two terminals were handed the same number, or a number was skipped."""
    dispenser = TicketDispenser(first=1)
    taken = together(*(partial(take_several, dispenser, count) for count in counts))
    assert sorted(chain.from_iterable(taken)) == list(range(1, 1 + sum(counts)))
    for numbers in taken:
        assert numbers == sorted(numbers), "a terminal got a later ticket with a smaller number"


@interleave(timeouts=True)
def test_a_slow_terminal() -> None:
    """A terminal got tired of waiting for the lock, and took a number without it."""
    dispenser = TicketDispenser()
    assert sorted(together(dispenser.take, dispenser.take)) == [1, 2]
    rows = together(partial(dispenser.take_row, 2), partial(dispenser.take_row, 2))
    assert sorted(rows) == [[3, 4], [5, 6]]


@given(singles=st.integers(1, 2), family=st.integers(1, 3))
@example(singles=1, family=1)
@example(singles=1, family=500)
@interleave
def test_rows_are_consecutive(singles: int, family: int) -> None:
    """A family was torn apart by somebody else's number in the middle of its row, or a row shares a number."""
    dispenser = TicketDispenser()
    first_row, second_row, others = together(
        partial(dispenser.take_row, 2),
        partial(dispenser.take_row, family),
        partial(take_several, dispenser, singles),
    )
    for row in (first_row, second_row):
        assert row == list(range(row[0], row[0] + len(row))), "somebody got a number in the middle"
    assert sorted(first_row + second_row + others) == list(range(1, 1 + 2 + family + singles))


@interleave
def test_issued_never_lags() -> None:
    """`issued` did not count a number that had already been handed out."""
    dispenser = TicketDispenser()

    def terminal() -> None:
        dispenser.take()
        assert dispenser.issued >= 1, "take() has returned, but its number is not counted"
        dispenser.take_row(2)
        assert dispenser.issued >= 3, "take_row(2) has returned, but its numbers are not counted"

    together(terminal, terminal)
    assert dispenser.issued == 6


@interleave
def test_refused_row_is_never_seen() -> None:
    """A refused row moved the counter for a moment, and another terminal saw it, or two of them did at once."""
    dispenser = TicketDispenser()

    def family_of_nobody() -> None:
        with pytest.raises(ValueError):
            dispenser.take_row(-1)

    def terminal() -> int:
        number = dispenser.take()
        assert 1 <= dispenser.issued <= 2
        return number

    _, *numbers = together(family_of_nobody, terminal, terminal)
    assert sorted(numbers) == [1, 2]


@interleave
def test_two_dispensers() -> None:
    """The numbers of one office depend on what happens in another one."""
    here, there = TicketDispenser(1), TicketDispenser(500)
    taken_here, taken_there = together(partial(take_several, here, 2), partial(take_several, there, 2))
    assert (taken_here, taken_there) == ([1, 2], [500, 501])
    assert (here.issued, there.issued) == (2, 2)


@pytest.mark.timeout(10)
def test_rush_hour() -> None:
    """Four threads that really ran at once got a number twice. (A second opinion: green proves little.)"""
    dispenser = TicketDispenser()
    doors_open = Barrier(4)

    def terminal() -> list[int]:
        doors_open.wait()
        return [number for _ in range(200) for number in [dispenser.take(), *dispenser.take_row(2)]]

    taken = together(terminal, terminal, terminal, terminal)
    assert sorted(chain.from_iterable(taken)) == list(range(1, 1 + 4 * 200 * 3))
