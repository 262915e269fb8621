"""The virtual-time loop: exact, in order, patient with real threads, and clear about what went wrong."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import queue
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojo.answers import ROOT
from dojo.eventloop import (
    BlockedLoopError,
    BusyError,
    CallbackError,
    CancellationSwallowedError,
    NeverAwaitedError,
    NeverRetrievedError,
    StuckError,
    TaskLeftError,
    ThreadSafetyError,
    VirtualTimeLoop,
    now,
    tasks_left,
    virtual_time,
)

pytestmark = pytest.mark.timeout(20)
DELAYS = st.floats(0.001, 1e6)


async def forever() -> None:
    await asyncio.Event().wait()


# --- time ---------------------------------------------------------------------------------------------------


@given(delays=st.lists(DELAYS, min_size=1, max_size=6))
@virtual_time
async def test_sleeps_end_when_they_should(delays: list[float]) -> None:
    async def nap(delay: float) -> float:
        await asyncio.sleep(delay)
        return now()

    assert await asyncio.gather(*map(nap, delays)) == delays
    assert now() == max(delays)


@given(limit=DELAYS, more=DELAYS)
@virtual_time
async def test_timeouts_are_exact(limit: float, more: float) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(forever(), limit)
    assert now() == limit
    start = now()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(more):
            await asyncio.sleep(2 * more)
    assert now() == start + more


@virtual_time
async def test_callbacks_keep_their_order() -> None:
    order: list[int] = []
    loop = asyncio.get_running_loop()
    for number in range(50):
        loop.call_soon(order.append, number)
        loop.call_later(1, order.append, 100 + number)
    loop.call_later(0.5, order.append, 50)
    await asyncio.sleep(2)
    assert order == [*range(50), 50, *range(100, 150)]


@virtual_time
async def test_clocks_of_a_running_loop() -> None:
    today = time.time()
    await asyncio.sleep(1000)
    assert time.monotonic() == time.perf_counter() == now() == 1000
    assert time.time() - today == 1000
    assert time.monotonic_ns() == 1000 * 10**9


def test_clocks_elsewhere_are_real() -> None:
    names = ("sleep", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "time", "time_ns")
    before = [getattr(time, name) for name in names]
    within: list[float] = []

    @virtual_time
    def body() -> None:
        within.append(time.monotonic())

    start = time.monotonic()
    body()
    assert start <= within[0] <= time.monotonic()
    assert [getattr(time, name) for name in names] == before


@virtual_time
async def test_who_polls_sees_time_pass() -> None:
    async def bell() -> None:
        await asyncio.sleep(10)

    ringing = asyncio.create_task(bell())
    while not ringing.done():
        await asyncio.sleep(0)
    assert now() == 10


@virtual_time
async def test_a_timer_that_never_comes_is_no_timer() -> None:
    task = asyncio.create_task(asyncio.sleep(float("inf")))
    await asyncio.sleep(1)
    task.cancel()
    assert tasks_left() == [f"{task.get_name()} (sleep)"]
    await asyncio.wait([task])
    assert not tasks_left()


# --- the tools of asyncio -----------------------------------------------------------------------------------


@virtual_time
async def test_task_group_cancels_the_others() -> None:
    async def fail() -> None:
        await asyncio.sleep(5)
        raise ValueError("no")

    async def both() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(forever())
            group.create_task(fail())

    with pytest.raises(ExceptionGroup):
        await both()
    assert now() == 5


@virtual_time
async def test_tools_of_asyncio() -> None:
    queue: asyncio.Queue[int] = asyncio.Queue(1)
    semaphore, condition, barrier = asyncio.Semaphore(2), asyncio.Condition(), asyncio.Barrier(3)
    got: list[tuple[float, int]] = []

    async def produce() -> None:
        for number in range(3):
            await queue.put(number)
            await asyncio.sleep(1)

    async def consume() -> None:
        for _ in range(3):
            async with semaphore:
                number = await queue.get()
                got.append((now(), number))
        async with condition:
            condition.notify_all()
        await barrier.wait()

    async def wait() -> None:
        async with condition:
            await condition.wait()
        await barrier.wait()

    async with asyncio.TaskGroup() as group:
        for coroutine in (produce(), consume(), wait()):
            group.create_task(coroutine)
        await barrier.wait()
    assert got == [(0, 0), (1, 1), (2, 2)]


@virtual_time
async def test_async_generators_are_closed() -> None:
    closed: list[float] = []

    async def feed() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(3)
            closed.append(now())

    numbers = feed()
    async for _ in numbers:
        break
    await numbers.aclose()  # type: ignore[attr-defined]
    assert closed == [3]


# --- the real world -----------------------------------------------------------------------------------------


@virtual_time
async def test_the_clock_stands_still_while_a_thread_works() -> None:
    timer = asyncio.create_task(asyncio.sleep(5, "rang"))
    async with asyncio.timeout(1):
        await asyncio.to_thread(time.sleep, 0.1)
    assert now() == 0
    assert await timer == "rang"
    assert now() == 5


_local, _sleep = threading.local(), time.sleep


class _Tough:
    def __del__(self) -> None:
        _sleep(0.1)


@virtual_time
async def test_a_worker_may_take_its_time_to_end() -> None:
    """It is in no list of threads by then, and nothing but its end wakes whoever joins it."""

    def job() -> None:
        _local.tough = _Tough()  # goes with the thread

    await asyncio.to_thread(job)


@virtual_time
async def test_own_executor() -> None:
    with ThreadPoolExecutor(2) as pool:
        loop = asyncio.get_running_loop()
        timer = asyncio.create_task(asyncio.sleep(5))
        assert await loop.run_in_executor(pool, sum, [1, 2]) == 3
        job = pool.submit(time.sleep, 0.05)
        await asyncio.wrap_future(job)
        assert now() == 0
        await timer


@virtual_time
async def test_worker_processes() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        loop = asyncio.get_running_loop()
        timer = asyncio.create_task(asyncio.sleep(1000))
        assert await loop.run_in_executor(pool, sum, [1, 2]) == 3
        assert now() == 0
        await timer
        await asyncio.sleep(0.5)
    assert now() == 1000.5


@virtual_time
async def test_a_thread_that_waits_does_not_stop_the_clock() -> None:
    gate = threading.Event()
    asyncio.get_running_loop().call_later(60, gate.set)
    await asyncio.to_thread(gate.wait)
    assert now() == 60


@pytest.mark.parametrize("kind", [queue.Queue, queue.SimpleQueue])
def test_a_thread_that_waits_for_work_does_not_stop_the_clock(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    without_patience(monkeypatch)

    @virtual_time
    async def body() -> None:
        jobs = getattr(queue, kind.__name__)()
        worker = threading.Thread(target=jobs.get)
        worker.start()
        await asyncio.sleep(1)
        jobs.put(None)
        worker.join()

    body()


@virtual_time
async def test_a_thread_may_wake_the_loop() -> None:
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def work() -> None:
        time.sleep(0.05)
        loop.call_soon_threadsafe(done.set)

    thread = threading.Thread(target=work)
    thread.start()
    async with asyncio.timeout(1):
        await done.wait()
    thread.join()
    assert now() == 0


@virtual_time
async def test_sockets_on_loopback() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        async with asyncio.timeout(1):
            writer.write(b"hello\n")
            assert await reader.readline() == b"hello\n"
        writer.close()
        await writer.wait_closed()
        assert now() == 0
        await asyncio.sleep(100)
    assert now() == 100


@virtual_time
async def test_subprocess() -> None:
    timer = asyncio.create_task(asyncio.sleep(100))
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "print(42)", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await child.communicate()
    assert output.split() == [b"42"]
    assert now() == 0
    await timer


@virtual_time
def test_asyncio_run_inside() -> None:
    async def main() -> float:
        helper = asyncio.create_task(forever())  # asyncio.run cancels it: no error
        await asyncio.sleep(3600)
        assert not helper.done()
        return now()

    assert asyncio.run(main()) == 3600
    with asyncio.Runner(debug=True) as runner:
        assert runner.run(main()) == 3600
        assert runner.run(main()) == 7200
        assert runner.get_loop().get_debug()


@virtual_time
def test_a_loop_in_a_thread() -> None:
    loop = asyncio.new_event_loop()
    assert isinstance(loop, VirtualTimeLoop)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    result = asyncio.run_coroutine_threadsafe(asyncio.sleep(3600, "slept"), loop).result()
    assert result == "slept"
    time.sleep(0.05)  # it waits for more: not stuck
    assert asyncio.run_coroutine_threadsafe(asyncio.sleep(3600, "again"), loop).result(5) == "again"
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@virtual_time
async def test_a_loop_in_a_thread_beside_a_loop() -> None:
    def other() -> float:
        async def main() -> float:
            await asyncio.sleep(50)
            return now()

        return asyncio.run(main())

    assert await asyncio.to_thread(other) == 50
    assert now() == 50
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.to_thread(other), 10)
    assert now() == 60


@virtual_time
def test_time_stands_still_while_a_thread_is_started() -> None:
    """The new thread may be in its loop before the one that starts it has noticed that it runs."""

    def in_a_loop() -> float:
        async def main() -> float:
            await asyncio.sleep(50)
            return now()

        return asyncio.run(main())

    async def both() -> tuple[float, float]:
        return await asyncio.to_thread(in_a_loop), now()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.3)  # late
    try:
        assert [asyncio.run(both()) for _ in range(12)] == [(50, 50)] * 12
    finally:
        sys.setswitchinterval(interval)


# --- what is found ------------------------------------------------------------------------------------------


def without_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for what does not come waits longer than a test may take: verdicts come without that."""
    for module in ("loop", "blocked"):
        monkeypatch.setattr(f"dojo.eventloop.{module}.PATIENCE", 1_000)


