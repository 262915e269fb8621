"""Locks that raise before a circle closes: never a hang, never a false alarm, and an error that tells the truth.

Under `@interleave` a test is run again for many ways in which its threads can take turns. Threads that wait for ever
are reported at once, and time costs nothing.
"""

import time
from collections.abc import Callable
from functools import partial
from random import Random
from threading import Barrier, Event, Thread, current_thread
from threading import enumerate as all_threads

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from katas.s14_deadlocks_races.deadlock_detector import DeadlockError, LockMonitor, WatchedLock


def locks_of(monitor: LockMonitor, names: str) -> list[WatchedLock]:
    return [monitor.lock(name) for name in names]


def all_quiet(monitor: LockMonitor) -> None:
    assert monitor.holders() == {}, f"nobody holds a lock any more, holders() says {monitor.holders()}"
    assert monitor.waiting() == {}, f"nobody waits any more, waiting() says {monitor.waiting()}"


def named(name: str, call: Callable[[], None]) -> Callable[[], None]:
    """The call, in a thread of that name."""

    def run() -> None:
        current_thread().name = name
        call()

    return run


@interleave
def test_one_thread() -> None:
    """Without any rush: a lock does not lock, is not released after the block, or the books are wrong."""
    monitor = LockMonitor()
    a, b = locks_of(monitor, "ab")
    me = current_thread().name
    assert (a.name, b.name) == ("a", "b")
    with a as entered:
        assert entered is a, "`with lock as x` gives the lock"
        assert b.acquire() is True
        assert monitor.holders() == {"a": me, "b": me}
        assert monitor.waiting() == {}
    assert monitor.holders() == {"b": me}
    b.release()
    assert a.acquire(timeout=0) is True, "a free lock can be had without waiting"
    a.release()
    with pytest.raises(KeyError), b:
        raise KeyError
    with monitor.lock(""):
        assert monitor.holders() == {"": me}, "the empty name is a name like any other"
    all_quiet(monitor)


@interleave(schedules=20)
def test_names_are_taken_once() -> None:
    """Two locks of one monitor got the same name, or a name is taken because another monitor has it."""
    monitor = LockMonitor()
    monitor.lock("a")
    with pytest.raises(ValueError):
        monitor.lock("a")
    LockMonitor().lock("a")

    def make() -> bool:
        try:
            return isinstance(monitor.lock("b"), WatchedLock)
        except ValueError:
            return False

    assert sorted(together(make, make)) == [False, True], "two threads ask for b: one gets it, one a ValueError"


@interleave
def test_bad_timeouts() -> None:
    """A timeout below zero was not refused with ValueError, or it changed something."""
    monitor = LockMonitor()
    lock = monitor.lock("a")
    for timeout in (-1, -0.001):
        with pytest.raises(ValueError):
            lock.acquire(timeout)
    all_quiet(monitor)
    with lock:
        with pytest.raises(ValueError):
            lock.acquire(-1)
        assert list(monitor.holders()) == ["a"]
    all_quiet(monitor)


@interleave(schedules=20)
def test_foreign_release() -> None:
    """A lock was released by a thread that did not hold it, or somebody else's lock is free afterwards."""
    monitor = LockMonitor()
    a, b = locks_of(monitor, "ab")
    for _ in range(2):
        with pytest.raises(RuntimeError):
            a.release()
        with a:
            pass

    def stranger() -> None:
        for lock in (a, b):
            with pytest.raises(RuntimeError):
                lock.release()
        assert a.acquire(0) is False, "the lock is still held by the one who has taken it"

    with pytest.raises(RuntimeError), a:
        a.release()  # so the end of the block releases what is not held
    with a:
        holders = monitor.holders()
        together(stranger)
        assert monitor.holders() == holders
    all_quiet(monitor)


