"""The scheduler beside other tools, and the state of the process after it."""

from __future__ import annotations

import _thread
import gc
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import DeadlockError, InterleaveError, explore, interleave, outcomes, together


def state() -> dict[str, Any]:
    """What an exploration may touch, and has to put back."""
    return {
        "cpus": os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None,
        "trace": (sys.gettrace(), threading.gettrace(), sys.getprofile()),
        "switch interval": sys.getswitchinterval(),
        "time": (time.sleep, time.time, time.monotonic, time.perf_counter, time.monotonic_ns),
        "threading": {name: value for name, value in vars(threading).items() if name != "_dangling"},
        "queue": dict(vars(queue)),
        "methods": [dict(vars(kind)) for kind in (threading.Thread, threading.Condition, queue.Queue, Future)],
        "gc": gc.isenabled(),
        "threads": (_thread._count(), threading.active_count()),
        "hooks": (sys.excepthook, threading.excepthook, signal.getsignal(signal.SIGINT)),
        "tools": [sys.monitoring.get_tool(tool) for tool in range(6)] if sys.version_info >= (3, 12) else None,
    }


def good() -> None:
    together(lambda: time.sleep(1), threading.Lock().acquire)


def failing() -> None:
    together(lambda: None, lambda: [].pop())


def stuck() -> None:
    lock = threading.Lock()
    together(lock.acquire, lock.acquire)


def stopped() -> None:
    together(lambda: None)
    raise KeyboardInterrupt


@pytest.mark.parametrize("program", [good, failing, stuck, stopped], ids=lambda program: program.__name__)
@pytest.mark.parametrize("collecting", [True, False])
def test_everything_is_put_back(program: Callable[[], None], collecting: bool) -> None:
    was = gc.isenabled()
    (gc.enable if collecting else gc.disable)()
    try:
        before = state()
        try:
            explore(program)
        except (IndexError, InterleaveError, KeyboardInterrupt):
            assert program is not good
        assert state() == before
    finally:
        (gc.enable if was else gc.disable)()


def test_a_switch_interval_and_a_trace_function_of_mine_stay() -> None:
    interval = sys.getswitchinterval()
    earlier = sys.gettrace()

    def mine(frame: Any, event: str, arg: Any) -> Any:
        return None

    sys.setswitchinterval(0.123)
    sys.settrace(mine)
    try:
        explore(good)
        assert (sys.gettrace(), round(sys.getswitchinterval(), 3)) == (mine, 0.123)
    finally:
        sys.settrace(earlier)
        sys.setswitchinterval(interval)


def test_explorations_do_not_nest() -> None:
    with pytest.raises(InterleaveError, match="do not nest"):
        explore(lambda: explore(good))


def test_a_coroutine_is_refused() -> None:
    with pytest.raises(TypeError, match="event loop"):

        @interleave
        async def program() -> None: ...


def test_threads_outside_go_on() -> None:
    ticks: list[int] = []
    over = threading.Event()

    def tick() -> None:
        while not over.wait(0.001):
            ticks.append(1)

    thread = threading.Thread(target=tick)
    thread.start()
    before = len(ticks)
    while len(ticks) < before + 3:
        explore(good)
    over.set()
    thread.join()
    assert len(ticks) >= before + 3


# --- pytest and Hypothesis ----------------------------------------------------------------------------------------


@pytest.fixture
def account() -> list[int]:
    return [0]


@pytest.mark.parametrize("amount", [1, 2])
@interleave
def test_fixtures_and_parameters_arrive(account: list[int], amount: int, tmp_path: Any) -> None:
    account[0] = 0
    together(partial(account.__setitem__, 0, amount))
    assert account[0] == amount
    assert tmp_path.is_dir()


class TestMethods:
    @interleave
    def test_methods_work(self) -> None:
        self.value = 0

        def set_it() -> None:
            self.value = 1

        together(set_it)
        assert self.value == 1


@given(amounts=st.lists(st.integers(1, 100), min_size=2, max_size=3))
@settings(max_examples=10, deadline=None)
@interleave
def test_hypothesis_draws_the_workload(amounts: list[int]) -> None:
    box, lock = [0], threading.Lock()

    def add(amount: int) -> None:
        with lock:
            box[0] += amount

    together(*(partial(add, amount) for amount in amounts))
    assert box[0] == sum(amounts)


def test_hypothesis_shrinks_what_fails() -> None:
    @given(amounts=st.lists(st.integers(1, 100), min_size=2, max_size=3))
    @settings(max_examples=20, deadline=None, database=None, derandomize=True, print_blob=False)
    @interleave
    def program(amounts: list[int]) -> None:
        box = [0]

        def add(amount: int) -> None:
            box[0] += amount

        together(*(partial(add, amount) for amount in amounts))
        assert box[0] == sum(amounts)

    with pytest.raises(AssertionError) as caught:
        program()
    notes = "\n".join(caught.value.__notes__)
    assert "1 preemption breaks it: lost update on box" in notes
    assert "amounts=[1, 1]" in notes


def test_one_error_is_itself_and_several_are_a_group() -> None:
    def fail(kind: type[Exception]) -> None:
        raise kind("mine")

    with pytest.raises(KeyError):
        interleave(lambda: together(partial(fail, KeyError), lambda: None))()
    with pytest.raises(ExceptionGroup, match="2 of 3 threads failed") as group:
        interleave(lambda: together(partial(fail, KeyError), lambda: None, partial(fail, OSError)))()
    assert [type(error) for error in group.value.exceptions] == [KeyError, OSError]


def test_together_works_without_an_exploration() -> None:
    assert together(lambda: 1, lambda: "two") == [1, "two"]
    assert together() == []
    with pytest.raises(ZeroDivisionError):
        together(lambda: 1 / 0, lambda: 1)
    with pytest.raises(pytest.fail.Exception):  # no Exception
        together(lambda: pytest.fail("red"), lambda: 1)


def test_a_pool_that_is_dropped_ends_its_idle_threads() -> None:
    class Clerk:
        def __init__(self) -> None:
            self.pool = ThreadPoolExecutor(1)
            self.count = 0

        def work(self) -> None:
            self.count += 1

    def program() -> None:
        clerk = Clerk()
        clerk.pool.submit(clerk.work).result()

    explore(program, schedules=30)


def test_a_generator_that_two_threads_share_is_a_race() -> None:
    def program() -> str:
        def numbers() -> Iterator[int]:
            number = 0
            while True:
                step = number
                yield step
                number = step + 1

        shared = numbers()

        def take() -> str:
            try:
                return str(next(shared))
            except ValueError as error:
                return str(error)

        return " ".join(sorted(together(take, take)))

    assert outcomes(program).values == {"0 1", "0 generator already executing"}


def test_deadlock_errors_are_failures_not_errors() -> None:
    assert issubclass(DeadlockError, AssertionError)