def verdict(kind: type[BaseException], *texts: str) -> Callable[[Callable[[], object]], Callable[[], None]]:
    """The test's body must fail so, and its text must contain these."""

    def decorate(body: Callable[[], object]) -> Callable[[], None]:
        def test(monkeypatch: pytest.MonkeyPatch) -> None:
            without_patience(monkeypatch)
            with pytest.raises(kind) as caught:
                virtual_time(body)()
            assert type(caught.value) is kind, caught.value
            for text in texts:
                assert text in str(caught.value)
            assert [thread for thread in threading.enumerate() if thread.name.startswith("asyncio")] == []

        test.__name__ = body.__name__
        return test

    return decorate


@verdict(
    StuckError,
    "all 3 tasks are stuck at virtual time 2",
    "(helper)",
    "await gate.wait()",
    "waits for Event.wait(), <asyncio.locks.Event",
    "in inner:  await asyncio.Queue().get()",
    "waits for Queue.get()",
    "waits for Barrier.wait(), <asyncio.locks.Barrier",
)
async def test_stuck() -> None:
    async def helper(gate: asyncio.Event) -> None:
        await gate.wait()

    async def inner() -> None:
        await asyncio.sleep(2)
        await asyncio.Queue().get()

    async with asyncio.TaskGroup() as group:
        group.create_task(helper(asyncio.Event()))
        group.create_task(asyncio.Barrier(3).wait())
        await inner()


