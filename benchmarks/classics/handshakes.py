"""Programs in which one thread should tell another something: wakeups, barriers, flags, ends of work."""

import threading
import time
from collections import deque
from functools import partial
from types import SimpleNamespace

from benchmarks.classics.crew import Crew, run

# --- lost_wakeup: the look and the wait are two steps


def lost_wakeup_buggy() -> None:
    """The notification comes between the look at `ready` and the wait, and nobody hears it."""
    s = SimpleNamespace(ready=False)
    condition = threading.Condition()

    def consume() -> None:
        if not s.ready:
            with condition:
                condition.wait()

    def produce() -> None:
        s.ready = True
        with condition:
            condition.notify()

    run(consume, produce)


def lost_wakeup_fixed() -> None:
    s = SimpleNamespace(ready=False)
    condition = threading.Condition()

    def consume() -> None:
        with condition:
            while not s.ready:
                condition.wait()

    def produce() -> None:
        with condition:
            s.ready = True
            condition.notify()

    run(consume, produce)


# --- if_for_while: after a wakeup the condition may be false again


def _if_for_while(looks_again: bool) -> None:
    items: deque[int] = deque()
    taken: list[int] = []
    condition = threading.Condition()

    def take() -> None:
        with condition:
            if looks_again:
                while not items:
                    condition.wait()
            elif not items:
                condition.wait()
            assert items, "woken up, and nothing there"
            taken.append(items.popleft())

    def put() -> None:
        for item in (1, 2):
            with condition:
                items.append(item)
                condition.notify()

    run(take, put, take)
    assert sorted(taken) == [1, 2]


def if_for_while_buggy() -> None:
    """A newcomer takes the item before the woken consumer has the lock again."""
    _if_for_while(looks_again=False)


def if_for_while_fixed() -> None:
    _if_for_while(looks_again=True)


# --- notify_for_notify_all: one condition for two kinds of waiters


def _notify(everybody: bool) -> None:
    s = SimpleNamespace(item=None)
    condition = threading.Condition()

    def put() -> None:
        for item in (1, 2):
            with condition:
                while s.item is not None:
                    condition.wait()
                s.item = item
                condition.notify(3 if everybody else 1)

    def take() -> None:
        with condition:
            while s.item is None:
                condition.wait()
            s.item = None
            condition.notify(3 if everybody else 1)

    run(put, take, take)
    assert s.item is None


def notify_for_notify_all_buggy() -> None:
    """A buffer of one: the consumer's notification wakes the other consumer, not the producer."""
    _notify(everybody=False)


def notify_for_notify_all_fixed() -> None:
    _notify(everybody=True)


# --- barrier_reuse: a hand-made barrier, used twice


class _OneWayBarrier:
    def __init__(self) -> None:
        self.count = 0
        self.condition = threading.Condition()

    def wait(self) -> None:
        with self.condition:
            self.count += 1
            if self.count == 2:
                self.count = 0
                self.condition.notify_all()
            else:
                while self.count != 0:
                    self.condition.wait()


class _GenerationBarrier:
    def __init__(self) -> None:
        self.count = 0
        self.generation = 0
        self.condition = threading.Condition()

    def wait(self) -> None:
        with self.condition:
            mine = self.generation
            self.count += 1
            if self.count == 2:
                self.count = 0
                self.generation += 1
                self.condition.notify_all()
            else:
                while self.generation == mine:
                    self.condition.wait()


def _two_phases(barrier: _OneWayBarrier | _GenerationBarrier) -> None:
    finished: list[str] = []

    def work(name: str) -> None:
        for phase in (1, 2):
            finished.append(f"{name}{phase}")
            barrier.wait()

    run(lambda: work("a"), lambda: work("b"))
    assert set(finished[:2]) == {"a1", "b1"}, finished


def barrier_reuse_buggy() -> None:
    """The fast one is back at the barrier before the slow one has looked: both wait for ever."""
    _two_phases(_OneWayBarrier())


def barrier_reuse_fixed() -> None:
    _two_phases(_GenerationBarrier())


# --- missing_barrier (streamcluster): phase two starts before phase one is over


def _two_sums(barrier: threading.Barrier | None) -> None:
    partial: list[int | None] = [None, None]
    totals: list[int] = []

    def work(number: int) -> None:
        partial[number] = 10 + number
        if barrier is not None:
            barrier.wait()
        if number == 0:
            assert None not in partial, f"summed up too early: {partial}"
            totals.append(21)

    run(lambda: work(1), lambda: work(0))
    assert totals == [21]


