"""A background poller: it reads on time, can be hurried, forgets no request, and stops the moment it is told to.

Under `@interleave` a test is run again for every way in which its threads can take turns, and a thread that waits
for ever is reported at once. Time is virtual there: an hour costs nothing, and is an hour exactly. `settle()`
returns when all other threads have gone as far as they can without time passing.
"""

import time
from collections.abc import Callable
from functools import partial
from threading import Event, Thread, current_thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from katas.s10_conditions_events.poller import Poller

in_one_order = interleave(schedules=1, preemptions=0, steps=10_000)  # where it is the time that counts
in_many_orders = interleave(schedules=40, steps=3_000)


def pass_time(seconds: float) -> None:
    """Let time pass. (time.sleep may end while others still have something to do; this does not.)"""
    Event().wait(seconds)


class Greenhouse:
    """A sensor and a display, and a note of all that happens there. All times count from the beginning."""

    def __init__(self, interval: float, reading: float = 0, delivering: float = 0) -> None:
        self.poller = Poller(self.read, self.deliver, interval)
        self.reading, self.delivering = reading, delivering  # seconds that it takes
        self.during_read: Callable[[], None] = lambda: None
        self.during_deliver: Callable[[], None] = lambda: None
        self.beginning = time.monotonic()
        self.temperature = 20.0
        self.reads: list[float] = []  # when each read began
        self.values: list[float] = []  # what was read
        self.delivered: list[float] = []
        self.threads: set[Thread] = set()  # where it was read and delivered

    def now(self) -> float:
        return time.monotonic() - self.beginning

    def read(self) -> float:
        self._note()
        self.reads.append(self.now())
        value = self.temperature
        self.during_read()
        pass_time(self.reading)
        self.values.append(value)
        return value

    def deliver(self, value: float) -> None:
        self._note()
        self.during_deliver()
        pass_time(self.delivering)
        self.delivered.append(value)

    def _note(self) -> None:
        assert self.values == self.delivered or len(self.values) == len(self.delivered) + 1, "two reads at once"
        self.threads.add(current_thread())

    def at(self, moment: float, call: Callable[[], None]) -> None:
        """Let time pass up to that moment, then call."""
        pass_time(moment - self.now())
        call()

    def check_ended(self) -> None:
        """Right after stop(): everything is over, and stays so."""
        assert current_thread() not in self.threads, "read or deliver ran in the thread of a caller"
        assert not [thread for thread in self.threads if thread.is_alive()], "stop() returned, and the thread is alive"
        assert self.delivered == self.values, "a value that was read was not delivered"
        reads = list(self.reads)
        pass_time(1000)
        assert self.reads == reads, "a read began after stop() had returned"


def attempt(call: Callable[[], None]) -> str:
    """What became of a call that may be refused."""
    try:
        call()
    except RuntimeError:
        return "refused"
    return "done"


@pytest.mark.parametrize("interval", [0, -1, -0.5])
@in_one_order
def test_bad_interval(interval: float) -> None:
    """A poller that never sleeps, or sleeps backwards, was accepted."""
    with pytest.raises(ValueError):
        Poller(lambda: 20.0, lambda value: None, interval)


@pytest.mark.parametrize(("interval", "reading", "delivering"), [(60, 0, 0), (60, 5, 0), (2, 0, 3), (0.5, 4, 1)])
@in_one_order
def test_reads_every_interval(interval: float, reading: float, delivering: float) -> None:
    """The reads do not begin when they ought to: the pause counts from the end of the delivery."""
    house = Greenhouse(interval, reading, delivering)
    house.poller.start()
    round_ = reading + delivering + interval
    house.at(3 * round_ + (reading + delivering + interval / 2 or 1), house.poller.stop)
    assert house.reads == pytest.approx([0, round_, 2 * round_, 3 * round_])
    house.check_ended()


@in_one_order
def test_values_are_delivered_in_order() -> None:
    """A value was lost, changed or delivered twice, or read or delivered in the thread of a caller."""
    house = Greenhouse(10)
    house.poller.start()
    for temperature in (0.0, -3.5, 21.0):
        pass_time(5)
        house.temperature = temperature
        pass_time(5)
    pass_time(5)
    house.poller.poll_now()
    pass_time(1)
    house.poller.stop()
    assert house.delivered == [20.0, 0.0, -3.5, 21.0, 21.0]
    assert current_thread() not in house.threads
    assert len(house.threads) == 1, "the poller has one thread, which reads and delivers"