@interleave
def test_self_deadlock() -> None:
    """A thread asked for the lock that it holds: it waits for itself, got it twice, or lost it."""
    monitor = LockMonitor()
    lock = monitor.lock("a")
    me = current_thread().name
    with lock:
        for _ in range(2):
            with pytest.raises(DeadlockError) as caught:
                lock.acquire()
            assert caught.value.cycle == [(me, "a")]
            with pytest.raises(DeadlockError), lock:
                pytest.fail("`with lock` let the thread in a second time")
            assert monitor.holders() == {"a": me}
            assert monitor.waiting() == {}
        with pytest.raises(DeadlockError) as another, monitor.lock("b") as b:
            b.acquire()  # the error comes out of the block
        assert another.value.cycle == [(me, "b")]
        assert caught.value.cycle == [(me, "a")], "a later error has changed the cycle of an earlier one"
        start = time.monotonic()
        assert lock.acquire(timeout=2) is False, "with a timeout it ends by itself"
        assert lock.acquire(timeout=0) is False
        assert time.monotonic() - start == pytest.approx(2, abs=0.1)
    all_quiet(monitor)
    with pytest.raises(RuntimeError):
        lock.release()


@interleave(preemptions=0, schedules=5)
def test_a_thread_that_has_ended_still_holds() -> None:
    """A thread ended with a lock in its hands, and the books say that nobody has it, or another thread got it."""
    monitor = LockMonitor()
    lock = monitor.lock("a")

    def acquire() -> None:
        assert lock.acquire() is True

    together(named("gone", acquire))
    assert monitor.holders() == {"a": "gone"}, "its thread has ended, and nobody has released it"

    assert lock.acquire(timeout=1) is False
    with pytest.raises(RuntimeError):
        lock.release()
    assert monitor.holders() == {"a": "gone"}


class Shadow:
    """The test's own book of who holds what and who asks for what, to judge every error by."""

    def __init__(self, names: str) -> None:
        self.monitor = LockMonitor()
        self.locks = dict(zip(names, locks_of(self.monitor, names), strict=True))
        self.held: dict[str, Thread] = {}
        self.asks: dict[Thread, str] = {}
        self.errors: list[DeadlockError] = []

    def nest(self, wanted: list[tuple[str, float | None]], at_the_end: Callable[[], object] = lambda: None) -> None:
        """Take these locks, one inside the other. After an error or a timeout let go of all that are held."""
        if not wanted:
            at_the_end()
            return
        (name, timeout), *more = wanted
        me = current_thread()
        if timeout is None:
            self.asks[me] = name
        try:
            got = self.locks[name].acquire(timeout)
        except DeadlockError as error:
            assert timeout is None, "acquire with a timeout raised DeadlockError"
            self.judge(error)
            self.errors.append(error)
            return
        finally:
            self.asks.pop(me, None)
        if not got:
            assert timeout is not None, "acquire without timeout returned False"
            return
        assert name not in self.held, f"two threads hold {name}"
        self.held[name] = me
        try:
            self.nest(more, at_the_end)
        finally:
            del self.held[name]
            self.locks[name].release()

    def judge(self, error: DeadlockError) -> None:
        """Is there such a circle? Its threads all wait, so the book cannot be out of date."""
        thread = current_thread()
        for thread_name, lock in error.cycle:
            told = f"the error says {error.cycle}"
            assert thread_name == thread.name, f"{told}; {thread.name} should come where it says {thread_name}"
            assert self.asks.get(thread) == lock, f"{told}; {thread_name} waits for {self.asks.get(thread)} there"
            assert lock in self.held, f"{told}; nobody holds {lock}"
            thread = self.held[lock]
        assert error.cycle, "the error has no cycle"
        assert thread is current_thread(), f"the error says {error.cycle}; that is no circle"


def plain(names: str) -> list[tuple[str, float | None]]:
    return [(name, None) for name in names]