@verdict(StuckError, "both tasks are stuck", "waits for the test", "waits for Task-")
async def test_ring() -> None:
    async def other() -> None:
        await me

    me = asyncio.current_task()
    assert me is not None
    await asyncio.create_task(other())


@verdict(StuckError, "the only task is stuck", "in feed:  await asyncio.Event().wait()")
async def test_stuck_in_an_async_generator() -> None:
    async def feed() -> AsyncIterator[int]:
        await asyncio.Event().wait()
        yield 1

    async for _ in feed():
        pass


@verdict(StuckError, "await forever()")
def test_stuck_in_asyncio_run() -> None:
    async def main() -> None:
        await forever()

    asyncio.run(main())


@verdict(StuckError, "Other threads:", "gate.wait()")
async def test_stuck_with_a_thread() -> None:
    gate = threading.Event()
    waiting = asyncio.create_task(asyncio.to_thread(lambda: gate.wait()))
    try:
        await waiting
    finally:
        gate.set()


@verdict(ThreadSafetyError, "event.set()", "call_soon_threadsafe")
async def test_an_event_set_by_a_thread() -> None:
    event = asyncio.Event()

    def work() -> None:
        with contextlib.suppress(ThreadSafetyError):  # nobody may have read it there
            event.set()

    waiting = asyncio.create_task(event.wait())
    await asyncio.sleep(0)
    await asyncio.to_thread(work)
    await waiting


@verdict(ThreadSafetyError, "loop.call_later(1, event.set)")
async def test_a_timer_set_by_a_thread() -> None:
    loop, event = asyncio.get_running_loop(), asyncio.Event()

    def work() -> None:
        with contextlib.suppress(ThreadSafetyError):
            loop.call_later(1, event.set)

    threading.Thread(target=work).start()
    await event.wait()


