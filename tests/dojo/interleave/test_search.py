"""How many schedules the systematic search runs, and what it finds, against figures found without it.

It runs one schedule for each way to order dependent steps: two steps of different threads are dependent when they
touch the same location and at least one of them writes. So counts have closed forms, or can be enumerated.
"""

from __future__ import annotations

import heapq
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import comb, factorial
from typing import Any

import pytest

from dojo.interleave import Outcomes, explore, outcomes, search, settle, together
from dojo.interleave.exploration import Exploration
from dojo.interleave.policies import PCT

# --- closed forms -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 2, 3, 4])
def test_locked_increments(threads: int) -> None:
    """n critical sections of one lock come in any order, and nothing else is open: n!"""

    def program() -> int:
        box, lock = [0], threading.Lock()

        def increment() -> None:
            with lock:
                box[0] += 1

        together(*[increment] * threads)
        return box[0]

    assert counted(outcomes(program)) == ({threads}, factorial(threads))


def test_two_naive_increments() -> None:
    """r1 w1 and r2 w2 have 6 merges; r1 r2 in front may be swapped, so 1 2, 2 1, and both reads first with the writes
    in either order: 4."""

    def program() -> int:
        box = [0]

        def increment() -> None:
            box[0] += 1

        together(increment, increment)
        return box[0]

    assert counted(outcomes(program)) == ({1, 2}, 4)


@pytest.mark.parametrize(("threads", "times"), [(2, 1), (2, 2), (2, 4), (3, 1), (3, 2)])
def test_appends_to_one_list(threads: int, times: int) -> None:
    """All appends depend on each other: every merge counts, (n k)! / k!^n."""

    def program() -> str:
        said: list[str] = []

        def speak(name: str) -> None:
            for _ in range(times):
                said.append(name)

        together(*(lambda name=name: speak(name) for name in "abc"[:threads]))
        return "".join(said)

    merges = factorial(threads * times) // factorial(times) ** threads
    found = outcomes(program)
    assert (len(found.values), *counted(found)[1:]) == (merges, merges)


@pytest.mark.parametrize("threads", [1, 2, 4, 8])
def test_independent_threads(threads: int) -> None:
    """Each writes a location of its own: one schedule says it all."""

    def program() -> str:
        boxes: list[Any] = [None] * threads

        def fill(index: int) -> None:
            for number in range(3):
                boxes[index] = number

        together(*(lambda index=index: fill(index) for index in range(threads)))
        return repr(boxes)

    assert counted(outcomes(program)) == ({repr([2] * threads)}, 1)


@pytest.mark.xfail(strict=False, reason="the address of what has died may be used again")
def test_private_lists() -> None:
    """What only one thread can reach is independent, also where another thread's list lay at the same address."""

    def program() -> int:
        def work() -> int:
            mine = []
            for number in range(3):
                mine.append(number)
            return len(mine)

        return sum(together(work, work, work))

    assert counted(outcomes(program)) == ({9}, 1)


def test_private_attributes_are_told_apart() -> None:
    """`self.__left` is `_Scales__left` in the bytecode; it is an attribute like any other."""

    class Scales:
        def __init__(self) -> None:
            self.__left = self.__right = 0

        def put_left(self) -> None:
            self.__left += 1

        def put_right(self) -> None:
            self.__right += 1

        def weight(self) -> int:
            return self.__left + self.__right

    def program() -> int:
        scales = Scales()
        together(scales.put_left, scales.put_right)
        return scales.weight()

    assert counted(outcomes(program)) == ({2}, 1)


def test_context_managers_of_different_objects() -> None:
    """What @contextmanager makes of a method is the method: it touches its own object, not anything."""

    class Door:
        entered = 0

        @contextmanager
        def opened(self) -> Iterator[None]:
            self.entered += 1
            yield

    def program() -> tuple[int, int]:
        def enter(door: Door) -> None:
            with door.opened():
                pass

        front, back = Door(), Door()
        together(lambda: enter(front), lambda: enter(back))
        return front.entered, back.entered

    assert counted(outcomes(program)) == ({(1, 1)}, 1)


