"""All rooms or none: without a deadlock, whatever others do, within the deadline, and with empty hands while waiting.

Under `@interleave` a test is run again for many ways in which its threads can take turns, and threads that wait for
ever are reported at once. Time is virtual there: it costs nothing and is exact. `settle()` returns when all other
threads have gone as far as they can without time passing.
"""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from random import Random
from threading import Barrier, Event, Lock, Thread, current_thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from katas.s14_deadlocks_races.reserve_all import reserve

in_one_order = interleave(schedules=2, preemptions=0, steps=12_000)  # where it is the time that counts
NEVER_LATE = 1e-6  # the clock's own inexactness


class StrictRoom:
    """Nothing but a Room: equal to everything, unhashable, and only who took it may release it."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self) -> None:
        self.lock = Lock()
        self.user: object = None

    def __eq__(self, other: object) -> bool:
        return True

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        got = self.lock.acquire(blocking, timeout)
        if got:
            self.user = current_thread()
        return got

    def release(self) -> None:
        assert self.user is current_thread(), "a room was released that this thread does not hold"
        self.user = None
        self.lock.release()


def taken(*rooms: Any) -> list[bool]:
    """Which of them are taken now?"""
    answer = []
    for room in rooms:
        free = room.acquire(blocking=False)
        if free:
            room.release()
        answer.append(not free)
    return answer


def pass_time(seconds: float) -> None:
    """Let time pass. (time.sleep may end while others still have something to do; this does not.)"""
    Event().wait(seconds)


@interleave
def test_takes_and_frees() -> None:
    """Inside the block some room was not taken, or after it one was not free, or another one was touched."""
    a, b, c = StrictRoom(), StrictRoom(), StrictRoom()
    with reserve([a, b]):
        assert taken(a, b, c) == [True, True, False], "which of a, b, c are taken inside reserve([a, b])"
    assert taken(a, b, c) == [False, False, False], "which of a, b, c are taken after the block"
    with reserve((c, a), timeout=5):
        assert taken(a, b, c) == [True, False, True], "which of a, b, c are taken inside reserve((c, a), timeout=5)"


@interleave
def test_listed_twice() -> None:
    """A room that was listed twice made the call wait for itself, or was released twice."""
    a, b = Lock(), Lock()
    for timeout in (None, 0, 5):
        with reserve([a, b, a, b, b], timeout):
            assert taken(a, b) == [True, True]
        assert taken(a, b) == [False, False]


@interleave
def test_no_room() -> None:
    """Reserving no room at all failed or waited."""
    for timeout in (None, 0, 5):
        with reserve([], timeout):
            pass
    with reserve([]), reserve([]):
        pass


@interleave
def test_equal_rooms() -> None:
    """Two rooms that are equal, and cannot be hashed, were taken for one."""
    a, b = StrictRoom(), StrictRoom()
    with reserve([a, b]):
        assert taken(a, b) == [True, True]


@pytest.mark.parametrize("error", [ZeroDivisionError, TimeoutError, SystemExit])
@interleave(schedules=1)
def test_block_that_fails(error: type[BaseException]) -> None:
    """An exception in the block got lost, or was taken for one of reserve(), or the rooms stayed taken."""
    a, b = Lock(), Lock()
    with pytest.raises(error), reserve([a, b], 5):
        raise error
    assert taken(a, b) == [False, False]


@interleave(schedules=1)
def test_list_that_changes() -> None:
    """The caller's list was changed; or the caller changed it, and other rooms than the taken ones were freed."""
    a, b, c = StrictRoom(), StrictRoom(), StrictRoom()
    rooms = [a, b, a]
    with reserve(rooms):
        assert [room is given for room, given in zip(rooms, [a, b, a], strict=True)] == [True] * 3
        rooms[:] = [c]
    assert taken(a, b, c) == [False, False, False]