@pytest.mark.parametrize("moment", [0.5, 10.25, 59.9375, 60.5, 119])
@in_one_order
def test_stop_wakes_a_sleeper(moment: float) -> None:
    """stop() waited until the poller had slept enough, or one more read was made."""
    house = Greenhouse(60)
    house.poller.start()
    house.at(moment, house.poller.stop)
    assert house.now() == pytest.approx(moment), f"stop() at {moment} s returned at {house.now()} s"
    assert house.reads == pytest.approx([0] if moment < 60 else [0, 60])
    house.check_ended()


@pytest.mark.parametrize("moment", [2, 600])
@in_one_order
def test_stop_waits_for_a_read(moment: float) -> None:
    """stop() returned while a read or its delivery was under way, or the value was thrown away."""
    house = Greenhouse(60, reading=500, delivering=300)
    house.poller.start()
    house.at(moment, house.poller.stop)
    assert house.now() == pytest.approx(800), f"the delivery ended at 800 s, stop() returned at {house.now()} s"
    assert house.delivered == [20.0]
    house.check_ended()


@in_one_order
def test_poll_now_wakes() -> None:
    """A request did not wake the poller at once, or the pause after it does not have its full length."""
    house = Greenhouse(60)
    house.poller.start()
    house.at(10.53125, house.poller.poll_now)
    assert house.now() == pytest.approx(10.53125), "poll_now() does not wait"
    house.at(100, house.poller.stop)
    assert house.reads == pytest.approx([0, 10.53125, 70.53125])
    house.check_ended()


@pytest.mark.parametrize("moment", [2, 7])
@in_one_order
def test_request_during_a_read_is_kept(moment: float) -> None:
    """A request that came while the poller was reading or delivering was forgotten."""
    house = Greenhouse(60, reading=5, delivering=3)
    house.poller.start()
    house.at(moment, house.poller.poll_now)
    assert house.now() == pytest.approx(moment), "poll_now() does not wait"
    house.at(50, house.poller.stop)
    assert house.reads == pytest.approx([0, 8]), "a request during a read: the next one begins right after the delivery"
    house.check_ended()


@in_one_order
def test_requests_count_once() -> None:
    """Each of several requests got a read of its own, or too few of them were heard."""
    house = Greenhouse(60, reading=5)
    house.poller.start()
    for moment in (1, 2, 3):
        house.at(moment, house.poller.poll_now)
    house.at(100, house.poller.stop)
    assert house.reads == pytest.approx([0, 5, 70])
    house.check_ended()


@pytest.mark.parametrize("where", ["during_read", "during_deliver"])
@in_one_order
def test_request_from_within(where: str) -> None:
    """read or deliver asked for another read, and got stuck or was not heard."""
    house = Greenhouse(60, reading=1, delivering=1)

    def ask_once() -> None:
        if len(house.reads) == 1:
            house.poller.poll_now()

    setattr(house, where, ask_once)
    house.poller.start()
    house.at(50, house.poller.stop)
    assert house.reads == pytest.approx([0, 2])
    house.check_ended()


@pytest.mark.parametrize("where", ["read", "deliver"])
@in_many_orders
def test_request_in_the_first_round(where: str) -> None:
    """The first read began before start() had returned, it asked for another one, and was not heard."""
    reads: list[None] = []

    def ask_once(here: str) -> None:
        if here == where and len(reads) == 1:
            poller.poll_now()

    def read() -> float:
        reads.append(None)
        ask_once("read")
        return 20.0

    poller = Poller(read, lambda value: ask_once("deliver"), 60)
    poller.start()
    settle()
    assert len(reads) >= 2
    poller.stop()


def model(
    interval: float, reading: float, delivering: float, requests: list[float], stop: float
) -> tuple[list[float], float]:
    """When the reads begin, and when stop() returns."""
    reads, begin, free = [], 0.0, 0.0
    while begin < stop:
        reads.append(begin)
        free = begin + reading + delivering
        waking = [max(moment, free) for moment in requests if moment > begin]
        begin = min([*waking, free + interval])
    return reads, max(stop, free)


