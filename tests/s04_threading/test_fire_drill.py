"""A fire drill: everybody is rung at the same time, by child threads, and nobody is left behind.

Under `@interleave` a test is run again for every way in which its threads can take turns. `settle()` returns
when all other threads have gone as far as they can. Time is virtual: an hour costs nothing.
"""

import threading
import time
from collections.abc import Iterator
from functools import partial
from threading import Barrier, Event, Thread, current_thread

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dojo.interleave import interleave, outcomes, settle, together
from katas.s04_threading.fire_drill import ring_all


class Phone:
    """Notes who was rung, and in which thread."""

    def __init__(self) -> None:
        self.rung: list[str] = []
        self.threads: list[Thread] = []

    def __call__(self, warden: str) -> None:
        self.rung.append(warden)
        self.threads.append(current_thread())

    def __len__(self) -> int:
        """How often it has rung: a phone that has not rung yet counts as false, and can be called all the same."""
        return len(self.rung)


@interleave
def test_seed_example() -> None:
    """Alice was not rung exactly once, by her whole name and in a thread named after her."""
    calls: list[tuple[str, str]] = []

    def ring(name: str) -> None:  # ring has one argument, whatever it calls it
        calls.append((name, current_thread().name))

    ring_all(ring, ["Alice"])
    assert calls == [("Alice", "ring-Alice")]


@interleave
def test_each_call_in_a_child_thread() -> None:
    """The caller's own thread rang somebody, or one thread rang two wardens, or nobody was rung."""
    phone = Phone()
    everybody_is_rung = Barrier(2)

    def ring(warden: str) -> None:
        phone(warden)
        if current_thread() is not caller:
            everybody_is_rung.wait()

    caller = current_thread()
    ring_all(ring, ["Alice", "Bob"])
    assert sorted(phone.rung) == ["Alice", "Bob"]
    assert caller not in phone.threads, "the thread that called ring_all rang a warden itself"
    assert len(set(phone.threads)) == 2, "one thread rang two wardens"


NAMES = st.sampled_from(["Alice", "Bob", "Eve"])


@given(wardens=st.lists(NAMES, max_size=2))
@example(wardens=["Alice", "Bob", "Alice"])
@example(wardens=["", " Bob "])  # nobody may tidy their names
@interleave
def test_every_warden_exactly_once(wardens: list[str]) -> None:
    """Somebody was rung twice, or not at all, or in a thread with another name."""
    calls: list[tuple[str, str]] = []

    def ring(warden: str) -> None:
        calls.append((warden, current_thread().name))

    ring_all(ring, iter(wardens))  # can be iterated once only
    assert sorted(calls) == sorted((warden, f"ring-{warden}") for warden in wardens)


@interleave
def test_generator_repeats_and_nobody() -> None:
    """Names from a generator, or repeated ones, were lost, or ringing nobody did not work."""

    def floor_by_floor() -> Iterator[str]:
        yield from ["Alice", "Bob", "Alice"]

    phone = Phone()
    ring_all(phone, floor_by_floor())
    assert sorted(phone.rung) == ["Alice", "Alice", "Bob"]
    ring_all(phone, [])
    ring_all(phone, iter(()))
    assert len(phone.rung) == 3, "nobody was to be rung"


@pytest.mark.parametrize("wardens", [["Alice", "Bob"], []], ids=["two", "nobody"])
@pytest.mark.parametrize("ring", [None, "Alice", 112, ["Alice"]], ids=repr)
def test_ring_not_callable(ring: object, wardens: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be called was not refused with TypeError, or only when threads had been started already."""

    def start(thread: Thread) -> None:
        pytest.fail(f"{thread.name} was started, and {ring!r} cannot be called")

    monkeypatch.setattr(Thread, "start", start)
    with pytest.raises(TypeError):
        ring_all(ring, wardens)  # type: ignore[arg-type]


@interleave
def test_all_rings_at_once() -> None:
    """Alice was kept on the phone until Bob and Eve are rung, too, and that never happened."""
    everybody_is_rung = Barrier(3)

    def ring(warden: str) -> None:
        everybody_is_rung.wait()

    ring_all(ring, ["Alice", "Bob", "Eve"])


def phones_that_ring(count: int) -> int:
    """How many of so many wardens are rung before any of them picks up."""
    phone = Phone()
    picked_up = Event()

    def ring(warden: str) -> None:
        phone(warden)
        picked_up.wait()

    def drill_leader() -> int:
        settle()  # by now everybody who is rung at once has been rung
        rung = len(phone.rung)
        picked_up.set()
        return rung

    wardens = [f"floor {number}" for number in range(count)]
    _, rung = together(partial(ring_all, ring, wardens), drill_leader)
    return int(rung)


@interleave
def test_nobody_is_rung_later() -> None:
    """Bob was rung only when Alice had picked up, or after waiting some time for that."""
    assert phones_that_ring(2) == 2, "nobody has picked up yet, and not all phones ring"


def test_a_building_with_many_floors() -> None:
    """With many wardens some are rung later, when others have picked up: there are too few threads."""
    drill = outcomes(partial(phones_that_ring, 130), schedules=1)
    assert drill.errors == []
    assert drill.values == {130}, "nobody has picked up yet: how many phones ring?"


@interleave
def test_complete_when_it_returns() -> None:
    """"Drill complete" was logged while a warden had not picked up yet."""
    picked_up: list[str] = []

    def ring(warden: str) -> None:
        picked_up.append(warden)

    ring_all(ring, ["Alice", "Bob"])
    assert sorted(picked_up) == ["Alice", "Bob"]


@pytest.mark.parametrize("seconds", [[60], [10**8, 0], [0, 10**8]], ids=str)
@interleave(preemptions=0, schedules=2, steps=8_000, naps=True)  # who looks ten times a second gets there too
def test_slow_warden(seconds: list[int]) -> None:
    """A warden took long to pick up, and the drill was called complete without waiting for that."""
    picked_up: list[str] = []

    def ring(warden: str) -> None:
        time.sleep(int(warden))
        picked_up.append(warden)

    wardens = [str(number) for number in seconds]
    ring_all(ring, wardens)
    assert sorted(picked_up) == sorted(wardens)


@interleave(preemptions=1, schedules=20)
def test_two_buildings() -> None:
    """Two drills ran at the same time, and one of them got mixed up with the other, or waited for its wardens."""
    phone = Phone()
    picked_up = Event()

    def slow_ring(warden: str) -> None:
        phone(warden)
        picked_up.wait()

    def other_building() -> None:
        try:
            ring_all(phone, ["Alice", "Eve"])
        finally:
            picked_up.set()  # if this drill waits for the other one, nobody ever gets here

    together(partial(ring_all, slow_ring, ["Alice", "Bob"]), other_building)
    assert sorted(phone.rung) == ["Alice", "Alice", "Bob", "Eve"]


@pytest.mark.parametrize("wardens", [["Alice", "Bob"], []], ids=["two", "nobody"])
@interleave
def test_no_thread_left(wardens: list[str]) -> None:
    """After the drill there is still a thread about that it had started."""
    before = set(threading.enumerate())
    ring_all(Phone(), wardens)
    with pytest.raises(TypeError):
        ring_all(None, ["Alice", "Bob"])  # type: ignore[arg-type]
    settle()
    left = set(threading.enumerate()) - before
    assert not left