@pytest.mark.parametrize("timeout", [-1, -0.001])
@interleave
def test_negative_timeout(timeout: float) -> None:
    """A timeout below 0 was not refused with ValueError, or a room was taken."""
    a = Lock()
    for rooms in ([a], []):
        with pytest.raises(ValueError), reserve(rooms, timeout):
            pytest.fail(f"timeout={timeout} was accepted for {len(rooms)} rooms")
    assert taken(a) == [False]


class Shaky(StrictRoom):
    """When it has collapsed, its acquire raises, once."""

    collapse: BaseException | None = None

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if self.collapse is not None:
            collapse, self.collapse = self.collapse, None
            raise collapse
        return super().acquire(blocking, timeout)


@pytest.mark.parametrize("error", [OSError, TimeoutError])
@pytest.mark.parametrize("broken", [0, 1, 2])
@pytest.mark.parametrize("timeout", [None, 5])
@interleave(schedules=1)
def test_room_that_raises(timeout: float | None, broken: int, error: type[BaseException]) -> None:
    """One room's acquire raised: its error did not come, or the rooms taken before stayed taken. (It raises once.)"""
    rooms = [Shaky(), Shaky(), Shaky()]
    rooms[broken].collapse = error("the roof has come down")
    with pytest.raises(error, match="roof"), reserve(rooms, timeout):
        pytest.fail("the block was entered")
    assert taken(*rooms) == [False, False, False]


@pytest.mark.parametrize("broken", [0, 2])
@pytest.mark.parametrize("timeout", [None, 5])
@interleave(preemptions=0, schedules=3, steps=3000)
def test_room_that_raises_later(timeout: float | None, broken: int) -> None:
    """One room's acquire raised after there had been a wait for another one: some room stayed taken."""
    rooms = [Shaky(), Shaky(), Shaky()]

    def booking() -> None:
        with pytest.raises(OSError, match="roof"), reserve(rooms, timeout):
            pytest.fail("the block was entered")

    rooms[1].acquire()
    booker = Thread(target=booking)
    booker.start()
    settle()  # the booking waits now
    rooms[broken].collapse = OSError("the roof has come down")
    rooms[1].release()
    booker.join()
    assert taken(*rooms) == [False, False, False], f"room 1 was busy, then room {broken} raised; which ones are taken"


@pytest.mark.parametrize("order", ["ab", "ba"])
@pytest.mark.parametrize("timeout", [None, 100])
@interleave(schedules=60, steps=3000)
def test_legacy_code_in_any_order(order: str, timeout: float | None) -> None:
    """Old code takes the two rooms one after another, and it and reserve() wait for each other."""
    rooms = {"a": Lock(), "b": Lock()}

    def legacy() -> None:
        with rooms[order[0]], rooms[order[1]]:
            pass

    def booking() -> None:
        with reserve([rooms["a"], rooms["b"]], timeout):
            pass

    together(legacy, booking)
    assert taken(*rooms.values()) == [False, False]


class EmptyHands(StrictRoom):
    """Complains when its user waits for it while using another one of the house."""

    def __init__(self, house: list["EmptyHands"]) -> None:
        super().__init__()
        self.house = house

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if blocking and timeout != 0:
            held = [number for number, room in enumerate(self.house) if room.user is current_thread()]
            assert not held, f"acquire() that may wait, while room {held[0]} is held"
        return super().acquire(blocking, timeout)


@pytest.mark.parametrize("timeout", [None, 100])
@pytest.mark.parametrize("busy", [0, 1, 2])
@interleave(preemptions=0, schedules=5, steps=3000)
def test_waits_with_empty_hands(busy: int, timeout: float | None) -> None:
    """While reserve() waited for one room it held another one, which somebody else needed."""
    rooms: list[EmptyHands] = []
    rooms += [EmptyHands(rooms) for _ in range(3)]
    seen = []

    def booking() -> None:
        with reserve(rooms, timeout):
            assert [room.user is current_thread() for room in rooms] == [True] * 3, "inside the block"

    rooms[busy].acquire()
    booker = Thread(target=booking)
    booker.start()
    for _ in range(3):
        settle()  # the booking waits now
        seen.append([room.user is not None for room in rooms])
        pass_time(0.005)
    settle()
    rooms[busy].release()
    booker.join()
    expected = [number == busy for number in range(3)]
    assert seen == [expected] * 3, f"somebody else has room {busy}; which ones are taken while reserve() waits"