@settings(max_examples=12)
@given(
    interval=st.integers(1, 12),
    reading=st.integers(0, 3),
    delivering=st.integers(0, 3),
    requests=st.lists(st.integers(0, 20), max_size=3),
    stop=st.integers(0, 30),
)
@in_one_order
def test_against_a_model(interval: int, reading: int, delivering: int, requests: list[int], stop: int) -> None:
    """Some requests at some moments, and the reads began at other times than they ought to."""
    house = Greenhouse(interval, reading, delivering)
    # each moment has a fraction of its own, so that no two things happen at once
    moments = sorted(moment + 2.0 ** -(3 + number) for number, moment in enumerate(requests))
    house.poller.start()
    for moment in moments:
        if moment < stop:
            house.at(moment, house.poller.poll_now)
    house.at(stop + 0.5, house.poller.stop)
    reads, end = model(interval, reading, delivering, [moment for moment in moments if moment < stop], stop + 0.5)
    told = f"a read takes {reading} s, a delivery {delivering} s, requests at {moments}, stop() at {stop + 0.5}"
    assert house.reads == pytest.approx(reads), told
    assert house.now() == pytest.approx(end), told
    house.check_ended()


@in_many_orders
def test_request_on_any_schedule() -> None:
    """A request was forgotten: what it asked for was not read until much later."""
    temperature, delivered = [20.0], []
    poller = Poller(lambda: temperature[-1], delivered.append, 60)
    poller.start()
    temperature.append(31.0)
    poller.poll_now()
    settle()
    assert delivered[-1:] == [31.0], "it was 31 degrees when poll_now() was called"
    poller.stop()


@in_many_orders
def test_requests_from_two_operators() -> None:
    """Two requests at the same time, and one of the operators did not get a read that began afterwards."""
    opened: list[int] = []
    delivered: list[float] = []
    poller = Poller(opened.__len__, delivered.append, 60)  # the more doors are open, the warmer it is

    def operator(door: int) -> None:
        opened.append(door)
        poller.poll_now()

    poller.start()
    together(partial(operator, 1), partial(operator, 2))
    settle()
    assert delivered[-1] == 2, "both doors were open before the last request"
    poller.stop()


def stops_at_once(poller: Poller, *meanwhile: Callable[[], None]) -> None:
    """Call stop() while all that goes on, and see that it returns before the pause is over."""
    stop, *others = (Thread(target=call) for call in (poller.stop, *meanwhile))
    for thread in (stop, *others):
        thread.start()
    pass_time(30)  # that is: until nobody can do anything else
    settle()
    assert not stop.is_alive(), "half a minute later stop() has not returned: the poller sleeps on"
    for thread in (stop, *others):
        thread.join()


@pytest.mark.parametrize("operators", [1, 2])
@interleave(schedules=70, steps=3_000)
def test_stop_racing_the_wake(operators: int) -> None:
    """A stop was cleared away together with a request: the poller slept on."""
    delivered: list[float] = []
    poller = Poller(lambda: 20.0, delivered.append, 60)
    poller.start()
    settle()  # the first read is over, the poller sleeps
    stops_at_once(poller, *[poller.poll_now] * operators)
    values = list(delivered)
    pass_time(200)
    assert delivered == values, "it went on after stop()"


@in_many_orders
def test_stop_right_after_start() -> None:
    """A poller that was stopped before it had begun went on, or slept first."""
    delivered: list[float] = []
    poller = Poller(lambda: 20.0, delivered.append, 60)
    poller.start()
    stops_at_once(poller)
    values = list(delivered)
    pass_time(200)
    assert delivered == values, "it went on after stop()"


@in_many_orders
def test_two_stops() -> None:
    """Of two stops one returned before the thread had ended, or waits for ever."""
    under_way: list[bool] = []
    threads: list[Thread] = []

    def read() -> float:
        threads.append(current_thread())
        under_way.append(True)
        pass_time(5)
        under_way.clear()
        return 20.0

    poller = Poller(read, lambda value: None, 60)
    poller.start()

    def stop() -> None:
        poller.stop()
        assert not under_way, "stop() returned during a read"
        assert not [thread for thread in threads if thread.is_alive()], "stop() returned, and the thread is alive"

    together(stop, stop)


