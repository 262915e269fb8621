"""Programs that stop: cycles of locks, and threads that wait for what nobody will do."""

import queue
import threading
from collections.abc import Callable
from types import SimpleNamespace

from benchmarks.classics.crew import Crew, run

# --- philosophers: a cycle of three locks


def _philosophers(fork_of: Callable[[int, int], tuple[int, int]]) -> None:
    forks = [threading.Lock() for _ in range(3)]
    meals: list[int] = []

    def dine(seat: int) -> None:
        first, second = fork_of(seat, (seat + 1) % 3)
        with forks[first], forks[second]:
            meals.append(seat)

    run(lambda: dine(0), lambda: dine(1), lambda: dine(2))
    assert sorted(meals) == [0, 1, 2]


def philosophers_buggy() -> None:
    """Everyone takes the left fork first."""
    _philosophers(lambda left, right: (left, right))


def philosophers_fixed() -> None:
    """Everyone takes the fork with the lower number first."""
    _philosophers(lambda left, right: (min(left, right), max(left, right)))


# --- transfer_deadlock: two transfers in opposite directions


class _Account:
    def __init__(self, number: int, balance: int) -> None:
        self.number = number
        self.balance = balance
        self.lock = threading.Lock()


def _transfers(ordered: bool) -> None:
    one, two = _Account(1, 100), _Account(2, 100)

    def transfer(source: _Account, target: _Account, amount: int) -> None:
        first, second = source, target
        if ordered and first.number > second.number:
            first, second = second, first
        with first.lock, second.lock:
            source.balance -= amount
            target.balance += amount

    run(lambda: transfer(one, two, 10), lambda: transfer(two, one, 30))
    assert (one.balance, two.balance) == (120, 80)


def transfer_deadlock_buggy() -> None:
    """Each transfer locks the payer's account first."""
    _transfers(ordered=False)


def transfer_deadlock_fixed() -> None:
    _transfers(ordered=True)


# --- nested_submit: tasks of a pool that wait for tasks of the same pool


class _Task:
    def __init__(self, call: Callable[[], int]) -> None:
        self._call = call
        self._done = threading.Event()
        self._result = 0

    def run(self) -> None:
        self._result = self._call()
        self._done.set()

    def result(self) -> int:
        self._done.wait()
        return self._result


class _Pool:
    """Two workers and one queue; None in the queue ends a worker."""

    def __init__(self) -> None:
        self._tasks: queue.Queue[_Task | None] = queue.Queue()
        self._crew = Crew()
        self._crew.start(self._work, self._work)

    def submit(self, call: Callable[[], int]) -> _Task:
        task = _Task(call)
        self._tasks.put(task)
        return task

    def close(self) -> None:
        for _ in range(2):
            self._tasks.put(None)
        self._crew.join()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            task.run()


def nested_submit_buggy() -> None:
    """Both workers run an outer task and wait for an inner one that nobody is free to run."""
    pool = _Pool()

    def outer(number: int) -> int:
        return pool.submit(lambda: number * number).result()

    tasks = [pool.submit(lambda: outer(2)), pool.submit(lambda: outer(3))]
    assert [task.result() for task in tasks] == [4, 9]
    pool.close()


def nested_submit_fixed() -> None:
    """The outer task does its inner work itself."""
    pool = _Pool()

    def outer(number: int) -> int:
        return number * number

    tasks = [pool.submit(lambda: outer(2)), pool.submit(lambda: outer(3))]
    assert [task.result() for task in tasks] == [4, 9]
    pool.close()


# --- queue_empty_then_get: a look at the queue, then a wait on it


def queue_empty_then_get_buggy() -> None:
    """Both workers see the last item; one gets it, the other waits for ever."""
    tasks: queue.Queue[int] = queue.Queue()
    tasks.put(1)
    done: list[int] = []

    def work() -> None:
        while not tasks.empty():
            done.append(tasks.get())

    run(work, work)
    assert done == [1]


def queue_empty_then_get_fixed() -> None:
    tasks: queue.Queue[int] = queue.Queue()
    tasks.put(1)
    done: list[int] = []

    def work() -> None:
        while True:
            try:
                done.append(tasks.get_nowait())
            except queue.Empty:
                return

    run(work, work)
    assert done == [1]


# --- unpaired_release: a way out of the function that keeps the lock


def _unpaired_release(releases: bool) -> None:
    s = SimpleNamespace(stock=1, sold=0)
    lock = threading.Lock()

    def sell() -> None:
        lock.acquire()
        if s.stock == 0:
            if releases:
                lock.release()
            return
        s.stock -= 1
        s.sold += 1
        lock.release()

    def restock() -> None:
        with lock:
            s.stock += 1

    run(restock, sell, sell)
    assert s.stock + s.sold == 2


def unpaired_release_buggy() -> None:
    """Being sold out returns with the lock in hand: fatal if a restock or a sale still wants it."""
    _unpaired_release(releases=False)


def unpaired_release_fixed() -> None:
    _unpaired_release(releases=True)
