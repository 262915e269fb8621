"""A belt between two machines: it never stands still, loses nothing, keeps the order, gives up on time, and ends.

Under `@interleave` a test is run again for every way in which its threads can take turns, and a thread that waits
for ever is reported at once. Time is virtual there: an hour costs nothing, and is an hour exactly. `settle()`
returns when all other threads have gone as far as they can without time passing.
"""

from __future__ import annotations  # Conveyor[int] is for readers: it need not be subscriptable

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from threading import Condition, Event, Semaphore, Thread, current_thread
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from katas.s10_conditions_events.conveyor import BREAKING_RUN, Closed, Conveyor

in_one_order = interleave(schedules=1, preemptions=0, steps=5_000)  # where it is the time that counts
in_many_orders = interleave(schedules=25)


def pass_time(seconds: float) -> None:
    """Let time pass. (time.sleep may end while others still have something to do; this does not.)"""
    Event().wait(seconds)


def attempt(call: Callable[[], object]) -> object:
    """What the call returned, or which of the two errors it raised (one of a kind of it will do)."""
    try:
        return call()
    except Closed:
        return Closed
    except TimeoutError:
        return TimeoutError


def timed(call: Callable[[], object]) -> tuple[object, float]:
    """What became of the call, and after how many seconds."""
    start = time.monotonic()
    came = attempt(call)
    return came, time.monotonic() - start


def started(*calls: Callable[[], object]) -> list[Thread]:
    """Threads that make these calls, in this order: each goes as far as it can before the next one starts."""
    threads = []
    for call in calls:
        threads.append(Thread(target=call))
        threads[-1].start()
        settle()
    return threads


# (1) The run that breaks it


class OldConveyor:
    """The belt as it was handed over."""

    def __init__(self, capacity: int, changed: Condition) -> None:
        self._items: deque[object] = deque()
        self._capacity = capacity
        self._changed = changed

    def put(self, item: object) -> None:
        with self._changed:
            while len(self._items) >= self._capacity:
                self._changed.wait()
            self._items.append(item)
            self._changed.notify()

    def get(self) -> object:
        with self._changed:
            while not self._items:
                self._changed.wait()
            item = self._items.popleft()
            self._changed.notify()
            return item


class ShiftIsOver(Exception):
    """Ends the threads that a run leaves behind."""


class NightShift(Condition):
    """Two machines at either end of the old belt. This is its condition: the woken wait here until they are named."""

    def __init__(self) -> None:
        super().__init__()
        belt = OldConveyor(1, self)
        calls = {"C1": belt.get, "C2": belt.get, "P1": partial(belt.put, 1), "P2": partial(belt.put, 2)}
        self.states = dict.fromkeys(calls, "ready")  # or "waiting", or "ended"
        self._turns = {name: Semaphore(0) for name in calls}
        self._over = False
        self._threads = [Thread(target=self._work, args=(name, call)) for name, call in calls.items()]
        for name, thread in zip(calls, self._threads, strict=True):
            thread.name = name
            thread.start()

    def _work(self, name: str, call: Callable[[], object]) -> None:
        self._turns[name].acquire()
        with suppress(ShiftIsOver):
            call()
        self.states[name] = "ended"

    def wait(self, timeout: float | None = None) -> bool:
        name = current_thread().name
        self.states[name] = "waiting"
        super().wait()
        self.states[name] = "ready"
        self.release()
        self._turns[name].acquire()
        self.acquire()
        if self._over:
            raise ShiftIsOver
        return True

    def run(self, name: str) -> None:
        """Let the thread run until it waits or ends."""
        self._turns[name].release()
        settle()

    def end(self) -> None:
        self._over = True
        with self:
            self.notify_all()
        settle()
        for name, thread in zip(self._turns, self._threads, strict=True):
            self._turns[name].release()
            thread.join()