@verdict(StuckError, "(forever)")
def test_stuck_in_another_thread() -> None:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(forever())
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert errors


@verdict(StuckError, "the only task is stuck")
async def test_swallowing_the_verdict_does_not_help() -> None:
    with contextlib.suppress(BaseException):
        await forever()


def test_stuck_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    without_patience(monkeypatch)
    for _ in range(20):
        with pytest.raises(StuckError):
            virtual_time(forever)()


@verdict(BusyError, "50,001 turns", "await asyncio.sleep(1)")
async def test_endless() -> None:
    while True:
        await asyncio.sleep(1)


@verdict(NeverAwaitedError, "forever(...) was never awaited", "in test_never_awaited:  forever()")
async def test_never_awaited() -> None:
    forever()


@verdict(NeverAwaitedError, "never awaited")
def test_never_awaited_in_asyncio_run() -> None:
    async def main() -> None:
        keep = [forever()]
        keep.append(keep)  # type: ignore[arg-type]

    asyncio.run(main())


@verdict(TaskLeftError, "(forever) was still running at the end", "await asyncio.Event().wait()", "Event.wait()")
async def test_task_left() -> None:
    task = asyncio.create_task(forever())
    assert tasks_left() == [f"{task.get_name()} (forever) {tasks_left()[0].partition(') ')[2]}"]
    await asyncio.sleep(1)


@verdict(TaskLeftError, "(forever) was destroyed while it waited")
async def test_task_destroyed() -> None:
    async def forget() -> None:
        task = asyncio.create_task(forever())
        await asyncio.sleep(0)
        del task

    await forget()
    gc.collect()


@virtual_time
async def test_what_ends_without_time_is_not_left() -> None:
    asyncio.create_task(asyncio.sleep(0))  # noqa: RUF006


@verdict(CancellationSwallowedError, "(deaf) was cancelled and has not ended", "cancelled 1 time\n", "sleep(1)")
async def test_deaf() -> None:
    async def deaf() -> None:
        while True:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(1)

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    del task


@verdict(CancellationSwallowedError, "(deaf) was cancelled and has not ended", "sleep(1)")
def test_deaf_in_asyncio_run() -> None:
    async def deaf() -> None:
        while True:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(1)

    async def main() -> None:
        task = asyncio.create_task(deaf())
        await asyncio.sleep(0)
        del task

    asyncio.run(main())


@verdict(CancellationSwallowedError, "(deaf) swallowed its cancellation and waits on", "cancelled 1 time\n")
async def test_deaf_and_stuck() -> None:
    async def deaf() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await forever()
        await forever()

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    task.cancel()
    await task


@verdict(NeverRetrievedError, "(fail) failed and nobody looked: ValueError: no", "in fail:  raise ValueError")
async def test_never_retrieved() -> None:
    async def fail() -> None:
        raise ValueError("no")

    task = asyncio.create_task(fail())
    await asyncio.sleep(1)
    del task


