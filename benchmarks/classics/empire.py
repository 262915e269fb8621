"""Levels of the Deadlock Empire (https://deadlockempire.github.io), endless loops cut to a few rounds."""

import threading
from collections import deque
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace

from benchmarks.classics.crew import Room, run

# --- Boolean flags are enough for everyone


def empire_flags_buggy() -> None:
    """Each looks at the flag, then raises it; who finds it raised three times goes home."""
    s = SimpleNamespace(flag=False)
    room = Room()

    def soldier() -> None:
        for _ in range(3):
            if not s.flag:
                s.flag = True
                room.visit()
                s.flag = False
                return

    run(soldier, soldier)


def empire_flags_fixed() -> None:
    flag = threading.Lock()
    room = Room()

    def soldier() -> None:
        for _ in range(3):
            if flag.acquire(blocking=False):
                room.visit()
                flag.release()
                return

    run(soldier, soldier)


# --- Confused counter


def _confused_counter(guard: AbstractContextManager[object]) -> None:
    s = SimpleNamespace(first=0, second=0)

    def checker() -> None:
        with guard:
            s.first += 1
            s.second += 1
            assert not (s.second == 2 and s.first != 2), f"first = {s.first}, second = {s.second}"

    def counter() -> None:
        with guard:
            s.first += 1
            s.second += 1

    run(checker, counter)


def empire_confused_counter_buggy() -> None:
    """One update of `first` is lost, none of `second`."""
    _confused_counter(nullcontext())


def empire_confused_counter_fixed() -> None:
    _confused_counter(threading.Lock())


# --- Insufficient lock


def _insufficient_lock(taken: int) -> None:
    s = SimpleNamespace(i=0)
    mutex = threading.Lock()

    def add() -> None:
        for _ in range(3):
            with mutex:
                s.i += 2
                assert s.i != 5, "i is five"

    def subtract() -> None:
        for _ in range(3):
            with mutex:
                s.i -= taken

    run(add, subtract)


def empire_insufficient_lock_buggy() -> None:
    """Every step is locked, and yet +2 +2 -1 +2 is five."""
    _insufficient_lock(taken=1)


def empire_insufficient_lock_fixed() -> None:
    _insufficient_lock(taken=2)


# --- Deadlock, the first


def _two_mutexes(second_first: bool) -> None:
    mutex, mutex2 = threading.RLock(), threading.RLock()
    room = Room()

    def one() -> None:
        with mutex, mutex2:
            room.visit()

    def two() -> None:
        outer, inner = (mutex2, mutex) if second_first else (mutex, mutex2)
        with outer, inner:
            room.visit()

    run(one, two)


def empire_deadlock_buggy() -> None:
    _two_mutexes(second_first=True)


def empire_deadlock_fixed() -> None:
    _two_mutexes(second_first=False)


# --- A more complex thread: the lock of a successful TryEnter is never given back


def _complex_thread(gives_back: bool) -> None:
    s = SimpleNamespace(flag=False)
    mutex, mutex2, mutex3 = threading.RLock(), threading.RLock(), threading.RLock()
    room = Room()

    def one() -> None:
        if mutex.acquire(blocking=False):
            with mutex3:
                with mutex:
                    room.visit()
                with mutex2:
                    s.flag = False
            if gives_back:
                mutex.release()
        else:
            with mutex2:
                s.flag = True

    def two() -> None:
        with mutex2:
            flag = s.flag
        if flag:
            with mutex:
                room.visit()
        else:
            with mutex:
                s.flag = False

    run(two, one)


def empire_complex_thread_buggy() -> None:
    """The mutex is entered twice and left once; who comes later waits for a thread that has ended."""
    _complex_thread(gives_back=False)


def empire_complex_thread_fixed() -> None:
    _complex_thread(gives_back=True)


# --- Dragonfire: a count that is wrong for a moment


def _dragonfire(rests: bool) -> None:
    s = SimpleNamespace(charge=0)
    fireball = threading.Semaphore(0)
    room = Room()

    def fire() -> None:
        for _ in range(2):
            if all(fireball.acquire(blocking=False) for _ in range(3)):
                room.visit()
            if rests:
                s.charge -= 1
                s.charge += 1

    def recharge() -> None:
        for _ in range(4):
            if s.charge < 2:
                fireball.release()
                s.charge += 1
            else:
                room.visit()

    run(fire, recharge)


def empire_dragonfire_buggy() -> None:
    """Two fireballs at most, says the count; while it is too low, a third is made, and both heads are in."""
    _dragonfire(rests=True)


def empire_dragonfire_fixed() -> None:
    """Nobody but the recharging head changes the count: three fireballs never come together."""
    _dragonfire(rests=False)


# --- Semaphores: released without having been acquired