@interleave(schedules=25)
def test_two_locks_two_threads() -> None:
    """Two threads took two locks in opposite order, and they hang, or both got the error, or it tells a lie."""
    shadow = Shadow("ab")
    ends: list[str] = []
    together(
        partial(shadow.nest, plain("ab"), partial(ends.append, "ab")),
        partial(shadow.nest, plain("ba"), partial(ends.append, "ba")),
    )
    assert len(shadow.errors) <= 1, "one of them has to give way, not both"
    assert len(ends) == 2 - len(shadow.errors), f"{len(shadow.errors)} got the error, {ends} came through"
    all_quiet(shadow.monitor)


@interleave(schedules=40)
def test_both_ask_at_the_same_moment() -> None:
    """Each of two threads held what the other one wanted, both looked before either waited, and now both wait."""
    monitor = LockMonitor()
    a, b = locks_of(monitor, "ab")
    both_hold_one = Barrier(2)
    errors: list[DeadlockError] = []

    def half(mine: WatchedLock, other: WatchedLock) -> None:
        with mine:
            both_hold_one.wait()
            try:
                with other:
                    pass
            except DeadlockError as error:
                errors.append(error)

    together(partial(half, a, b), partial(half, b, a))
    assert len(errors) == 1, f"one of them has to give way, {len(errors)} did"
    all_quiet(monitor)


@pytest.mark.parametrize("size", [2, 3, 5])
@interleave(preemptions=0, schedules=5)
def test_the_last_one_closes_the_ring(size: int) -> None:
    """A ring of threads was closed, and the last one was not told at once, or was told another ring."""
    monitor = LockMonitor()
    locks = locks_of(monitor, "abcde"[:size])
    all_hold_one = Barrier(size)
    turns = [Event() for _ in range(size)]
    came: list[int] = []

    def link(number: int) -> None:
        with locks[number]:
            all_hold_one.wait()
            turns[number].wait()
            wanted = locks[(number + 1) % size]
            if number < size - 1:
                with wanted:
                    came.append(number)
                return
            with pytest.raises(DeadlockError) as caught:
                wanted.acquire()
        names = [f"T{(number + step) % size}" for step in range(size)]
        expected = [(name, "abcde"[(number + 1 + step) % size]) for step, name in enumerate(names)]
        assert caught.value.cycle == expected, f"the error says {caught.value.cycle}, expected: {expected}"

    def conduct() -> None:
        for turn in turns:
            settle()  # those before are waiting now
            turn.set()

    together(*(named(f"T{number}", partial(link, number)) for number in range(size)), conduct)
    assert sorted(came) == list(range(size - 1)), f"one gave way, the others go on; {came} did"
    all_quiet(monitor)


ASK = st.tuples(st.sampled_from("abc"), st.sampled_from([None, None, None, 0, 1]))


@given(threads=st.lists(st.lists(ASK, min_size=1, max_size=3), min_size=2, max_size=4))
@settings(max_examples=12)
@interleave(preemptions=1, schedules=4, steps=3000)
def test_rings(threads: list[list[tuple[str, float | None]]]) -> None:
    """Some threads took locks in all kinds of order, and they hang, or one got an error without a deadlock."""
    shadow = Shadow("abc")
    together(*(partial(shadow.nest, asks) for asks in threads))
    all_quiet(shadow.monitor)


@interleave(schedules=15)
def test_three_in_a_ring() -> None:
    """Three threads waited for each other in a ring, and nobody noticed: it was no pair."""
    shadow = Shadow("abc")
    together(*(partial(shadow.nest, plain(order)) for order in ("ab", "bc", "ca")))
    assert len(shadow.errors) <= 1
    all_quiet(shadow.monitor)


@interleave(schedules=15)
def test_names_may_repeat() -> None:
    """Threads of the same name were taken for one and the same."""
    shadow = Shadow("ab")
    asks = [partial(shadow.nest, plain(order)) for order in ("ab", "ba", "ab")]
    together(*(named("worker", ask) for ask in asks))
    for error in shadow.errors:
        assert len(error.cycle) == 2, f"each worker waits for another one; the error says {error.cycle}"
    all_quiet(shadow.monitor)