@verdict(CallbackError, "ZeroDivisionError", "in <lambda>")
async def test_callback() -> None:
    asyncio.get_running_loop().call_soon(lambda: 1 // 0)
    await asyncio.sleep(1)


@verdict(BlockedLoopError, "blocked by time.sleep(3)", "in nap:  time.sleep(3)")
async def test_blocked_by_sleep() -> None:
    def nap() -> None:
        time.sleep(3)

    with contextlib.suppress(Exception):
        nap()


@verdict(BlockedLoopError, "the event loop is blocked", "in test_blocked_for_ever:  threading.Event().wait()")
async def test_blocked_for_ever() -> None:
    threading.Event().wait()


@verdict(BlockedLoopError, "the main thread waits for ever", "future.result()")
def test_main_thread_waits_for_a_stopped_loop() -> None:
    loop = asyncio.new_event_loop()
    coroutine = asyncio.sleep(1)
    future = asyncio.run_coroutine_threadsafe(coroutine, loop)
    try:
        future.result()
    finally:
        coroutine.close()
        loop.close()


def test_own_failure_comes_first_and_keeps_the_rest_as_notes() -> None:
    @virtual_time
    async def body() -> None:
        forever()
        raise AssertionError("three lines, not two")

    with pytest.raises(AssertionError, match="three lines") as caught:
        body()
    assert "never awaited" in caught.value.__notes__[0]


def test_nothing_is_left_of_a_failed_run() -> None:
    @virtual_time
    async def body() -> None:
        asyncio.create_task(forever())  # noqa: RUF006
        asyncio.create_task(asyncio.sleep(1))  # noqa: RUF006
        await asyncio.sleep(0)

    for _ in range(3):
        with pytest.raises(TaskLeftError, match=r"\(sleep\), Task-\d+ \(forever\)|\(forever\), Task-\d+ \(sleep\)"):
            body()
    assert not isinstance(asyncio.new_event_loop, VirtualTimeLoop)


def test_loops_are_ordinary_again_afterwards() -> None:
    virtual_time(forever_not)()
    loop = asyncio.new_event_loop()
    try:
        assert not isinstance(loop, VirtualTimeLoop)
    finally:
        loop.close()


async def forever_not() -> None:
    return None


def test_threads_of_before_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    without_patience(monkeypatch)
    gate = threading.Event()
    thread = threading.Thread(target=gate.wait, args=(600,), daemon=True)
    thread.start()

    @virtual_time
    async def body() -> None:
        for _ in range(100):
            await asyncio.sleep(1)

    body()
    gate.set()
    thread.join()


def test_descriptors_are_closed() -> None:
    first, second = socket.socketpair()
    free = first.fileno(), second.fileno()
    first.close()
    second.close()
    for _ in range(20):
        with pytest.raises(StuckError):
            virtual_time(forever)()
        virtual_time(forever_not)()
    third, fourth = socket.socketpair()
    try:
        assert (third.fileno(), fourth.fileno()) == free
    finally:
        third.close()
        fourth.close()


# --- pytest-asyncio -----------------------------------------------------------------------------------------

HOOK = """
    from dojo.eventloop import VirtualTimeLoop
    def pytest_asyncio_loop_factories(config, item):
        return {"virtual": VirtualTimeLoop}
"""
FIXTURE = """
    import pytest
    from dojo.eventloop import policy
    @pytest.fixture(scope="session")
    def event_loop_policy():
        return policy()
"""
TESTS = """
    import asyncio
    import pytest
    import pytest_asyncio
    from hypothesis import given, strategies as st
    from dojo.eventloop import now

    @pytest_asyncio.fixture
    async def warm():
        await asyncio.sleep(60)
        yield now()
        await asyncio.sleep(60)

    @pytest.mark.asyncio
    async def test_sleep(warm):
        await asyncio.sleep(3600)
        assert (warm, now()) == (60, 3660)

    @pytest.mark.asyncio
    @given(seconds=st.floats(1, 100))
    async def test_drawn(seconds):
        start = now()
        await asyncio.sleep(seconds)
        assert now() == start + seconds

    @pytest.mark.asyncio
    async def test_stuck():
        await asyncio.Event().wait()

    @pytest.mark.asyncio
    async def test_left():
        asyncio.create_task(asyncio.Event().wait())
        await asyncio.sleep(0)
"""


@pytest.mark.parametrize("conftest", [HOOK, FIXTURE], ids=["hook", "policy"])
def test_with_pytest_asyncio(tmp_path: Path, conftest: str) -> None:
    plugin = pytest.importorskip("pytest_asyncio.plugin")
    if conftest is HOOK and not hasattr(plugin.PytestAsyncioSpecs, "pytest_asyncio_loop_factories"):
        pytest.skip("this pytest-asyncio has no such hook")
    (tmp_path / "conftest.py").write_text(textwrap.dedent(conftest))
    tests = TESTS if conftest is HOOK else TESTS.partition("    @pytest.mark.asyncio\n    @given")[0]
    (tmp_path / "test_it.py").write_text(textwrap.dedent(tests))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:anyio", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    if conftest is FIXTURE:
        assert "1 passed" in run.stdout, run.stdout
        return
    assert "StuckError: the only task is stuck" in run.stdout, run.stdout
    assert "TaskLeftError: Task-" in run.stdout, run.stdout
    assert "1 failed, 3 passed, 1 error" in run.stdout, run.stdout


def test_refuses_generators() -> None:
    def generator() -> AsyncIterator[int]:
        yield 1  # type: ignore[misc]

    with pytest.raises(TypeError):
        virtual_time(generator)
