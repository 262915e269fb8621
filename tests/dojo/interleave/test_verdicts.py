"""Each way to go wrong has a verdict of its own, and a right program has none."""

from __future__ import annotations

import _thread
import contextlib
import signal
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import Any

import pytest

from dojo.interleave import (
    BlockedOutsideError,
    DeadlockError,
    InterleaveError,
    StepLimitError,
    StuckError,
    ThreadError,
    explore,
    interleave,
    outcomes,
    together,
    watchdog,
)
from dojo.interleave.policies import Natural
from dojo.interleave.run import Run
from tests.dojo.interleave.telling import Failure


class Philosopher:
    """Takes two forks, one after the other."""

    def __init__(self, left: Any, right: Any) -> None:
        self.left, self.right = left, right

    def eat(self) -> None:
        with self.left, self.right:
            pass


def dine(seats: int) -> None:
    forks = [threading.Lock() for _ in range(seats)]
    together(*(Philosopher(forks[seat], forks[(seat + 1) % seats]).eat for seat in range(seats)))


# --- deadlock -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seats", [2, 3])
def test_a_circle_of_locks_names_its_threads_and_places(failure: Failure, seats: int) -> None:
    error = failure(lambda: dine(seats))
    assert type(error) is DeadlockError
    first, *lines = str(error).splitlines()
    circle = first.removeprefix("deadlock: ").removesuffix(" wait for each other").split(" -> ")
    assert circle[0] == circle[-1]
    assert set(circle) == {f"Thread-{number} (eat)" for number in range(1, seats + 1)}
    told = [line for line in lines if "(eat) waits for" in line]
    assert len(told) == seats
    assert all(
        "held by Thread-" in line and " since test_verdicts.py:" in line and "(in eat, " in line for line in told
    )


def test_right_order_is_no_deadlock() -> None:
    def program() -> None:
        first, second = threading.Lock(), threading.Lock()
        together(Philosopher(first, second).eat, Philosopher(first, second).eat)

    found = outcomes(program)
    assert (found.errors, found.complete) == ([], True)


def test_locks_are_named_after_the_line_that_made_them(failure: Failure) -> None:
    class Box:
        def __init__(self) -> None:
            self.lid = threading.Lock()

    def program() -> None:
        box = Box()
        with box.lid:
            box.lid.acquire()

    error = failure(program)
    assert type(error) is DeadlockError
    assert "waits for itself" in str(error)
    assert "self.lid, held by " in str(error)


def test_a_circle_is_told_while_others_could_run_on(failure: Failure) -> None:
    ticks: list[int] = []

    def program() -> None:
        ticks.clear()
        first, second = threading.Lock(), threading.Lock()

        def tick() -> None:
            for number in range(20):
                ticks.append(number)

        together(Philosopher(first, second).eat, Philosopher(second, first).eat, tick)

    assert type(failure(program)) is DeadlockError
    assert len(ticks) < 20


def test_a_circle_that_a_timeout_can_open_is_none() -> None:
    def program() -> str:
        first, second = threading.Lock(), threading.Lock()

        def patient() -> None:
            with first, second:
                pass

        def impatient() -> str:
            with second:
                if not first.acquire(timeout=1):
                    return "gave way"
                first.release()
                return "had both"

        return str(together(patient, impatient)[1])

    found = outcomes(program)
    assert (found.values, found.errors) == ({"gave way", "had both"}, [])


# --- waiting for ever ---------------------------------------------------------------------------------------------


def lost_wake_up() -> None:
    condition = threading.Condition()

    def wait() -> None:
        with condition:
            condition.wait()

    def notify() -> None:
        with condition:
            condition.notify()

    together(wait, notify)


def empty_queue() -> None:
    together(Queue().get)


def join_of_a_waiting_thread() -> None:
    thread = threading.Thread(target=threading.Event().wait)
    thread.start()
    thread.join()


def lock_that_nobody_releases() -> None:
    lock = threading.Lock()
    together(lock.acquire, lock.acquire)


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (lost_wake_up, "a Condition to be notified"),
        (empty_queue, "an item in a Queue"),
        (join_of_a_waiting_thread, "an Event to be set"),
        (lock_that_nobody_releases, "waits for lock, "),
    ],
)
def test_waiting_for_ever_says_for_what(failure: Failure, program: Callable[[], None], words: str) -> None:
    error = failure(program)
    assert type(error) is StuckError
    assert str(error).startswith("stuck: ")
    assert words in str(error)