@given(threads=st.lists(st.sets(st.sampled_from("abc"), min_size=1), min_size=2, max_size=3))
@settings(max_examples=8)
@interleave(preemptions=1, schedules=4)
def test_one_order_no_alarm(threads: list[set[str]]) -> None:
    """All threads took their locks in the same order, and one of them got a DeadlockError."""
    shadow = Shadow("abc")
    ends: list[None] = []
    together(*(partial(shadow.nest, plain("".join(sorted(names))), partial(ends.append, None)) for names in threads))
    assert len(ends) == len(threads), "not everybody got all locks"
    all_quiet(shadow.monitor)


@pytest.mark.parametrize("before", ["got it", "time was over", "error", "error in oneself"])
@interleave(preemptions=0, schedules=5)
def test_no_false_alarm(before: str) -> None:
    """A thread has stopped waiting for a lock long ago, and still counted as waiting for it."""
    monitor = LockMonitor()
    a, b, x = locks_of(monitor, "abx")
    both_ready, second_act = Barrier(2), Barrier(2)
    x_is_taken, done = Event(), Event()

    def first() -> None:
        if before == "error in oneself":
            with a, pytest.raises(DeadlockError):
                a.acquire()
        elif before == "error":
            with b:
                both_ready.wait()
                settle()  # the second thread waits for b
                with pytest.raises(DeadlockError):
                    a.acquire()
        else:
            both_ready.wait()
            got = a.acquire() if before == "got it" else a.acquire(timeout=1)
            assert got == (before == "got it")
            if got:
                a.release()
        second_act.wait()
        with x:
            x_is_taken.set()
            done.wait()  # waits for something, and not for a

    def second() -> None:
        if before != "error in oneself":
            with a:
                both_ready.wait()
                if before == "error":
                    with b:
                        pass
                else:
                    time.sleep(5)
        second_act.wait()
        x_is_taken.wait()
        with a, x:
            pass

    def third() -> None:
        x_is_taken.wait()
        settle()  # the second thread holds a and waits for x
        assert list(monitor.waiting().values()) == ["x"]
        done.set()

    together(first, second, third)
    all_quiet(monitor)


@interleave(schedules=6)
def test_a_slow_holder_is_no_deadlock() -> None:
    """A thread kept its lock for a long time, and the one who waited for it got an error or gave up."""
    monitor = LockMonitor()
    lock = monitor.lock("a")
    taken = Event()

    def slow() -> None:
        with lock:
            taken.set()
            time.sleep(10_000)

    def patient() -> None:
        taken.wait()
        assert lock.acquire() is True
        lock.release()

    together(slow, patient, patient)
    all_quiet(monitor)


@interleave(schedules=4, steps=4000)
def test_waiting_threads_sleep() -> None:
    """A thread that waits for a lock looked again and again meanwhile, or a thread in the background did."""
    monitor = LockMonitor()
    a, b = locks_of(monitor, "ab")
    before = len(all_threads())

    def timed() -> None:
        with b:
            assert a.acquire(timeout=900) is False

    with a:
        waiting = Thread(target=timed)
        waiting.start()
        settle()
        assert len(all_threads()) == before + 1, "the monitor has started a thread of its own"
        time.sleep(1000)
    waiting.join()


@interleave(schedules=10, steps=1500)
def test_timed_waits_are_no_links() -> None:
    """A thread that would have stopped waiting by itself counted as part of a circle, or stopped too early or late."""
    monitor = LockMonitor()
    a, b = locks_of(monitor, "ab")
    both_hold_one = Barrier(2)
    start = time.monotonic()

    def timed() -> None:
        with a:
            both_hold_one.wait()
            assert b.acquire(timeout=5) is False
            assert time.monotonic() - start == pytest.approx(5, abs=0.1)

    def untimed() -> None:
        with b:
            both_hold_one.wait()
            with a:
                assert time.monotonic() - start == pytest.approx(5, abs=0.1), "a is free when the other gives up"

    def third() -> None:
        settle()  # now there is a ring, and one of its links ends by itself
        with a:
            pass

    together(timed, untimed, third)
    all_quiet(monitor)