@given(lists=st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4), min_size=3, max_size=4))
@settings(max_examples=8)
@interleave(preemptions=1, schedules=6, steps=5000)
def test_many_reservers(lists: list[list[int]]) -> None:
    """Several bookings at once locked each other up, got in each other's way for ever, or shared a room."""
    rooms = [Lock() for _ in range(4)]
    users = [0] * 4

    def booking(numbers: list[int]) -> None:
        with reserve([rooms[number] for number in numbers]):
            for number in set(numbers):
                users[number] += 1
            for number in set(numbers):
                assert users[number] == 1, f"{users[number]} users in room {number}"
                users[number] -= 1

    together(*(partial(booking, numbers) for numbers in lists))
    assert taken(*rooms) == [False] * 4


def booked(rooms: Sequence[Any], timeout: float | None) -> tuple[str, float]:
    """How it went, and after which time."""
    start = time.monotonic()
    try:
        with reserve(rooms, timeout):
            return "booked", time.monotonic() - start
    except TimeoutError:
        return "TimeoutError", time.monotonic() - start


def vacate(rooms: Sequence[Lock], moments: Sequence[float]) -> None:
    """Release each of the rooms at its moment."""
    start = time.monotonic()
    for moment, room in sorted(zip(moments, rooms, strict=True), key=lambda pair: pair[0]):
        pass_time(start + moment - time.monotonic())
        room.release()


@pytest.mark.parametrize(
    ("timeout", "expected", "least", "most"),
    [
        (0.25, "TimeoutError", 0.25, 0.275),
        (0.15, "TimeoutError", 0.15, 0.165),
        (0.35, "booked", 0.3, 0.335),
        (1, "booked", 0.3, 0.4),
        (None, "booked", 0.3, 0.4),
    ],
)
@pytest.mark.parametrize("moments", [(0.1, 0.2, 0.3), (0.3, 0.2, 0.1), (0.2, 0.3, 0.1)], ids=str)
@in_one_order
def test_deadline_is_total(
    moments: tuple[float, ...], timeout: float | None, expected: str, least: float, most: float
) -> None:
    """Three rooms became free one after another: the whole call took longer than its timeout, or came back early."""
    rooms = [Lock(), Lock(), Lock()]
    for room in rooms:
        room.acquire()
    (how, after), _ = together(partial(booked, rooms, timeout), partial(vacate, rooms, moments))
    told = f"rooms free at {moments} s, timeout={timeout}: {how} after {after:.3f} s"
    assert how == expected, told
    assert least - NEVER_LATE <= after <= most + NEVER_LATE, f"{told}, expected between {least} and {most} s"
    assert taken(*rooms) == [False, False, False], f"{told}; which rooms are taken at the end"


@pytest.mark.parametrize("busy", [0, 1, 2])
@in_one_order
def test_deadline_of_a_room_that_stays_taken(busy: int) -> None:
    """One room stayed taken: TimeoutError came too early or too late, or the others were not given back."""
    rooms = [Lock(), Lock(), Lock()]
    rooms[busy].acquire()
    how, after = booked(rooms, 0.5)
    assert how == "TimeoutError"
    assert 0.5 - NEVER_LATE <= after <= 0.55 + NEVER_LATE, f"TimeoutError after {after:.3f} s with timeout=0.5"
    assert [room.locked() for room in rooms] == [room is rooms[busy] for room in rooms], "which rooms are taken"