@pytest.mark.parametrize("where", ["read", "deliver"])
@in_many_orders
def test_stops_from_within_and_from_outside(where: str) -> None:
    """A stop from read or deliver and another one at the same time: they wait for each other, or one ends too early."""
    delivered: list[float] = []

    def read() -> float:
        if where == "read":
            poller.stop()
        return 20.0

    def deliver(value: float) -> None:
        if where == "deliver":
            poller.stop()
        delivered.append(value)

    poller = Poller(read, deliver, 60)
    poller.start()
    poller.stop()
    values = list(delivered)
    assert values in ([], [20.0])
    pass_time(200)
    assert delivered == values, "it went on after stop()"


@pytest.mark.parametrize("where", ["during_read", "during_deliver"])
@in_one_order
def test_stop_from_deliver(where: str) -> None:
    """read or deliver called stop() and got stuck, or the poller went on afterwards."""
    house = Greenhouse(60, reading=1, delivering=1)
    returned_at: list[float] = []

    def stop() -> None:
        house.poller.poll_now()  # too late: no read follows
        house.poller.stop()
        house.poller.stop()
        returned_at.append(house.now())

    setattr(house, where, stop)
    house.poller.start()
    house.at(0.5, house.poller.stop)
    assert house.now() == pytest.approx(2), f"the delivery ended at 2 s, stop() returned at {house.now()} s"
    assert returned_at == pytest.approx([0 if where == "during_read" else 1]), "it returns at once"
    assert (house.reads, house.delivered) == ([0], [20.0]), "a read under way is delivered, and none follows"
    house.check_ended()


@pytest.mark.parametrize("where", ["during_read", "during_deliver"])
@in_one_order
def test_ends_by_itself_after_a_stop_from_within(where: str) -> None:
    """deliver called stop(), nobody else did, and the thread did not end."""
    house = Greenhouse(60)

    def stop_at_the_second() -> None:
        if len(house.reads) == 2:
            house.poller.stop()

    setattr(house, where, stop_at_the_second)
    house.poller.start()
    for thread in list(house.threads):
        thread.join()
    pass_time(70)
    assert house.reads == pytest.approx([0, 60])
    house.check_ended()


@pytest.mark.parametrize("where", ["during_read", "during_deliver"])
@in_one_order
def test_no_lock_held_while_calling(where: str) -> None:
    """While read or deliver ran, another thread that used the poller was held up."""
    house = Greenhouse(60, reading=1, delivering=1)
    refused: list[str] = []

    def others() -> None:
        if len(house.reads) == 1:
            refused.extend(together(partial(attempt, house.poller.start), house.poller.poll_now)[:1])

    setattr(house, where, others)
    house.poller.start()
    house.at(10, house.poller.stop)
    assert refused == ["refused"], "a poller is started once"
    assert house.reads == pytest.approx([0, 2]), "another thread asked for a read during the first one"
    house.check_ended()


@in_one_order
def test_start_rules() -> None:
    """A poller was started twice or after its end, or a call before the start or after the end had an effect."""
    house = Greenhouse(60)
    house.poller.poll_now()
    settle()
    assert house.reads == [], "poll_now() before start() has no effect"
    house.poller.start()
    assert attempt(house.poller.start) == "refused", "start() twice"
    house.at(50, house.poller.stop)
    assert house.reads == [0], "poll_now() before start() has no effect, the next read is due at 60 s"
    house.poller.stop()
    assert attempt(house.poller.start) == "refused", "start() after stop()"
    house.poller.poll_now()
    house.poller.stop()
    house.check_ended()


@in_one_order
def test_refused_start_changes_nothing() -> None:
    """A start() was refused, and swept away the request, or the stop, that had come just before."""
    house = Greenhouse(60, reading=5)
    house.poller.start()
    house.at(1, house.poller.poll_now)
    assert attempt(house.poller.start) == "refused"
    pass_time(6)
    assert house.reads == pytest.approx([0, 5]), "a read was asked for during the first one, then start() was refused"
    stopper = Thread(target=house.poller.stop)
    stopper.start()
    settle()
    assert attempt(house.poller.start) == "refused"
    stopper.join()
    assert house.now() == pytest.approx(10), f"the delivery ended at 10 s, stop() returned at {house.now()} s"
    house.check_ended()