@pytest.mark.parametrize("number", [0, 1, 2])
@interleave(preemptions=0, schedules=3)
def test_a_ring_with_one_timed_wait(number: int) -> None:
    """One thread of a ring would have stopped waiting by itself, and the last one got an error nevertheless."""
    monitor = LockMonitor()
    locks = locks_of(monitor, "abcd")

    def link(seat: int) -> None:
        with locks[seat]:
            time.sleep(1 + seat)  # now all hold one, and those before wait; seat 3 closes the ring
            wanted = locks[(seat + 1) % 4]
            if wanted.acquire(timeout=10 if seat == number else None):
                wanted.release()

    together(*(partial(link, seat) for seat in range(4)))
    all_quiet(monitor)


@pytest.mark.parametrize(("first", "then", "errors"), [(9, None, 1), (1, None, 1), (None, 9, 0)])
@interleave(preemptions=0, schedules=3)
def test_each_wait_for_itself(first: float | None, then: float | None, errors: int) -> None:
    """A thread waited with a timeout, and later without one, or the other way round: it counted as it did before."""
    monitor = LockMonitor()
    a, b, c = locks_of(monitor, "abc")
    alarms: list[DeadlockError] = []

    def waits_twice() -> None:
        with a:
            time.sleep(1)
            if c.acquire(timeout=first):  # c is held until 3
                c.release()
            time.sleep(3)
            if b.acquire(timeout=then):
                b.release()

    def closes() -> None:
        with c:
            time.sleep(3)
        with b:
            time.sleep(5)  # now the other one holds a and waits for b
            try:
                with a:
                    pass
            except DeadlockError as error:
                alarms.append(error)

    together(waits_twice, closes)
    told = f"timeout={first} in its first wait, timeout={then} in the one that is part of a circle"
    assert len(alarms) == errors, f"{told}: {len(alarms)} errors"
    all_quiet(monitor)


@interleave(schedules=10)
def test_what_was_taken_with_a_timeout_is_held() -> None:
    """A lock that was taken with a timeout does not count as held when a circle closes."""
    shadow = Shadow("ab")
    ends: list[None] = []
    end = partial(ends.append, None)
    together(
        partial(shadow.nest, [("a", 1), ("b", None)], end),
        partial(shadow.nest, [("b", 1), ("a", None)], end),
    )
    assert len(shadow.errors) + len(ends) == 2
    all_quiet(shadow.monitor)


@interleave(schedules=40, timeouts=True)
def test_timeouts_race_with_releases() -> None:
    """A lock came free at the moment when the time of one who waited was over: it got lost, or somebody hangs."""
    shadow = Shadow("a")
    calls = [partial(shadow.nest, [("a", 1)]), partial(shadow.nest, plain("a"))]
    waiting = [Thread(target=call) for call in calls]
    with shadow.locks["a"]:
        for thread in waiting:
            thread.start()
            settle()
    for thread in waiting:
        thread.join()
    all_quiet(shadow.monitor)
    assert shadow.locks["a"].acquire(0) is True
    shadow.locks["a"].release()


@interleave(preemptions=0, schedules=5)
def test_waiting_and_holders() -> None:
    """At a moment when it is known who holds what and who waits, the books say something else."""
    monitor = LockMonitor()
    a, b = locks_of(monitor, "ab")
    a_is_taken = Event()

    def keeper() -> None:
        with a:
            a_is_taken.set()
            time.sleep(10)

    def timed() -> None:
        a_is_taken.wait()
        with b:
            assert a.acquire(timeout=4) is False
            time.sleep(1)

    def untimed() -> None:
        a_is_taken.wait()
        with a:
            time.sleep(1)

    def look() -> None:
        seen = []
        a_is_taken.wait()
        time.sleep(0.5)
        for _ in range(3):
            seen.append((monitor.holders(), monitor.waiting()))
            time.sleep(4)
        seen[0][0].clear()
        assert seen[1:] == [
            ({"a": "keeper", "b": "timed"}, {"untimed": "a"}),
            ({"a": "keeper"}, {"untimed": "a"}),
        ]
        assert seen[0][1] == {"timed": "a", "untimed": "a"}
        time.sleep(10)
        all_quiet(monitor)

    names = {"keeper": keeper, "timed": timed, "untimed": untimed, "look": look}
    together(*(named(name, call) for name, call in names.items()))