@pytest.mark.parametrize("readers", [1, 2, 3])
def test_one_writer_and_readers(readers: int) -> None:
    """Reads commute with reads, so each is either before or after the write: 2^n."""

    def program() -> tuple[int, ...]:
        box = [0]

        def write() -> None:
            box[0] = 1

        return tuple(together(write, *[lambda: box[0]] * readers)[1:])

    assert outcomes(program).schedules == 2**readers


def test_the_outcome_names_the_interleaving() -> None:
    """x starts as 1. Doubling and doubling-plus-one write the history of x as binary digits; with two rounds each,
    there are C(4, 2) = 6 merges of whole operations."""

    def program() -> str:
        lock, box = threading.Lock(), [1]

        def zero() -> None:
            for _ in range(2):
                with lock:
                    box[0] = 2 * box[0]

        def one() -> None:
            for _ in range(2):
                with lock:
                    box[0] = 2 * box[0] + 1

        together(zero, one)
        return f"{box[0]:b}"[1:]

    assert counted(outcomes(program)) == ({"0011", "0101", "0110", "1001", "1010", "1100"}, comb(4, 2))


def test_without_the_lock_it_names_the_lost_ones_too() -> None:
    """x = 2*x beside x = 2*x + 1, both read and write: 01, 10, and either update lost: 0, 1."""

    class X:
        x = 1

    def program() -> str:
        it = X()

        def zero() -> None:
            it.x = 2 * it.x

        def one() -> None:
            it.x = 2 * it.x + 1

        together(zero, one)
        return f"{it.x:b}"[1:]

    assert counted(outcomes(program)) == ({"01", "10", "0", "1"}, 4)


# --- bounds -------------------------------------------------------------------------------------------------------


def lost_update() -> int:
    box = [0]

    def increment() -> None:
        box[0] += 1

    together(increment, increment)
    return box[0]


@pytest.mark.parametrize(("bound", "values"), [(0, {2}), (1, {1, 2}), (2, {1, 2}), (None, {1, 2})])
def test_a_bound_leaves_out_what_is_beyond_it(bound: int | None, values: set[int]) -> None:
    assert outcomes(lost_update, preemptions=bound).values == values


def test_no_bound_says_that_it_was_all() -> None:
    assert outcomes(lost_update).complete
    assert not outcomes(lost_update, preemptions=0).complete
    assert not outcomes(lost_update, schedules=2).complete


def test_one_preemption_reaches_the_overlap() -> None:
    def program() -> int:
        inside: list[int] = []
        most = [0]

        def visit() -> None:
            inside.append(1)
            most[0] = max(most[0], len(inside))
            inside.pop()

        together(visit, visit)
        return most[0]

    assert outcomes(program, preemptions=1).values == {1, 2}


@pytest.mark.parametrize("bound", [0, 1, 2, None])
def test_who_goes_on_is_free(bound: int | None) -> None:
    """A place is filled, and somebody else empties it before the one who was woken for it comes: that needs no
    preemption, only the choice of who goes on. Runs that would lead there step by step lie beyond the bound."""

    def program() -> bool:
        place: list[int] = []
        changed, found_empty = threading.Condition(), [False]

        def put() -> None:
            for item in (1, 2):
                with changed:
                    changed.wait_for(lambda: not place)
                    place.append(item)
                    changed.notify_all()

        def get() -> None:
            with changed:
                if not place:
                    changed.wait()  # an if in the place of a while
                found_empty[0] = found_empty[0] or not place
                del place[:1]
                changed.notify_all()

        together(put, get, get)
        return found_empty[0]

    assert outcomes(program, preemptions=bound, schedules=400).values == {True, False}


def test_a_search_that_ends_was_complete() -> None:
    found = explore(lambda: together(lambda: None, lambda: None))
    assert (found.schedules, found.complete, found.error) == (1, True, None)


