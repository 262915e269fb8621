"""ThreadPoolExecutor and Future keep their real semantics while an exploration is under way."""

from __future__ import annotations

import concurrent.futures
import threading
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, as_completed, wait
from typing import Any

import pytest

from dojo.interleave import InterleaveError, StuckError, interleave, outcomes, settle, together
from tests.dojo.interleave.telling import Twins, tell


def double(number: int) -> int:
    return 2 * number


def fail(number: int) -> int:
    raise ValueError(f"no {number}")


def test_results_and_errors_come_back(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        with ThreadPoolExecutor(2) as pool:
            good, bad = pool.submit(double, 1), pool.submit(fail, 2)
            told = good.result(), tell(bad.result), repr(bad.exception()), good.exception()
        return *told, good.done(), bad.done(), good.cancelled(), good.cancel(), good.running()

    assert twins(program)[:3] == (2, "ValueError: no 2", "ValueError('no 2')")


def test_map_keeps_the_order(twins: Twins) -> None:
    def program() -> str:
        with ThreadPoolExecutor(2) as pool:
            return repr(list(pool.map(double, [1, 2, 3])))

    assert twins(program) == "[2, 4, 6]"


def test_map_raises_the_first_error(twins: Twins) -> None:
    def program() -> str:
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            return tell(lambda: list(pool.map(fail, [3, 4])))

    assert twins(program) == "ValueError: no 3"


def test_a_pool_that_is_shut_down_refuses(twins: Twins) -> None:
    def program() -> tuple[str, ...]:
        pool = ThreadPoolExecutor(1)
        future = pool.submit(double, 1)
        pool.shutdown()
        return str(future.done()), tell(pool.submit, double, 2)

    assert twins(program) == ("True", "RuntimeError: cannot schedule new futures after shutdown")


def test_shutdown_can_cancel_what_has_not_begun() -> None:
    @interleave(preemptions=0)
    def program() -> None:
        pool, gate = ThreadPoolExecutor(1), threading.Event()
        running, waiting = pool.submit(gate.wait), pool.submit(double, 1)
        settle()
        pool.shutdown(wait=False, cancel_futures=True)
        assert (running.running(), waiting.cancelled()) == (True, True)
        gate.set()
        pool.shutdown()
        assert running.result() is True
        with pytest.raises(CancelledError):
            waiting.result()

    program()


def test_each_worker_is_initialised_once(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        ready: list[tuple[str, str]] = []

        def prepare(text: str) -> None:
            ready.append((text, threading.current_thread().name))

        with ThreadPoolExecutor(1, thread_name_prefix="cook", initializer=prepare, initargs=("knife",)) as pool:
            name = pool.submit(lambda: threading.current_thread().name).result()
            pool.submit(double, 1).result()
        return tuple(ready), name

    assert twins(program) == ((("knife", "cook_0"),), "cook_0")


def test_a_failing_initialiser_breaks_the_pool() -> None:
    def program() -> str:
        with ThreadPoolExecutor(1, initializer=fail, initargs=(1,)) as pool:
            return tell(lambda: pool.submit(double, 1).result()).partition(":")[0]

    assert outcomes(program, schedules=50).values == {"BrokenThreadPool"}


def test_a_task_that_waits_for_its_own_pool_is_stuck() -> None:
    def program() -> int:
        with ThreadPoolExecutor(1) as pool:
            return int(pool.submit(lambda: pool.submit(double, 1).result()).result())

    found = outcomes(program, schedules=50)
    assert found.values == set()
    assert all(isinstance(error, InterleaveError) for error in found.errors)
    assert "the result of a Future" in str(found.errors[0])


def test_two_tasks_that_wait_for_their_own_pool_sometimes_are() -> None:
    def program() -> int:
        with ThreadPoolExecutor(2) as pool:
            futures = [pool.submit(lambda: pool.submit(double, 1).result()) for _ in range(2)]
            return sum(1 + future.result() for future in futures)

    found = outcomes(program, schedules=60)
    assert found.values == {6}
    assert [type(error) for error in found.errors] == [StuckError]


def test_a_future_made_by_hand(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        future: Future[int] = Future()
        called: list[str] = []
        future.add_done_callback(lambda done: called.append(f"early {done.result()}"))
        first = (
            future.done(),
            tell(future.result, 0.01).partition(":")[0],
            tell(future.exception, timeout=0).partition(":")[0],
        )
        results = together(future.result, lambda: future.set_result(7))
        future.add_done_callback(lambda done: called.append(f"late {done.result()}"))
        again = tell(future.set_result, 8).partition(":")[0]
        return *first, tuple(results), tuple(called), again

    assert twins(program) == (
        False,
        "TimeoutError",
        "TimeoutError",
        (7, None),
        ("early 7", "late 7"),
        "InvalidStateError",
    )


def test_cancelling_a_future(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        future: Future[int] = Future()
        called: list[bool] = []
        future.add_done_callback(lambda done: called.append(done.cancelled()))
        states = (
            future.cancel(),
            future.cancelled(),
            future.done(),
            future.cancel(),
            future.set_running_or_notify_cancel(),
        )
        return *states, tell(future.result), tuple(called)

    assert twins(program) == (True, True, True, True, False, "CancelledError: ", (True,))


def test_cancel_is_a_race_with_the_worker() -> None:
    def program() -> str:
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(double, 1)
            cancelled = future.cancel()
        return f"{cancelled} {tell(future.result)}"

    assert outcomes(program, schedules=200).values == {"True CancelledError: ", "False 2"}


def test_a_callback_runs_outside_the_lock_of_its_future(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        with ThreadPoolExecutor(1) as pool:
            chained: list[Any] = []
            future = pool.submit(double, 1)
            future.add_done_callback(lambda done: chained.append((done.done(), done.result(), done.running())))
        return tuple(chained)

    assert twins(program) == ((True, 2, False),)


@interleave
def test_the_callback_of_a_done_future_makes_steps_of_its_own() -> None:
    """It is called at once; whatever it does is controlled: it starts a thread here, and takes locks."""
    pool, later = ThreadPoolExecutor(2), []
    first = pool.submit(double, 1)
    wait([first])
    first.add_done_callback(lambda _: later.extend([pool.submit(double, 2), pool.submit(double, 3)]))
    assert [future.result() for future in later] == [4, 6]
    pool.shutdown()


def test_waiting_for_several(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        with ThreadPoolExecutor(2) as pool:
            futures = [pool.submit(double, number) for number in (1, 2)]
            done, not_done = wait(futures)
            return len(done), len(not_done), sorted(future.result() for future in as_completed(futures)) == [2, 4]

    assert twins(program) == (2, 0, True)


def test_wait_for_the_first_finds_either() -> None:
    def program() -> str:
        with ThreadPoolExecutor(2) as pool:
            futures = {pool.submit(double, number): number for number in (1, 2)}
            done, _ = wait(futures, return_when=concurrent.futures.FIRST_COMPLETED)
            return "".join(sorted(str(futures[future]) for future in done))

    found = outcomes(program, preemptions=2, schedules=100).values
    assert {"1", "12"} <= found <= {"1", "2", "12"}


def test_a_race_in_a_pool_is_found() -> None:
    def program() -> int:
        total = [0]

        def add(number: int) -> None:
            total[0] += number

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(add, [1, 2]))
        return total[0]

    assert outcomes(program, schedules=400).values == {1, 2, 3}


class Clerk:
    """Works in a thread of its own, whose executor nobody shuts down."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(1)
        self.itself = self

    def ask(self, number: int) -> Any:
        return tell(self.pool.submit(fail if number else double, number).result)


@interleave(schedules=30)
def test_the_threads_of_a_forgotten_executor_end() -> None:
    """It is collected, though it is part of a cycle, as by the traceback of an error of its work."""
    clerk = Clerk()
    assert together(lambda: clerk.ask(0), lambda: clerk.ask(1))[0] == "0"