@interleave(schedules=30)
def test_holders_of_one_moment() -> None:
    """A thread let go of b when it held a, and holders() says that at some moment it held neither."""
    monitor = LockMonitor()
    a, b = locks_of(monitor, "ab")
    b_is_taken, seen = Event(), Event()

    def change() -> None:
        with b:
            b_is_taken.set()
            a.acquire()
        seen.wait()
        a.release()

    def look() -> None:
        b_is_taken.wait()
        found = monitor.holders()
        seen.set()
        assert found, "a, or b, or both are held; holders() says {}"

    together(change, look)


@interleave(preemptions=1, schedules=50)
def test_waiting_while_others_come() -> None:
    """While waiting() looked, one more thread began to wait: it failed, or missed the one that waited before."""
    monitor = LockMonitor()
    lock = monitor.lock("a")
    first = Thread(target=lock.acquire, args=[10], name="first")

    def look() -> None:
        seen = monitor.waiting()
        assert seen.get("first") == "a", f"the first thread waits for a, waiting() says {seen}"

    with lock:
        first.start()
        settle()
        together(look, partial(lock.acquire, 1))
        all_quiet(LockMonitor())  # another monitor knows nothing of it
    first.join()


@interleave(preemptions=0, schedules=5)
def test_timeout_is_for_the_whole_wait() -> None:
    """Locks were released meanwhile, and each time a wait with a timeout began anew, or it ended too early."""
    monitor = LockMonitor()
    a, b = locks_of(monitor, "ab")

    def timed() -> None:
        start = time.monotonic()
        got = a.acquire(timeout=5)
        after = time.monotonic() - start
        if got:
            a.release()
        told = f"a was free for a moment every 2 s; acquire(timeout=5) returned {got} after {after:.1f} s"
        assert after <= 5.1 if got else after == pytest.approx(5, abs=0.1), told

    waiting = Thread(target=timed)
    with a:
        waiting.start()
        settle()
        for _ in range(4):
            time.sleep(2)
            with b:
                a.release()
                a.acquire()
    waiting.join()


@interleave(schedules=6)
def test_other_locks_stay_usable() -> None:
    """While one thread waited for a lock, nobody could use the others, or look into the books."""
    monitor = LockMonitor()
    a, b, c = locks_of(monitor, "abc")
    meeting = Barrier(2)  # passes when b and c are held at the same time
    done = Event()

    def use(lock: WatchedLock) -> None:
        settle()  # the other one waits for a
        with lock:
            meeting.wait()
            assert monitor.holders().keys() >= {"a", lock.name}
            assert "a" in monitor.waiting().values()
        done.set()

    def waits() -> None:
        with a:
            pass

    with a:
        waiting = Thread(target=waits)
        waiting.start()
        together(partial(use, b), partial(use, c))
        done.wait()
    waiting.join()
    all_quiet(monitor)


@pytest.mark.timeout(10)
def test_stress() -> None:
    """Six threads that really ran at once hang, or two held one lock. (Green alone proves little.)"""
    shadow = Shadow("abcde")
    ends: list[int] = []

    def worker(seed: int) -> None:
        draw = Random(seed)
        for _ in range(20):
            shadow.nest(plain("".join(draw.sample("abcde", 3))))
        ends.append(seed)

    together(*(partial(worker, seed) for seed in range(6)))
    assert sorted(ends) == list(range(6))
    all_quiet(shadow.monitor)