def _semaphore(pairs: bool) -> None:
    semaphore = threading.Semaphore(1 if pairs else 0)
    room = Room()

    def one() -> None:
        semaphore.acquire()
        room.visit()
        semaphore.release()

    def two() -> None:
        for _ in range(3):
            if semaphore.acquire(blocking=False):
                room.visit()
                semaphore.release()
            elif not pairs:
                semaphore.release()

    run(one, two)


def empire_semaphore_buggy() -> None:
    """Who does not get in releases the semaphore all the same; then two get in."""
    _semaphore(pairs=False)


def empire_semaphore_fixed() -> None:
    _semaphore(pairs=True)


# --- Producer-consumer: the item is announced before it is there


def _producer_consumer(announces_last: bool) -> None:
    semaphore = threading.Semaphore(0)
    dragons: deque[str] = deque()

    def produce() -> None:
        for name in ("red", "green"):
            if announces_last:
                dragons.append(name)
                semaphore.release()
            else:
                semaphore.release()
                dragons.append(name)

    def consume() -> None:
        for _ in range(2):
            semaphore.acquire()
            assert dragons, "announced, but not there"
            dragons.popleft()

    run(produce, consume)


def empire_producer_consumer_buggy() -> None:
    _producer_consumer(announces_last=False)


def empire_producer_consumer_fixed() -> None:
    _producer_consumer(announces_last=True)


# --- Condition variables: both wake up, one item is there


def _condition_variables(looks_again: bool) -> None:
    items: deque[int] = deque()
    condition = threading.Condition()

    def consume() -> None:
        with condition:
            if looks_again:
                condition.wait_for(lambda: items)
            elif not items:
                condition.wait()
            assert items, "woken up, and nothing there"
            items.popleft()

    def produce() -> None:
        for item in (42, 43):
            with condition:
                items.append(item)
                condition.notify_all()

    run(produce, consume, consume)


def empire_condition_buggy() -> None:
    _condition_variables(looks_again=False)


def empire_condition_fixed() -> None:
    _condition_variables(looks_again=True)


# --- Countdown event: a lost update keeps the last signal from being given


class _Countdown:
    def __init__(self, count: int) -> None:
        self.count = count
        self.condition = threading.Condition()

    def signal(self) -> None:
        with self.condition:
            self.count -= 1
            self.condition.notify_all()

    def wait(self) -> None:
        with self.condition:
            while self.count > 0:
                self.condition.wait()


def _countdown(guard: AbstractContextManager[object]) -> None:
    s = SimpleNamespace(progress=0)
    event = _Countdown(3)

    def advance(by: int, goal: int) -> None:
        with guard:
            s.progress += by
            reached = s.progress >= goal
        if reached:
            event.signal()

    def one() -> None:
        advance(20, goal=20)
        event.wait()

    def two() -> None:
        advance(30, goal=30)
        advance(50, goal=80)
        event.wait()

    run(one, two)


def empire_countdown_buggy() -> None:
    """Both add to the progress; when 50 of it is lost, "80 reached" is never signalled."""
    _countdown(nullcontext())


def empire_countdown_fixed() -> None:
    _countdown(threading.Lock())


# --- Manual reset event: an open gate says nothing about the next moment


def _manual_reset(guard: AbstractContextManager[object]) -> None:
    s = SimpleNamespace(counter=0)
    gate = threading.Event()

    def watch() -> None:
        for _ in range(2):
            gate.wait()
            with guard:
                assert s.counter % 2 == 0, f"the counter is odd: {s.counter}"

    def count() -> None:
        for _ in range(2):
            gate.clear()
            with guard:
                s.counter += 1
                s.counter += 1
            gate.set()

    run(watch, count)


def empire_manual_reset_buggy() -> None:
    """The watcher has passed the gate when it is closed, and looks in the middle of the next round."""
    _manual_reset(nullcontext())


def empire_manual_reset_fixed() -> None:
    _manual_reset(threading.Lock())


# --- The barrier: the charge is reset while the next round is being charged


def _barrier(second_stop: bool) -> None:
    s = SimpleNamespace(charge=0)
    lock = threading.Lock()
    barrier = threading.Barrier(2)
    charges: list[int] = []

    def fire() -> None:
        for _ in range(2):
            with lock:
                s.charge += 1
            barrier.wait()
            charge, s.charge = s.charge, 0
            if second_stop:
                barrier.wait()
            charges.append(charge)

    def charge_up() -> None:
        for _ in range(2):
            with lock:
                s.charge += 1
            barrier.wait()
            if second_stop:
                barrier.wait()

    run(charge_up, fire)
    assert charges == [2, 2], f"fired with charges {charges}"


def empire_barrier_buggy() -> None:
    """One barrier in a round: the other is already charging for the next one when the charge is reset."""
    _barrier(second_stop=False)


def empire_barrier_fixed() -> None:
    _barrier(second_stop=True)