@pytest.mark.parametrize("busy", [0, 1])
@in_one_order
def test_not_before_the_time_is_over(busy: int) -> None:
    """Shortly before the end one room became free and another one stayed taken: TimeoutError came too early."""
    rooms = [Lock(), Lock()]
    for room in rooms:
        room.acquire()
    (how, after), _ = together(partial(booked, rooms, 0.5), partial(vacate, [rooms[1 - busy]], [0.48]))
    assert how == "TimeoutError"
    assert 0.5 - NEVER_LATE <= after <= 0.55 + NEVER_LATE, f"TimeoutError after {after:.3f} s with timeout=0.5"
    assert taken(*rooms) == [number == busy for number in range(2)], "which rooms are taken"


class SlowRoom(StrictRoom):
    """Needs some time to say whether it is free."""

    needs = 0.3

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        pass_time(self.needs)
        return super().acquire(blocking, timeout)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@in_one_order
def test_time_is_over_while_a_room_answers(order: tuple[int, int]) -> None:
    """A room answered when the time was over already, and another error came, or none, or a room stayed taken."""
    busy, slow = Lock(), SlowRoom()
    busy.acquire()
    slow.lock.acquire()
    rooms: list[Any] = [busy, slow]
    (how, after), _ = together(partial(booked, [rooms[i] for i in order], 0.5), partial(vacate, [busy], [0.4]))
    assert how == "TimeoutError"
    assert after >= 0.5 - NEVER_LATE, f"TimeoutError after {after:.3f} s with timeout=0.5"
    assert taken(busy, slow) == [False, True], "which rooms are taken; the second one was not ours"