@in_one_order
def test_stop_before_start() -> None:
    """A poller that was stopped before it was started got stuck, or was started all the same."""
    house = Greenhouse(60)
    house.poller.stop()
    house.poller.poll_now()
    assert attempt(house.poller.start) == "refused"
    house.poller.poll_now()
    house.poller.stop()
    house.check_ended()
    assert house.reads == []


@in_many_orders
def test_two_starts() -> None:
    """Two starts at the same time made two threads, or none."""
    delivered: list[float] = []
    poller = Poller(lambda: 20.0, delivered.append, 60)
    assert sorted(together(*[partial(attempt, poller.start)] * 2)) == ["done", "refused"]
    settle()
    assert delivered, "the first read begins at once"
    poller.stop()
    values = list(delivered)
    pass_time(200)
    assert delivered == values, "it went on after stop()"


@in_many_orders
def test_start_racing_stop() -> None:
    """A start and a stop at the same time: the poller runs on, or stop() did not wait for it, or one of them broke."""
    began: list[None] = []
    delivered: list[float] = []

    def read() -> float:
        began.append(None)
        return 20.0

    def deliver(value: float) -> None:
        pass_time(5)
        delivered.append(value)

    poller = Poller(read, deliver, 60)

    def stop() -> tuple[int, int]:
        poller.stop()
        return len(began), len(delivered)

    started, at_stop = together(partial(attempt, poller.start), stop)
    if started == "refused":
        assert not began, "start() was refused, and there was a read"
    pass_time(200)
    then = f"start() was {started}; when stop() returned, (begun, delivered) was {at_stop}, and is now"
    assert (len(began), len(delivered)) == at_stop, f"{then} {len(began), len(delivered)}"


@in_many_orders
def test_no_read_after_stop() -> None:
    """A read began after stop() had returned: a request, or the end of the pause, came through."""
    stopped: list[bool] = []
    late: list[int] = []
    poller = Poller(lambda: late.append(len(stopped)) or 20.0, lambda value: None, 60)
    poller.start()

    def stop() -> None:
        poller.stop()
        stopped.append(True)

    together(poller.poll_now, stop)
    poller.poll_now()
    pass_time(200)
    assert sum(late) == 0, "a read began after stop() had returned"


@in_one_order
def test_stop_when_the_pause_ends() -> None:
    """stop() came in the very moment in which the pause was over, and the poller began another one."""
    house = Greenhouse(60)
    house.poller.start()
    house.at(60, house.poller.stop)
    assert house.now() == 60, f"stop() at 60 s returned at {house.now()} s"
    assert len(house.reads) <= 2
    house.check_ended()


@in_one_order
def test_one_stops_another() -> None:
    """A poller's deliver stopped another poller, and did not wait until that one's thread had ended."""
    one, other = Greenhouse(60), Greenhouse(60, reading=5)
    stopped_at: list[float] = []

    def stop_the_other() -> None:
        other.poller.stop()
        stopped_at.append(other.now())

    one.during_deliver = stop_the_other
    other.poller.start()
    settle()  # its first read is under way
    one.poller.start()
    one.at(10, one.poller.stop)
    assert stopped_at == [5], "the read under way ended at 5 s"
    assert (one.delivered, other.delivered) == ([20.0], [20.0])
    one.check_ended()
    other.check_ended()


@in_one_order
def test_each_poller_for_itself() -> None:
    """Two pollers share their state."""
    one, other = Greenhouse(60), Greenhouse(60)
    one.poller.start()
    other.poller.start()
    other.at(10, other.poller.poll_now)
    one.at(20, one.poller.stop)
    assert (one.reads, other.reads) == ([0], [0, 10])
    other.at(30, other.poller.stop)
    one.check_ended()
    other.check_ended()


@pytest.mark.timeout(10)
def test_with_a_real_clock() -> None:
    """Requests and a stop, in real time: somebody waited for ever. (A second opinion: green proves little.)"""
    read, values = Event(), []

    def deliver(value: float) -> None:
        values.append(value)
        read.set()

    poller = Poller(lambda: 20.0, deliver, 3600)
    poller.start()
    for _ in range(5):
        assert read.wait(5), "poll_now() was not heard"
        read.clear()
        poller.poll_now()
    poller.stop()
    assert set(values) == {20.0}
    assert len(values) in (5, 6)
