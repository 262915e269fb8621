"""What can happen, over all schedules? Each answer is held against a search, and against real threads.

`outcomes` runs a program in every order in which its threads can take turns.
"""

from collections.abc import Callable, Iterator
from functools import partial
from threading import Lock
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dojo.interleave import DeadlockError, outcomes, together
from katas.s14_deadlocks_races.what_can_happen import can_deadlock, final_counts, seats_left

pytestmark = pytest.mark.timeout(20)

Pairs = list[tuple[str, str]]
Moves = Callable[[Any], Iterator[tuple[str, Any]]]  # from a state: what may be done next, and the state after it


def endings(start: Any, moves: Moves) -> dict[Any, str]:
    """The states in which nobody can go on, each with a way to get there: the search behind the expectations."""
    ways = {start: ""}
    todo = [start]
    ends = {}
    for state in todo:
        ended = True
        for done, after in moves(state):
            ended = False
            if after not in ways:
                ways[after] = f"{ways[state]}\n  {done}"
                todo.append(after)
        if ended:
            ends[state] = ways[state]
    return ends


def counting(state: Any) -> Iterator[tuple[str, Any]]:
    """visitors, and of each thread the rounds that are left and the number it has read (None: it reads next)."""
    visitors, threads = state
    for index, (left, seen) in enumerate(threads):
        if not left:
            continue
        name = f"thread {index + 1}"
        if seen is None:
            done, visitors_then, then = f"{name} reads {visitors}", visitors, (left, visitors)
        else:
            done, visitors_then, then = f"{name} writes {seen + 1}", seen + 1, (left - 1, None)
        yield done, (visitors_then, (*threads[:index], then, *threads[index + 1 :]))


def selling(state: Any) -> Iterator[tuple[str, Any]]:
    """seats, and of each buyer what is next."""
    seats, buyers = state
    for index, step in enumerate(buyers):
        if step == "gone":
            continue
        name = f"buyer {index + 1}"
        if step == "buys":
            done, seats_then, then = f"{name} buys: {seats - 1} left", seats - 1, "gone"
        else:
            done, seats_then, then = f"{name} looks: {seats} left", seats, "buys" if seats > 0 else "gone"
        yield done, (seats_then, (*buyers[:index], then, *buyers[index + 1 :]))


def locking(pairs: Pairs, state: Any) -> Iterator[tuple[str, Any]]:
    """How many locks each thread has taken; -1: it has given both back."""
    taken = [lock for pair, count in zip(pairs, state, strict=True) for lock in pair[: max(count, 0)]]
    for index, count in enumerate(state):
        name = f"thread {index + 1} {pairs[index]}"
        if count == 2:
            yield f"{name} gives both back", (*state[:index], -1, *state[index + 1 :])
        elif count >= 0 and pairs[index][count] not in taken:
            yield f"{name} takes {pairs[index][count]}", (*state[:index], count + 1, *state[index + 1 :])


def compare(asked: str, answer: set[int], ways: dict[int, str]) -> None:
    """The answer names all values that can be reached, and no other."""
    assert isinstance(answer, set), f"{asked} returned {answer!r}, not a set"
    for value in sorted(ways.keys() - answer):
        way = ways[value] or "nobody does anything"
        pytest.fail(f"{asked} returned {answer}, without {value}. It can happen: {way}")
    for value in sorted(answer - ways.keys()):
        pytest.fail(f"{asked} returned {answer}. No schedule ends with {value}.")


@pytest.mark.parametrize(("threads", "rounds"), [(1, 3), (2, 0), (2, 1), (2, 2), (3, 1)])
def test_final_counts_small(threads: int, rounds: int) -> None:
    """Real threads, run in every order, end with other numbers of visitors than you say."""

    def program() -> int:
        visitors = 0

        def thread() -> None:
            nonlocal visitors
            for _ in range(rounds):
                seen = visitors
                visitors = seen + 1

        together(*[thread] * threads)
        return visitors

    found = outcomes(program)
    assert found.complete
    assert not found.errors
    answer = final_counts(threads, rounds)
    assert answer == found.values, f"final_counts({threads}, {rounds}) returned {answer}; reached: {found.values}"


@pytest.mark.parametrize(
    ("threads", "rounds"),
    [(threads, rounds) for threads in range(1, 6) for rounds in range(7) if threads * rounds <= 6] + [(2, 4)],
)
def test_final_counts_model(threads: int, rounds: int) -> None:
    """A number of visitors that can come out is missing, or one that cannot is among yours."""
    ends = endings((0, ((rounds, None),) * threads), counting)
    compare(
        f"final_counts({threads}, {rounds})",
        final_counts(threads, rounds),
        {visitors: way for (visitors, _), way in ends.items()},
    )


@pytest.mark.parametrize("buyers", range(5))
@pytest.mark.parametrize("seats", range(6))
def test_seats_left(seats: int, buyers: int) -> None:
    """A number of seats that can be left is missing, or one that cannot is among yours."""
    ends = endings((seats, ("looks",) * buyers), selling)
    compare(f"seats_left({seats}, {buyers})", seats_left(seats, buyers), {left: way for (left, _), way in ends.items()})