# --- the rest -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["main", "thread"])
def test_blocking_outside_is_told_with_the_stack(failure: Failure, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    monkeypatch.setattr("dojo.interleave.watchdog.LOOK", 0.125)
    ours, theirs = socket.socketpair()

    def receive() -> None:
        ours.recv(1)

    with ours, theirs:
        error = failure(receive if where == "main" else lambda: together(receive))
        assert type(error) is BlockedOutsideError
        assert "ours.recv(1)" in str(error)
        theirs.send(b"x")


def test_it_is_told_where_sigint_is_ignored(failure: Failure, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a shell has it for what it starts in the background."""
    monkeypatch.setattr("dojo.interleave.watchdog.LOOK", 0.05)
    ours, theirs = socket.socketpair()
    ours.settimeout(20)
    before, start = signal.signal(signal.SIGINT, signal.SIG_IGN), time.monotonic()
    try:
        with ours, theirs:
            assert type(failure(lambda: ours.recv(1))) is BlockedOutsideError
        assert time.monotonic() - start < 20, "nobody has interrupted it"
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_time_in_which_the_machine_ran_others_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dojo.interleave.watchdog.LOOK", 0.01)
    monkeypatch.setattr("dojo.interleave.watchdog._waited", time.monotonic)
    ours, theirs = socket.socketpair()
    ours.settimeout(0.3)

    @interleave(preemptions=0, schedules=1)
    def program() -> None:
        with pytest.raises(TimeoutError):
            ours.recv(1)

    with ours, theirs:
        program()


def test_a_run_that_has_not_begun_is_not_watched() -> None:
    assert watchdog._state_of(Run(Natural(), step_limit=1)) is None


def test_an_error_that_nobody_reads_is_told(failure: Failure) -> None:
    def program() -> None:
        thread = threading.Thread(target=lambda: {}["missing"], name="reader")
        thread.start()
        thread.join()

    error = failure(program)
    assert type(error) is ThreadError
    assert str(error) == "reader died of KeyError: 'missing' (nobody reads what a plain thread raises)"
    assert isinstance(error.__cause__, KeyError)


def test_an_exception_of_the_program_is_itself(failure: Failure) -> None:
    wanted = KeyError("mine")

    def raise_it() -> None:
        raise wanted

    assert failure(raise_it) is wanted
    assert failure(lambda: together(raise_it, lambda: None)) is wanted


def test_a_bare_except_hides_nothing(failure: Failure) -> None:
    def program() -> None:
        def swallow() -> None:
            lock = threading.Lock()
            while True:
                try:
                    with lock, lock:
                        pass
                except:  # noqa: E722
                    pass

        together(swallow, swallow)

    assert isinstance(failure(program), InterleaveError)


@pytest.mark.parametrize("program", [lambda: dine(2), lost_wake_up, empty_queue])
def test_nobody_survives(program: Callable[[], None]) -> None:
    before = _thread._count(), len(threading.enumerate())
    for _ in range(70):
        with pytest.raises(InterleaveError):
            explore(program)
    patience = time.monotonic() + 5
    while _thread._count() > before[0] and time.monotonic() < patience:
        time.sleep(0.01)  # a loaded machine takes its time to end a thread
    assert _thread._count() <= before[0]
    assert len(threading.enumerate()) <= before[1]


def test_finally_and_with_run_when_a_thread_is_released(failure: Failure) -> None:
    cleaned: list[str] = []

    def program() -> None:
        lock, gate = threading.Lock(), threading.Event()

        def wait() -> None:
            with lock:
                try:
                    gate.wait()
                finally:
                    with threading.Lock(), lock:
                        cleaned.append("done")

        together(wait, wait)

    assert type(failure(program)) is StuckError
    assert cleaned


def test_a_thread_that_swallows_its_end_at_the_step_limit(failure: Callable[..., BaseException]) -> None:
    """It returns as if nothing had happened, in a run that is over."""

    def program() -> None:
        def careless() -> None:
            with contextlib.suppress(BaseException):
                time.sleep(1000)

        thread = threading.Thread(target=careless)
        thread.start()
        deadline = time.monotonic() + 100
        while thread.is_alive() and time.monotonic() < deadline:
            pass

    assert isinstance(failure(program, step_limit=200), StepLimitError)


def test_very_many_threads_that_wait_are_told_in_few_lines() -> None:
    event = threading.Event()
    with pytest.raises(StuckError) as raised:
        explore(lambda: together(*[event.wait] * 30), schedules=1)
    lines = str(raised.value).splitlines()
    assert lines[0] == "stuck: 31 threads wait for ever, and nobody is left to wake them"
    assert (len(lines), lines[-1]) == (22, "  ... and 11 more")


def test_an_abandoned_executor_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def program() -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(lambda: pool.submit(int).result()).result()

    with pytest.raises(StuckError):
        explore(program, schedules=1)
    assert caplog.text == ""


def test_a_recursion_without_end_is_told_as_one() -> None:
    """Also where a variable is looked at just when the stack is full."""

    class Echo:
        def __init__(self) -> None:
            self.calls = 0

        def call(self) -> None:
            self.calls += 1
            self.call()

    with pytest.raises(RecursionError) as caught:
        explore(lambda: together(Echo().call, list), schedules=1)
    notes = "".join(getattr(caught.value, "__notes__", ()))
    assert "did not fail in the same way" not in notes


def test_a_comprehension_with_a_variable_that_is_a_cell_too() -> None:
    """Python 3.13 crashes at a look at this variable."""

    def program() -> list[Any]:
        thread = threading.Thread(target=list)
        thread.start()
        found = [len(part) for part in ({3}, {4, 5})]
        for part in found:
            any(part == other for other in found)
        thread.join()
        return found

    explore(program, schedules=3)