def streamcluster_buggy() -> None:
    """Worker 0 adds up the partial results without waiting for worker 1."""
    _two_sums(None)


def streamcluster_fixed() -> None:
    _two_sums(threading.Barrier(2))


# --- main_never_waits (barnes, fft, lu): the result is read before the workers have ended


def _main_reads(waits: bool) -> None:
    results: dict[int, int] = {}
    crew = Crew()

    def work(number: int) -> None:
        results[number] = number * number

    crew.start(lambda: work(2), lambda: work(3))
    if waits:
        crew.join()
    snapshot = dict(results)
    crew.join()
    assert snapshot == {2: 4, 3: 9}, snapshot


def main_never_waits_buggy() -> None:
    _main_reads(waits=False)


def main_never_waits_fixed() -> None:
    _main_reads(waits=True)


# --- sleep_as_synchronisation


def sleep_as_synchronisation_buggy() -> None:
    """Two milliseconds are enough for the other thread, until the machine is busy."""
    s = SimpleNamespace(result=None)

    def work() -> None:
        s.result = 42

    crew = Crew()
    crew.start(work)
    time.sleep(0.002)
    seen = s.result
    crew.join()
    assert seen == 42, f"the result is {seen}"


def sleep_as_synchronisation_fixed() -> None:
    s = SimpleNamespace(result=None)
    finished = threading.Event()

    def work() -> None:
        s.result = 42
        finished.set()

    crew = Crew()
    crew.start(work)
    finished.wait()
    seen = s.result
    crew.join()
    assert seen == 42, f"the result is {seen}"


# --- qsort_mt: a worker's state says "work" before the work is in its slot


class _Slot:
    def __init__(self) -> None:
        self.state = "idle"
        self.low = 0
        self.high = 0
        self.condition = threading.Condition(threading.Lock())


class _ParallelSort:
    """Two workers; each sorts its range and gives one half away when the other worker is idle.

    A slot's state goes idle -> work -> idle ... -> end. It becomes "work" and "idle" under `allocation`;
    the last worker that goes idle ends them all.
    """

    def __init__(self, items: list[int], publishes_last: bool) -> None:
        self.items = items
        self.publishes_last = publishes_last
        self.allocation = threading.Lock()
        self.slots = [_Slot(), _Slot()]
        self.idle = 2

    def sort(self) -> None:
        crew = Crew()
        crew.start(*[partial(self._work, slot) for slot in self.slots])
        self._hand_over(0, len(self.items))
        crew.join()

    def _hand_over(self, low: int, high: int) -> bool:
        """Give the range to an idle worker; False when there is none."""
        with self.allocation:
            slot = next((slot for slot in self.slots if slot.state == "idle"), None)
            if slot is None:
                return False
            self.idle -= 1
            if self.publishes_last:
                with slot.condition:
                    slot.low, slot.high = low, high
                    slot.state = "work"
                    slot.condition.notify()
                return True
            slot.state = "work"
        with slot.condition:
            slot.low, slot.high = low, high
            slot.condition.notify()
        return True

    def _work(self, slot: _Slot) -> None:
        while True:
            with slot.condition:
                while slot.state == "idle":
                    slot.condition.wait()
                if slot.state == "end":
                    return
                low, high = slot.low, slot.high
            self._sort_range(low, high)
            with self.allocation:
                with slot.condition:
                    slot.state = "idle"
                self.idle += 1
                if self.idle == len(self.slots):
                    for other in self.slots:
                        with other.condition:
                            other.state = "end"
                            other.condition.notify()

    def _sort_range(self, low: int, high: int) -> None:
        if high - low < 2:
            return
        part = self.items[low:high]
        pivot = part[0]
        left = [item for item in part[1:] if item < pivot]
        right = [item for item in part[1:] if item >= pivot]
        self.items[low:high] = [*left, pivot, *right]
        middle = low + len(left)
        if not self._hand_over(low, middle):
            self._sort_range(low, middle)
        self._sort_range(middle + 1, high)


def _qsort_mt(publishes_last: bool) -> None:
    items = [3, 1, 2, 5, 4]
    _ParallelSort(items, publishes_last).sort()
    assert items == [1, 2, 3, 4, 5], items


def qsort_mt_buggy() -> None:
    """A worker that goes by its state sorts the range of last time; the new one is forgotten."""
    _qsort_mt(publishes_last=False)


def qsort_mt_fixed() -> None:
    """The range is written first, and state and range change under the slot's own lock."""
    _qsort_mt(publishes_last=True)