def replayed(run: Sequence[str]) -> dict[str, str]:
    """The states of the threads after the run, which has to be legal."""
    shift = NightShift()
    try:
        for number, name in enumerate(run, 1):
            assert name in shift.states, f"step {number}: there is no thread {name!r}, but {', '.join(shift.states)}"
            state = shift.states[name]
            assert state == "ready", f"step {number} names {name}, which is {state} after {list(run[: number - 1])}"
            shift.run(name)
        return dict(shift.states)
    finally:
        shift.end()


@in_one_order
def test_run_is_legal() -> None:
    """Your run names a thread that cannot run at that point: it waits, or has ended."""
    assert list(BREAKING_RUN), "BREAKING_RUN is empty"
    replayed(BREAKING_RUN)


@in_one_order
def test_run_breaks_the_stub() -> None:
    """Your run does not stop the night shift: it ends well, or somebody can still go on."""
    states = replayed(BREAKING_RUN)
    assert "ready" not in states.values(), f"after {BREAKING_RUN} somebody can go on: {states}"
    assert "waiting" in states.values(), f"after {BREAKING_RUN} all have done their work: {states}"


# (2) The repaired belt


@pytest.mark.parametrize("first", ["get", "put"])
@in_many_orders
def test_repaired_survives_that_run(first: str) -> None:
    """The run that broke the old belt, or its mirror image on a full belt, stops the repaired one, too."""
    belt: Conveyor[int] = Conveyor(1)
    got: list[int] = []

    def get() -> None:
        got.append(belt.get())

    puts = [partial(belt.put, 1), partial(belt.put, 2)]
    if first == "put":
        belt.put(0)
    sleepers = started(*([get, get] if first == "get" else puts))
    together(*(puts if first == "get" else [get, get]))
    for thread in sleepers:
        thread.join()
    if first == "put":
        got.append(belt.get())
        assert got[2] != 0, "first in, first out"
    assert sorted(got) == [0, 1, 2][first == "get" :]


@pytest.mark.parametrize("capacity", [0, -1])
@in_one_order
def test_bad_capacity(capacity: int) -> None:
    """A belt was made on which nothing ever fits."""
    with pytest.raises(ValueError):
        Conveyor(capacity)


ITEMS = st.sampled_from([None, 0, "", "part", 1.5, (), [], Closed, Ellipsis])
CALLS = st.one_of(st.tuples(st.just("put"), ITEMS), st.tuples(st.sampled_from(["get", "get", "close"]), st.none()))


@given(capacity=st.integers(1, 3), calls=st.lists(CALLS, max_size=14))
@example(capacity=2, calls=[("put", 0), ("put", 0), ("get", None), ("get", None)])  # two that are equal
@example(capacity=2, calls=[("put", None), ("put", 0), ("get", None), ("get", None)])  # None is a part, too
@example(capacity=5, calls=[("put", n) for n in range(6)] + [("get", None)] * 6)  # more room than most examples fill
@example(capacity=1, calls=[("put", 0), ("close", None), ("put", 0)])  # full and closed: closed it is
@in_one_order
def test_against_a_model(capacity: int, calls: list[tuple[str, Any]]) -> None:
    """One machine alone, which never waits, got something else than the contract says."""
    belt: Conveyor[Any] = Conveyor(capacity)
    items: deque[Any] = deque()
    closed = False
    for number, (name, item) in enumerate(calls):
        expected: object = None
        if name == "close":
            came, closed = belt.close(), True
        elif name == "put":
            came = attempt(partial(belt.put, item, timeout=0))
            if closed or len(items) == capacity:
                expected = Closed if closed else TimeoutError
            else:
                items.append(item)
        else:
            came = attempt(partial(belt.get, timeout=0))
            expected = items.popleft() if items else Closed if closed else TimeoutError
        done = ", ".join(f"put {item!r}" if name == "put" else name for name, item in calls[: number + 1])
        assert came is expected, f"capacity {capacity}: {done}: the last one came to {came!r}, expected {expected!r}"