@pytest.mark.parametrize(("seats", "buyers"), [(0, 2), (1, 1), (1, 2), (2, 2), (3, 2), (1, 3)])
def test_seats_left_with_real_threads(seats: int, buyers: int) -> None:
    """Real buyers, run in every order, leave other numbers of seats than you say."""

    def program() -> int:
        lock = Lock()
        left = seats

        def buyer() -> None:
            nonlocal left
            with lock:
                free = left > 0
            if free:
                with lock:
                    left -= 1

        together(*[buyer] * buyers)
        return left

    found = outcomes(program)
    assert found.complete
    assert not found.errors
    answer = seats_left(seats, buyers)
    assert answer == found.values, f"seats_left({seats}, {buyers}) returned {answer}; reached: {found.values}"


NAMES = st.sampled_from("abcd")
RING = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")]


@given(pairs=st.lists(st.tuples(NAMES, NAMES), max_size=4))
@example(pairs=[])
@example(pairs=[("a", "a")])
@example(pairs=[("b", "c"), ("a", "a")])
@example(pairs=[("a", "a"), ("a", "a")])
@example(pairs=[("a", "b"), ("a", "b")])
@example(pairs=[("a", "b"), ("a", "b"), ("a", "b")])
@example(pairs=[("a", "b"), ("b", "a")])
@example(pairs=[("a", "b"), ("c", "d"), ("b", "a")])
@example(pairs=[("a", "b"), ("c", "d"), ("d", "c")])
@example(pairs=[("a", "b"), ("b", "c"), ("c", "b")])
@example(pairs=[("", "b"), ("b", "")])  # a name like any other
@example(pairs=[("a", "b"), ("b", "c"), ("c", "a")])
@example(pairs=[("a", "b"), ("b", "c"), ("a", "c")])
@example(pairs=[("b", "c"), ("c", "d"), ("d", "b"), ("a", "b")])
@example(pairs=[("a", "b"), ("b", "a"), ("a", "c")])
@example(pairs=[("a", "c"), ("a", "b"), ("b", "a")])
@example(pairs=[("a", "c"), ("a", "b"), ("b", "c"), ("b", "a")])
@example(pairs=[("a", "b"), ("b", "a"), ("a", "c"), ("b", "c")])
@example(pairs=[("a", "b"), ("c", "d"), ("e", "f")])
@example(pairs=RING)
@example(pairs=RING[::-1])
@example(pairs=[*RING[:3], ("a", "d")])
@settings(max_examples=30)
def test_can_deadlock_model(pairs: Pairs) -> None:
    """You say that threads can wait for ever and they cannot, or that they cannot and they can."""
    ends = endings((0,) * len(pairs), partial(locking, pairs))
    stuck = [way for state, way in ends.items() if any(count >= 0 for count in state)]
    answer = can_deadlock(pairs)
    assert isinstance(answer, bool), f"can_deadlock({pairs}) returned {answer!r}"
    if stuck:
        assert answer, f"can_deadlock({pairs}) returned False. It can: {stuck[0]}\n  ... and some wait for ever"
    assert stuck or not answer, f"can_deadlock({pairs}) returned True. All {len(pairs)} threads end in every schedule"


def test_a_chain_is_no_ring() -> None:
    """Four threads take four locks first and four second, but nobody comes back to the first: you say they hang."""
    assert not can_deadlock([("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")])


@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "a")],
        [("a", "b"), ("a", "b")],
        [("a", "b"), ("b", "a")],
        [("a", "b"), ("b", "c"), ("a", "c")],
        [("a", "b"), ("b", "c"), ("c", "a")],
        RING,
    ],
    ids=str,
)
def test_can_deadlock_matches_the_scheduler(pairs: Pairs) -> None:
    """Real threads that took these locks in every order came to another end than you say."""

    def program() -> None:
        locks = {name: Lock() for name in "abcd"}

        def thread(first: str, second: str) -> None:
            with locks[first], locks[second]:
                pass

        together(*(partial(thread, *pair) for pair in pairs))

    found = outcomes(program, schedules=2000)
    stuck = any(isinstance(error, DeadlockError) for error in found.errors)
    assert found.complete or stuck
    answer = can_deadlock(tuple(pairs))
    assert answer is stuck, f"can_deadlock({pairs}) returned {answer}; was there a deadlock? {stuck}"


@pytest.mark.parametrize(
    ("numbers", "stuck"),
    [([(1, 1)], True), ([(1, 2), (2, 1)], True), ([(1, 2), (2, 3), (1, 3)], False)],
    ids=str,
)
def test_names_are_whole_and_equal(numbers: list[tuple[int, int]], stuck: bool) -> None:
    """Names that are equal, but not one object, or names that begin alike: equal ones mean the same lock, no others."""
    pairs = [(f"till {first}", f"till {second}") for first, second in numbers]
    answer = can_deadlock(pairs)
    assert answer is stuck, f"can_deadlock({pairs}), each name a string of its own, returned {answer}"


@pytest.mark.parametrize(
    "call",
    [
        partial(final_counts, 0, 1),
        partial(final_counts, 0, 0),
        partial(final_counts, -1, 2),
        partial(final_counts, 1, -1),
        partial(seats_left, -1, 0),
        partial(seats_left, -1, 3),
        partial(seats_left, 0, -1),
        partial(seats_left, 3, -1),
    ],
    ids=lambda call: f"{call.func.__name__}{call.args}",
)
def test_bad_arguments(call: Callable[[], object]) -> None:
    """A program that cannot be was not refused with ValueError."""
    with pytest.raises(ValueError):
        call()