class PonderingRoom(StrictRoom):
    """Whoever waits for it gets it, and learns of that a little later."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        came = super().acquire(blocking, timeout)
        if blocking:
            pass_time(0.04)
        return came


@in_one_order
def test_room_that_came_when_the_time_was_over() -> None:
    """A room that there was a wait for came, but the time was over by then: TimeoutError, and that room stays taken."""
    room = PonderingRoom()
    room.lock.acquire()
    (how, _), _ = together(partial(booked, [room], 0.5), partial(vacate, [room.lock], [0.49]))
    assert not any(taken(room)), f"the room is still taken after the end: {how}"


@in_one_order
def test_deadline_with_a_slow_room() -> None:
    """A room needed some time for each answer, and TimeoutError came too late: that time was not counted."""
    room = SlowRoom()
    room.needs = 0.02
    room.lock.acquire()
    how, after = booked([room], 0.5)
    assert how == "TimeoutError"
    assert after <= 0.55 + 2 * room.needs + NEVER_LATE, f"TimeoutError after {after:.3f} s with timeout=0.5"


@in_one_order
def test_first_room_taken_again() -> None:
    """While it waited for the second room somebody took the first one, and then it waited for the wrong one."""
    a, b = Lock(), Lock()
    b.acquire()

    def others() -> None:
        pass_time(0.1)
        a.acquire()
        pass_time(0.1)
        b.release()
        pass_time(0.2)
        a.release()

    (how, after), _ = together(partial(booked, [a, b], None), others)
    assert how == "booked"
    assert after <= 0.5 + NEVER_LATE, f"both free after 0.4 s, booked after {after:.3f} s"


@pytest.mark.parametrize(("moment", "needs"), [(20, 0.02), (30, 0.02), (100_000, 2000)])
@interleave(preemptions=0, schedules=1, steps=100_000)
def test_long_wait(moment: float, needs: float) -> None:
    """Without a timeout the room became free after a long time, and reserve() noticed it too late, or had given up."""
    room = SlowRoom()
    room.needs = needs  # so that many short pauses are not too many
    room.lock.acquire()
    (how, after), _ = together(partial(booked, [room], None), partial(vacate, [room.lock], [moment]))
    assert how == "booked", f"{how} after {after:.3f} s without a timeout"
    most = moment + 0.1 + 2 * room.needs
    assert after <= most + NEVER_LATE, f"free after {moment} s, booked after {after:.3f} s"


@in_one_order
def test_short_timeout() -> None:
    """With a short timeout the rooms became free, and reserve() noticed it too late."""
    a, b = Lock(), Lock()
    b.acquire()
    (how, after), _ = together(partial(booked, [a, b], 0.02), partial(vacate, [b], [0.012]))
    assert how == "booked"
    assert after <= 0.014 + NEVER_LATE, f"timeout=0.02, both free after 0.012 s: booked after {after:.4f} s"


@pytest.mark.parametrize("busy", [0, 1, 2, None])
@in_one_order
def test_zero_timeout_never_waits(busy: int | None) -> None:
    """With timeout=0 it waited, or gave up although all rooms were free, or kept some."""
    rooms = [Lock(), Lock(), Lock()]
    if busy is not None:
        rooms[busy].acquire()
    how, after = booked(rooms, 0)
    assert (how, after) == ("booked" if busy is None else "TimeoutError", 0)
    assert [room.locked() for room in rooms] == [number == busy for number in range(3)], "which rooms are taken"


@interleave(schedules=40, steps=12_000)
def test_nothing_is_held_after_failure() -> None:
    """A room became free at the very moment at which the time was over, and afterwards one is taken for ever."""
    a, b, c = Lock(), Lock(), Lock()
    b.acquire()
    c.acquire()
    together(partial(booked, [a, b, c], 0.01), partial(vacate, [b], [0.01]), partial(vacate, [c], [0.01]))
    assert taken(a, b, c) == [False, False, False]


@interleave(schedules=20)
def test_disjoint_reservations_overlap() -> None:
    """Two bookings without a common room waited for each other."""
    meeting = Barrier(2)

    def booking(*rooms: Lock) -> None:
        with reserve(rooms):
            meeting.wait()  # passes when both are inside

    together(partial(booking, Lock(), Lock()), partial(booking, Lock(), Lock()))


@pytest.mark.parametrize("timeout", [None, 100])
@interleave(preemptions=0, schedules=5, steps=3000)
def test_who_waits_holds_up_nobody_else(timeout: float | None) -> None:
    """While one booking waited for its room, another one of a free room had to wait, too."""
    a, b, c = Lock(), Lock(), Lock()
    a.acquire()

    def waiting() -> None:
        with reserve([b, a], timeout):
            pass

    def other() -> None:
        settle()  # the first one waits for a
        with reserve([c, b], timeout):
            pass
        a.release()

    together(waiting, other)


@interleave
def test_blocks_in_blocks() -> None:
    """Whoever holds a room and tries for more without waiting lost the first one, or got stuck."""
    a, b, c = StrictRoom(), StrictRoom(), StrictRoom()
    with reserve([a]):
        with pytest.raises(TimeoutError), reserve([b, a], 0):
            pytest.fail("the block was entered")
        with reserve([b, c], 0):
            assert taken(a, b, c) == [True, True, True]
        assert taken(a, b, c) == [True, False, False]


@pytest.mark.timeout(20)
def test_with_real_threads() -> None:
    """Four threads that really ran at once shared a room or got stuck. (A second opinion: green proves little.)"""
    rooms = [Lock() for _ in range(5)]
    users = [0] * 5

    def visitor(seed: int) -> None:
        rng = Random(seed)
        for _ in range(20):
            numbers = rng.sample(range(5), rng.randrange(1, 4))
            block: AbstractContextManager[None] = reserve([rooms[number] for number in numbers])
            with block:
                for number in numbers:
                    users[number] += 1
                assert [users[number] for number in numbers] == [1] * len(numbers)
                for number in numbers:
                    users[number] -= 1

    together(*(partial(visitor, seed) for seed in range(4)))