@in_one_order
def test_close_drains() -> None:
    """What was on the belt when it was closed is lost, or more could be put on it."""
    belt: Conveyor[int] = Conveyor(3)
    belt.put(1)
    belt.put(2)
    belt.close()
    for timeout in (None, 5, 0):  # there is room, and still
        assert timed(partial(belt.put, 9, timeout)) == (Closed, 0), f"put with timeout {timeout} on a closed conveyor"
    belt.close()  # once more, while there is something left
    assert (timed(belt.get), timed(partial(belt.get, 5))) == ((1, 0), (2, 0)), "what is left comes first"
    belt.close()
    for timeout in (None, 5, 0):
        assert timed(partial(belt.get, timeout)) == (Closed, 0), f"get with timeout {timeout}, closed and empty"


def machines(puts: Sequence[int], gets: int, belt: Conveyor[Any]) -> list[Any]:
    """That many producers and consumers at once, `puts` tells how much each producer puts. What the consumers got."""
    work: list[Callable[[], Any]] = [partial(produce, belt, producer, count) for producer, count in enumerate(puts)]
    results = together(*work, *[partial(consume, belt, sum(puts) // gets)] * gets)
    return results[len(puts) :]


def produce(belt: Conveyor[Any], producer: int, count: int) -> None:
    for number in range(count):
        belt.put((producer, number))


def consume(belt: Conveyor[Any], count: int) -> list[Any]:
    return [belt.get() for _ in range(count)]


@pytest.mark.parametrize(
    ("capacity", "puts", "gets"), [(1, [1, 1], 2), (1, [2], 2), (2, [1, 1], 2)]
)
@interleave(schedules=50)
def test_no_lost_wakeup(capacity: int, puts: list[int], gets: int) -> None:
    """As much is put as is taken, and somebody sleeps for ever; or an item was lost, doubled, or out of order."""
    got = machines(puts, gets, Conveyor(capacity))
    everything = [item for items in got for item in items]
    assert sorted(everything) == [(producer, n) for producer, count in enumerate(puts) for n in range(count)]
    for items in got:
        for producer in range(len(puts)):
            numbers = [n for who, n in items if who == producer]
            assert numbers == sorted(numbers), f"a consumer got {items}: those of producer {producer} out of order"


@pytest.mark.parametrize("waiting", ["get", "put"])
@in_one_order
def test_each_item_and_each_place_wakes_one(waiting: str) -> None:
    """Two were waiting, and two items, or two places, came quickly one after the other: only one was woken."""
    belt: Conveyor[int] = Conveyor(2)
    if waiting == "put":
        together(partial(belt.put, 1), partial(belt.put, 2))
    gone: list[int] = []

    def machine(number: int) -> None:
        gone.append(belt.get() if waiting == "get" else belt.put(number) or number)

    threads = started(partial(machine, 3), partial(machine, 4))
    for number in (1, 2):
        if waiting == "get":
            belt.put(number)
        else:
            belt.get()
    settle()
    assert len(gone) == 2, f"two could go, gone: {gone}"
    for thread in threads:
        thread.join()


@in_many_orders
def test_fifo_nothing_lost() -> None:
    """An item overtook another one that had been put before it, or two machines got the same one."""
    belt: Conveyor[str] = Conveyor(2)

    def early() -> None:
        belt.put("first")
        put_first.set()
        belt.put("second")

    def late() -> None:
        put_first.wait()
        belt.put("later")

    put_first = Event()
    _, _, got = together(early, late, partial(consume, belt, 3))
    assert got in (["first", "second", "later"], ["first", "later", "second"])


@pytest.mark.parametrize(("capacity", "producers"), [(1, 2), (2, 3)])
@in_many_orders
def test_never_over_capacity(capacity: int, producers: int) -> None:
    """More items were on the belt than fit, or fewer."""
    belt: Conveyor[int] = Conveyor(capacity)
    put: list[int] = []

    def produce_one(number: int) -> None:
        belt.put(number)
        put.append(number)
        assert len(put) <= capacity + len(taking), f"{len(put)} were put, {len(taking)} taken, capacity {capacity}"

    taking: list[int] = []
    threads = [Thread(target=produce_one, args=(number,)) for number in range(producers)]
    for thread in threads:
        thread.start()
    settle()
    assert len(put) == capacity, f"capacity {capacity}, nothing was taken, and {len(put)} puts returned"
    got = []
    for number in range(producers):
        taking.append(number)
        got.append(belt.get())
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(producers))


@pytest.mark.parametrize("sleepers", ["get", "put"])
@in_many_orders
def test_close_wakes_everybody(sleepers: str) -> None:
    """The belt was closed, and somebody sleeps on."""
    belt: Conveyor[str] = Conveyor(1)
    came: list[object] = []
    if sleepers == "put":
        belt.put("accepted")
    call = belt.get if sleepers == "get" else partial(belt.put, "refused")
    together(*[partial(lambda: came.append(attempt(call)))] * 2, belt.close)
    assert came == [Closed, Closed]
    if sleepers == "put":
        assert belt.get() == "accepted"
    assert attempt(belt.get) is Closed, "a put that raised Closed has put nothing"
    assert attempt(partial(belt.put, "late")) is Closed


@pytest.mark.parametrize("side", ["get", "put"])
@in_many_orders
def test_closed_to_two_at_once(side: str) -> None:
    """Two came to a closed belt at once, did not want to wait, and one of them heard TimeoutError, not Closed."""
    belt: Conveyor[str] = Conveyor(1)
    if side == "put":
        belt.put("accepted")
    belt.close()
    call = partial(belt.get, 0) if side == "get" else partial(belt.put, "late", 0)
    came = together(*[partial(attempt, call)] * 2)
    assert came == [Closed, Closed], f"{side} with timeout 0, closed before: {came}"


@in_one_order
def test_close_wakes_at_once() -> None:
    """close() waited for somebody, or did not wake all of those who wait, with a timeout or without."""
    empty: Conveyor[int] = Conveyor(1)
    full: Conveyor[int] = Conveyor(1)
    full.put(1)
    came: list[tuple[object, float]] = []
    calls = [empty.get, partial(empty.get, 10), partial(full.put, 2), partial(full.put, 3, 10)] * 2
    threads = started(*(partial(lambda call: came.append(timed(call)), call) for call in calls))
    pass_time(4)
    assert timed(empty.close) == timed(full.close) == (None, 0)
    for thread in threads:
        thread.join()
    assert came == [(Closed, pytest.approx(4))] * 8
    assert full.get(0) == 1


@in_one_order
def test_close_right_after_a_change() -> None:
    """A get made room, or a put brought a part, and close() came before those who were woken ran: one sleeps on."""
    full: Conveyor[str] = Conveyor(1)
    empty: Conveyor[str] = Conveyor(1)
    full.put("first")
    puts: list[object] = []
    gets: list[object] = []
    threads = started(
        *[lambda: puts.append(attempt(partial(full.put, "late")))] * 2,
        *[lambda: gets.append(attempt(empty.get))] * 2,
    )
    full.get()
    full.close()
    empty.put("part")
    empty.close()
    for thread in threads:
        thread.join()
    assert puts.count(Closed) >= 1, f"room for one of two, then closed: {puts}"
    assert sorted(map(str, gets)) == sorted(["part", str(Closed)]), f"a part for one of two, then closed: {gets}"


@in_one_order
def test_room_after_the_close_is_too_late() -> None:
    """A put waited for room, the belt was closed, then a get made room: and the part was put on a closed belt."""
    belt: Conveyor[str] = Conveyor(1)
    belt.put("first")
    came: list[object] = []
    (putter,) = started(lambda: came.append(attempt(partial(belt.put, "late"))))
    belt.close()
    assert belt.get() == "first"
    putter.join()
    assert (came, attempt(partial(belt.get, 0))) == ([Closed], Closed)


@pytest.mark.parametrize("consumers", [1, 2])
@in_many_orders
def test_close_racing_put(consumers: int) -> None:
    """A put was accepted while the belt was being closed, and its item never came out; or one that was refused did."""
    belt: Conveyor[str] = Conveyor(1)
    got: list[str] = []

    def consume_all() -> None:
        while (item := attempt(belt.get)) is not Closed:
            got.append(str(item))

    came = together(
        partial(attempt, partial(belt.put, "first")),
        partial(attempt, partial(belt.put, "second")),
        belt.close,
        *[consume_all] * (consumers - 1),
    )
    consume_all()
    accepted = [item for item, result in zip(("first", "second"), came[:2], strict=True) if result is None]
    assert sorted(got) == accepted, f"accepted: {accepted}, delivered: {got}"


@in_many_orders
def test_closed_and_empty_is_the_end() -> None:
    """A get raised Closed, and afterwards there was still an item."""
    belt: Conveyor[str] = Conveyor(1)
    put, _, got = together(
        partial(attempt, partial(belt.put, "part")), belt.close, partial(attempt, belt.get)
    )
    left = attempt(partial(belt.get, 0))
    if put is Closed:
        assert (got, left) == (Closed, Closed), "put raised Closed"
    else:
        assert (got, left) == ("part", Closed), "put was accepted, and get waited for an item"


@pytest.mark.parametrize("timeout", [0, 0.5, 10, 3600])
@in_one_order
def test_timeout(timeout: float) -> None:
    """A machine gave up too early or too late, or what it gave up was done all the same."""
    belt: Conveyor[int] = Conveyor(1)
    assert timed(partial(belt.get, timeout)) == (TimeoutError, pytest.approx(timeout)), "get from an empty belt"
    belt.put(1, timeout)
    assert timed(partial(belt.put, 2, timeout)) == (TimeoutError, pytest.approx(timeout)), "put on a full belt"
    assert timed(partial(belt.get, timeout)) == (1, 0)
    assert attempt(partial(belt.get, 0)) is TimeoutError, "the put that gave up has put nothing"


@pytest.mark.parametrize("moment", [0.0625, 3.4375, 9.9375])
@in_one_order
def test_woken_before_the_timeout(moment: float) -> None:
    """A machine did not go on at the moment at which it could."""
    belt: Conveyor[int] = Conveyor(1)
    came: list[tuple[object, float]] = []
    threads = started(partial(lambda: came.append(timed(partial(belt.get, 10)))))
    pass_time(moment)
    belt.put(1)
    threads[0].join()
    belt.put(2)
    threads = started(partial(lambda: came.append(timed(partial(belt.put, 3, timeout=10)))))
    pass_time(moment)
    assert belt.get() == 2
    threads[0].join()
    assert came == [(1, pytest.approx(moment)), (None, pytest.approx(moment))]
    assert belt.get(timeout=0) == 3


@pytest.mark.parametrize("moments", [[6.0], [3.0, 6.5, 9.25]])
@pytest.mark.parametrize("waiting", ["get", "put"])
@interleave(schedules=5)
def test_timeout_is_a_total(waiting: str, moments: list[float]) -> None:
    """Each wake-up in vain began the timeout anew: a machine with ten seconds of patience waited longer."""
    belt: Conveyor[str] = Conveyor(1)
    came: list[tuple[object, float]] = []
    if waiting == "put":
        belt.put("first")
    call = partial(belt.get, 10) if waiting == "get" else partial(belt.put, "waited", 10)
    (thread,) = started(partial(lambda: came.append(timed(call))))
    now = 0.0
    for moment in moments:  # an item, or a place, comes and is gone again
        pass_time(moment - now)
        now = moment
        calls = [partial(belt.put, "more", 0), partial(belt.get, 0)]
        for quick in calls if waiting == "get" else reversed(calls):
            attempt(quick)
    thread.join()
    result, seconds = came[0]
    if result is TimeoutError:
        assert seconds == pytest.approx(10), f"gave up after {seconds} s"
    else:
        assert seconds in moments, f"{waiting} came to {result} after {seconds} s"


@pytest.mark.parametrize("waiting", ["get", "put"])
@interleave(timeouts=True, schedules=30)
def test_wakeup_meets_timeout(waiting: str) -> None:
    """The wake-up went to one that gave up in that very moment, and the next one slept on."""
    belt: Conveyor[str] = Conveyor(1)
    if waiting == "put":
        belt.put("first")
    calls: dict[str, list[Callable[[], object]]] = {
        "get": [partial(belt.get, 5), belt.get],
        "put": [partial(belt.put, "hasty", 5), partial(belt.put, "patient")],
    }
    came: dict[str, object] = {}

    def machine(name: str, call: Callable[[], object]) -> None:
        came[name] = attempt(call)

    hasty, patient = calls[waiting]
    threads = started(partial(machine, "hasty", hasty), partial(machine, "patient", patient))
    if waiting == "get":
        belt.put("part")
    else:
        belt.get()
    settle()
    if came.get("hasty") is TimeoutError:
        assert "patient" in came, "the hasty one gave up, and the patient one sleeps before a belt that it could use"
    belt.close()
    for thread in threads:
        thread.join()
    worked = [name for name, result in came.items() if result not in (Closed, TimeoutError)]
    assert len(worked) == 1, f"one could go: {came}"
    assert attempt(belt.get) == (worked[0] if waiting == "put" else Closed)


class Incomparable:
    """A part like an array of NumPy: whether it equals another one has no answer."""

    def __eq__(self, other: object) -> bool:
        raise TypeError("parts cannot be compared")

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("waiting", ["get", "put"])
@in_one_order
def test_gives_up_behind_another(waiting: str) -> None:
    """Two wait, the second one gives up: it did so too late, or the first one was not served afterwards."""
    belt: Conveyor[object] = Conveyor(1)
    came: list[object] = []
    if waiting == "put":
        belt.put("first")
    patient = belt.get if waiting == "get" else partial(belt.put, "patient")
    threads = started(lambda: came.append(attempt(patient)))
    for timeout in (0, 5):
        hasty = partial(belt.get, timeout) if waiting == "get" else partial(belt.put, Incomparable(), timeout)
        assert timed(hasty) == (TimeoutError, timeout)
    if waiting == "get":
        belt.put("part")
    else:
        belt.get()
    settle()
    assert came == ["part" if waiting == "get" else None], f"the first one still waits in {waiting}()"
    for thread in threads:
        thread.join()
    if waiting == "put":
        assert belt.get(0) == "patient"
    assert attempt(partial(belt.get, 0)) is TimeoutError, "who gave up has left something on the belt"


@pytest.mark.parametrize("timeout", [None, 2_000_000])
@in_one_order
def test_no_busy_waiting(timeout: float | None) -> None:
    """A machine that waits looks again and again instead of sleeping."""
    belt: Conveyor[int] = Conveyor(1)
    came: list[object] = []
    (thread,) = started(partial(lambda: came.append(belt.get(timeout))))
    pass_time(1_000_000)
    belt.put(1)
    thread.join()
    belt.put(2)
    (thread,) = started(partial(lambda: belt.put(3, timeout)))
    pass_time(1_000_000)
    came.append(belt.get())
    thread.join()
    assert came == [1, 2]


@in_one_order
def test_each_belt_for_itself() -> None:
    """Two belts share their items or their end."""
    one: Conveyor[int] = Conveyor(1)
    other: Conveyor[int] = Conveyor(2)
    one.put(1)
    one.close()
    other.put(2, timeout=0)
    other.put(3, timeout=0)
    assert (one.get(), other.get(), other.get()) == (1, 2, 3)


@pytest.mark.timeout(20)
def test_with_real_threads() -> None:
    """Eight machines that really ran at once lost something or got stuck. (A second opinion: green proves little.)"""
    belt: Conveyor[Any] = Conveyor(2)
    threads = [Thread(target=produce, args=(belt, producer, 50), daemon=True) for producer in range(4)]
    got: list[Any] = []
    consumers = [Thread(target=lambda: got.extend(consume(belt, 50)), daemon=True) for _ in range(4)]
    for thread in (*threads, *consumers):
        thread.start()
    for thread in (*threads, *consumers):
        thread.join(5)
        assert not thread.is_alive(), "stuck"
    assert sorted(got) == [(producer, number) for producer in range(4) for number in range(50)]