def test_a_long_search_remembers_so_much_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of systematic runs stay in memory; when they are too many, walks go on, and nothing is proven."""

    def program() -> None:
        said: list[int] = []
        together(*[lambda: said.extend([1]) or said.append(2) or said.append(3)] * 3)

    monkeypatch.setattr(search, "KEPT_STEPS", 1_000)
    with Exploration(program) as exploration:
        result = search.search(exploration.run, schedules=2_000, samples=10, steps=None)
    assert not result.complete
    assert 60 < result.schedules < 200


def test_errors_and_values_are_collected() -> None:
    def program() -> int:
        box = [0]

        def increment() -> None:
            box[0] += 1

        together(increment, increment)
        if box[0] == 1:
            raise KeyError("lost")
        return box[0]

    found = outcomes(program)
    assert (found.values, [repr(error) for error in found.errors]) == ({2}, ["KeyError('lost')"])


def counted(found: Outcomes) -> tuple[set[Any], int]:
    assert found.complete
    assert found.errors == []
    return found.values, found.schedules


def test_who_is_let_through_by_the_first_of_two_sets() -> None:
    """Either set may be the one that wakes; what the other thread did before its own is then seen or not."""

    def program() -> str:
        wake, done = threading.Event(), []

        def finish(name: str) -> None:
            done.append(name)
            wake.set()

        def look() -> str:
            wake.wait()
            return "".join(done)

        return together(lambda: finish("a"), lambda: finish("b"), look)[2]

    assert outcomes(program).values == {"a", "b", "ab", "ba"}


def test_what_happens_after_settle_is_searched_too() -> None:
    def program() -> tuple[int, ...]:
        box, waits = [0], threading.Event()
        helper = threading.Thread(target=waits.wait)
        helper.start()
        settle()

        def add() -> None:
            box[0] = box[0] + 1

        together(add, add)
        waits.set()
        helper.join()
        return tuple(box)

    found = outcomes(program)
    assert (found.values, found.complete) == ({(1,), (2,)}, True)


class Count:
    def __init__(self) -> None:
        self.value = 0


def settled() -> int:
    count = Count()
    thread = threading.Thread(target=lambda: setattr(count, "value", 1))
    thread.start()
    settle()
    seen = count.value
    thread.join()
    return seen


def timed_out() -> int:
    count, never = Count(), threading.Event()

    def late() -> None:
        never.wait(5)
        count.value += 1

    def soon() -> None:
        count.value += 2

    together(late, soon)
    return count.value


def notified_in_time() -> tuple[int, bool]:
    count, told = Count(), threading.Condition()

    def wait() -> bool:
        with told:
            return told.wait_for(lambda: count.value, 5) == 1

    def notify() -> None:
        with told:
            count.value = 1
            told.notify()

    return count.value, together(wait, notify)[0]


def joined_after_a_call_of_anything() -> int:
    box = [3, 2, 1]
    together(lambda: None, lambda: heapq.heapify(box))
    return box[0]


@pytest.mark.parametrize(
    ("program", "values", "schedules"),
    [
        (settled, {1}, 1),
        (timed_out, {3}, 1),
        (notified_in_time, {(0, True)}, 2),  # the notification before the wait, or after it
        (joined_after_a_call_of_anything, {1}, 1),
    ],
)
def test_what_can_only_come_later_is_no_race(program: Callable[[], Any], values: set[Any], schedules: int) -> None:
    """A wait that ends when nobody else can go on comes after all that they did; a join, after its thread's end."""
    found = outcomes(program)
    assert (found.values, found.schedules, found.complete) == (values, schedules, True)


def test_who_sleeps_and_tries_again_starves_nobody() -> None:
    """Probabilistic schedules, too, let the others run while a thread backs off."""

    def take(*locks: threading.Lock) -> None:
        while True:
            held = [lock for lock in locks if lock.acquire(blocking=False)]
            if len(held) < len(locks):
                for lock in held:
                    lock.release()
                time.sleep(0.01)
                continue
            for lock in locks:
                lock.release()
            return

    def program() -> None:
        a, b, c = threading.Lock(), threading.Lock(), threading.Lock()
        together(lambda: take(a, b), lambda: take(b, c), lambda: take(c, a))

    with Exploration(program) as exploration:
        for seed in range(60):
            assert exploration.run(PCT(random.Random(seed), 60, 1 + seed % 3)).error is None


def test_what_is_in_a_local_is_no_business_of_others() -> None:
    def program() -> None:
        local = threading.local()

        def count() -> None:
            local.value = 0
            local.value += 1
            local.__dict__["value"] += 1
            local.__dict__.setdefault("other", 1)

        together(count, count)

    assert outcomes(program).schedules == 1
