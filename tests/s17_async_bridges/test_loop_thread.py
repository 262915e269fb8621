"""Ordinary threads use an event loop in another thread; when it stops, nobody waits and nothing is left.

Under `@interleave` a test is run again for several ways in which its threads, and the loop's thread, can take turns.
Threads that wait for ever are reported at once, and time costs nothing. `settle()` returns when all others have gone
as far as they can.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from functools import partial
from threading import Event, Thread, current_thread
from typing import Any

import pytest

from dojo.interleave import interleave, settle, together
from dojo.leaks import no_descriptor_left
from katas.s17_async_bridges.loop_thread import LoopThread

CANCELLED = (asyncio.CancelledError, concurrent.futures.CancelledError)
"""Two classes of one meaning: an asyncio task and a future of concurrent.futures say it differently."""


takes_turns = pytest.mark.skipif(sys.platform == "win32", reason="the loop of Windows takes no turns with threads")
few = partial(interleave, preemptions=0, schedules=1)


async def value(result: Any = "done") -> Any:
    await asyncio.sleep(0)
    return result


async def forever() -> None:
    await asyncio.Event().wait()


async def thread_and_loop() -> tuple[Thread, asyncio.AbstractEventLoop]:
    return current_thread(), asyncio.get_running_loop()


def refused(bridge: LoopThread, *ways: str) -> None:
    """Check that a coroutine is refused and closed, in each of the ways."""
    for way in ways:
        coro = value()
        with pytest.raises(RuntimeError):
            getattr(bridge, way)(coro)
        assert inspect.getcoroutinestate(coro) == inspect.CORO_CLOSED, f"{way} has refused a coroutine, not closed it"


@takes_turns
@few()
def test_results_and_errors() -> None:
    """A coroutine's result or error did not arrive as it was, or the coroutine ran in the thread of the caller."""
    error = KeyError("no such page")

    async def fail() -> None:
        await asyncio.sleep(0)
        raise error

    with LoopThread() as bridge:
        assert bridge.run(value(42)) == 42
        assert bridge.submit(value(None)).result() is None
        for ask in (bridge.run, lambda coro: bridge.submit(coro).result()):
            with pytest.raises(KeyError) as raised:
                ask(fail())
            assert raised.value is error
        thread, loop = bridge.run(thread_and_loop())
        assert thread is not current_thread()
        assert not thread.daemon, "a daemon thread would be cut off at exit"
        assert bridge.run(thread_and_loop()) == (thread, loop), "each call got a loop of its own"


@takes_turns
@few()
def test_the_loop_runs_between_the_calls() -> None:
    """A task that a coroutine has left in the loop did not go on when the call was over."""
    has_run, tasks = Event(), []

    async def later() -> None:
        await asyncio.sleep(60)
        has_run.set()

    async def begin() -> None:
        tasks.append(asyncio.create_task(later()))

    with LoopThread() as bridge:
        bridge.run(begin())
        has_run.wait()


@takes_turns
@few()
def test_submit_in_the_loop_thread() -> None:
    """A coroutine could not hand another one to its own loop."""

    async def outer() -> int:
        return await asyncio.wrap_future(bridge.submit(value(42)))

    with LoopThread() as bridge:
        assert bridge.run(outer()) == 42


@takes_turns
@few()
def test_only_while_it_runs() -> None:
    """Before the start or after the end a coroutine was accepted, or refused without being closed."""
    bridge = LoopThread()
    refused(bridge, "submit", "run")
    bridge.start()
    with pytest.raises(RuntimeError):
        bridge.start()
    bridge.run(value())
    bridge.stop()
    refused(bridge, "submit", "run")
    bridge.stop()
    with pytest.raises(RuntimeError):
        bridge.start()


@takes_turns
@few()
def test_stopped_before_the_start() -> None:
    """A bridge that was stopped before its start hangs, or can be started all the same."""
    bridge, before = LoopThread(), threading.active_count()
    bridge.stop()
    bridge.stop()
    with pytest.raises(RuntimeError):
        bridge.start()
    refused(bridge, "submit", "run")
    assert threading.active_count() == before, "a thread was started, and nobody will end it"


def test_never_started() -> None:
    """A bridge that was never started has made a loop, and left it open."""
    bridges: list[LoopThread] = []
    with no_descriptor_left():
        bridges.append(LoopThread())
        bridges[0].stop()


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
@takes_turns
@few()
def test_context_manager(error: type[BaseException]) -> None:
    """The end of the with-block does not stop the loop, or the error of the block is lost."""
    with pytest.raises(error), LoopThread() as bridge:
        thread, loop = bridge.run(thread_and_loop())
        raise error
    assert loop.is_closed()
    assert not thread.is_alive()
    refused(bridge, "submit")


@takes_turns
@few()
def test_two_bridges() -> None:
    """Two bridges had one loop, or a coroutine in the loop of one could not use the other one."""

    async def across() -> tuple[Thread, asyncio.AbstractEventLoop]:
        return other.run(thread_and_loop())

    with LoopThread() as bridge:
        with LoopThread() as other:
            here, there = bridge.run(thread_and_loop()), other.run(thread_and_loop())
            assert here[0] is not there[0], "two bridges ran their coroutines in one thread"
            assert here[1] is not there[1], "two bridges had one loop"
            assert bridge.run(across()) == there
        assert bridge.run(thread_and_loop()) == here, "one bridge goes on when the other one has been stopped"


def test_many_callers() -> None:
    """With real sockets and many threads a result went astray, or something was left open."""

    async def work(caller: int, number: int) -> tuple[int, int, Thread]:
        await asyncio.sleep(0)
        return caller, number, current_thread()

    def call(bridge: LoopThread, caller: int) -> set[Thread]:
        threads = set()
        for number in range(20):
            *came, thread = bridge.run(work(caller, number))
            assert came == [caller, number]
            threads.add(thread)
        return threads

    with no_descriptor_left(), LoopThread() as bridge:
        threads = set().union(*together(*[partial(call, bridge, caller) for caller in range(4)]))
        assert len(threads) == 1, f"there is one loop, and coroutines ran in {len(threads)} threads"
    assert not threads.pop().is_alive()


@takes_turns
@interleave(preemptions=1, schedules=4)
def test_coroutines_overlap() -> None:
    """The coroutine of one thread had to wait until that of another one was over."""
    inside: list[str] = []

    async def meet(name: str) -> None:
        inside.append(name)
        while len(inside) < 3:
            await asyncio.sleep(1)

    with LoopThread() as bridge:
        together(*[lambda name=name: bridge.run(meet(name), timeout=3600) for name in "abc"])


@pytest.mark.parametrize("timeout", [0, 5])
@takes_turns
@interleave(preemptions=1, schedules=3)
def test_timeout_cancels(timeout: float) -> None:
    """The time of a run() was up, and it waits on, or its coroutine goes on in the loop."""
    ended: list[str] = []

    async def slow() -> None:
        try:
            await asyncio.sleep(3600)
            ended.append("went on for an hour")
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    with LoopThread() as bridge:
        with pytest.raises(TimeoutError):
            bridge.run(slow(), timeout)
        bridge.run(asyncio.sleep(5))
        may_not_have_begun = timeout == 0 and not ended
        assert may_not_have_begun or ended == ["cancelled"], f"5 seconds after the time-out: {ended}"


@takes_turns
@few()
def test_timeout_is_long_enough() -> None:
    """A coroutine was in time, and its result was thrown away."""
    with LoopThread() as bridge:
        assert bridge.run(asyncio.sleep(10, "in time"), timeout=20) == "in time"


@pytest.mark.parametrize("timeout", [None, 60])
@takes_turns
@few()
def test_own_timeout_error(timeout: float | None) -> None:
    """A TimeoutError of the coroutine itself was taken for the time-out of run(), and did not arrive as it was."""

    async def fail() -> None:
        await asyncio.sleep(1)
        raise TimeoutError("the server is slow")

    with LoopThread() as bridge, pytest.raises(TimeoutError, match="the server is slow"):
        bridge.run(fail(), timeout)


@takes_turns
@few()
def test_run_in_loop_thread_is_refused() -> None:
    """run() or stop() in the loop's own thread waits for itself for ever."""

    async def inside() -> str:
        refused(bridge, "run")
        coro = value()
        with pytest.raises(RuntimeError):
            bridge.run(coro, timeout=60)
        assert inspect.getcoroutinestate(coro) == inspect.CORO_CLOSED
        with pytest.raises(RuntimeError):
            bridge.stop()
        return "still there"

    with LoopThread() as bridge:
        assert bridge.run(inside()) == "still there"
        assert bridge.run(value()) == "done"


@takes_turns
@interleave(preemptions=1, schedules=3)
def test_future_cancel() -> None:
    """A future was cancelled, and its coroutine goes on in the loop."""
    has_begun, has_ended = Event(), Event()

    async def wait() -> None:
        has_begun.set()
        try:
            await forever()
        finally:
            has_ended.set()

    with LoopThread() as bridge:
        future = bridge.submit(wait())
        has_begun.wait()
        assert future.cancel()
        has_ended.wait()
        with pytest.raises(CANCELLED):
            future.result()
        never = forever()
        assert bridge.submit(never).cancel(), "cancelled at once, before it could begin"
        assert bridge.run(value()) == "done"
    assert inspect.getcoroutinestate(never) == inspect.CORO_CLOSED


@takes_turns
@interleave(preemptions=1, schedules=3)
def test_stop_waits_for_clean_up() -> None:
    """stop() returned before a task had ended, or its clean-up was cut off at an await."""
    log: list[str] = []

    async def work(name: str) -> None:
        try:
            await forever()
        finally:
            time.sleep(60)  # longer than a limit may be, and in one go: stop() may look now and then meanwhile
            await asyncio.sleep(1)
            log.append(f"{name} cleaned up")

    bridge = LoopThread()
    bridge.start()
    futures = [bridge.submit(work(name)) for name in "ab"]
    bridge.run(value())
    bridge.stop()
    assert sorted(log) == ["a cleaned up", "b cleaned up"], f"stop() has returned; clean-up so far: {log}"
    assert all(future.cancelled() for future in futures)


@takes_turns
@few()
def test_stop_survives_a_failing_clean_up() -> None:
    """The clean-up of one task failed, and stop() left the others behind, or the loop open."""
    error, log = KeyError("no such file"), []

    async def work(seconds: int) -> None:
        try:
            await forever()
        finally:
            await asyncio.sleep(seconds)
            log.append(seconds)
            if seconds == 1:
                raise error

    bridge = LoopThread()
    bridge.start()
    failing, other = bridge.submit(work(1)), bridge.submit(work(2))
    _, loop = bridge.run(thread_and_loop())
    bridge.stop()
    assert log == [1, 2]
    assert failing.exception(0) is error
    assert other.cancelled()
    assert loop.is_closed()


@pytest.mark.parametrize("generations", [1, 4])
@takes_turns
@few()
def test_stop_ends_tasks_born_in_clean_up(generations: int) -> None:
    """The clean-up of a task started another task, whose clean-up may do the same, and stop() left one behind."""
    log: list[str] = []
    tasks: list[asyncio.Task[None]] = []

    async def work(generation: int) -> None:
        try:
            await forever()
        finally:
            if generation < generations:
                tasks.append(asyncio.create_task(work(generation + 1)))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            log.append(f"{generation} ended")

    bridge = LoopThread()
    bridge.start()
    bridge.submit(work(0))
    bridge.run(value())
    bridge.stop()
    assert [task.cancelled() for task in tasks] == [True] * len(tasks), f"of {len(tasks)} tasks; they say: {log}"
    begun = [f"{generation} ended" for generation in range(generations + 1)]
    assert log in (begun, ["0 ended"]), "a newborn task runs to its first await and is cancelled there, or never begins"


@takes_turns
@few()
def test_stop_closes_generators_and_executor() -> None:
    """stop() left an async generator open, a thread of asyncio.to_thread running, or the loop itself open."""
    log: list[str] = []
    kept: list[AsyncGenerator[int, None]] = []
    has_begun = Event()

    async def pages() -> AsyncGenerator[int, None]:
        try:
            yield 1
        finally:
            await asyncio.sleep(60)
            log.append("generator closed")

    def copy() -> None:
        has_begun.set()
        time.sleep(60)
        log.append("thread ended")

    async def open_pages() -> None:
        kept.append(pages())
        await anext(kept[-1])

    async def open_pages_late() -> None:
        try:
            await forever()
        finally:
            await open_pages()

    bridge, before = LoopThread(), threading.active_count()
    bridge.start()
    bridge.run(open_pages())
    bridge.submit(open_pages_late())
    bridge.submit(asyncio.to_thread(copy))
    has_begun.wait()
    thread, loop = bridge.run(thread_and_loop())
    bridge.stop()
    assert sorted(log) == ["generator closed", "generator closed", "thread ended"], "a clean-up has opened the second"
    assert loop.is_closed()
    assert not thread.is_alive()
    assert threading.active_count() == before


@takes_turns
@interleave(preemptions=1, schedules=3)
def test_stop_releases_waiters() -> None:
    """A thread waited in run() while another one stopped the loop, and waits for ever, perhaps one of to_thread."""
    bridge = LoopThread()
    bridge.start()

    def waiter() -> None:
        with pytest.raises(CANCELLED):
            bridge.run(forever())

    bridge.submit(asyncio.to_thread(waiter))

    def stopper() -> None:
        settle()
        bridge.stop()

    together(waiter, waiter, stopper)


@takes_turns
@interleave(preemptions=1, schedules=4)
def test_all_stops_wait() -> None:
    """A second stop() returned while the first one was still at work."""
    log: list[str] = []

    async def work() -> None:
        try:
            await forever()
        finally:
            time.sleep(60)
            await asyncio.sleep(1)
            log.append("cleaned up")

    bridge = LoopThread()
    bridge.start()
    bridge.submit(work())
    thread, _ = bridge.run(thread_and_loop())

    def stopper() -> None:
        bridge.stop()
        assert log == ["cleaned up"], "stop() has returned, and a task has not ended"
        assert not thread.is_alive(), "stop() has returned, and the loop's thread still runs"

    together(stopper, stopper)


@takes_turns
@few()
def test_submit_in_the_clean_up() -> None:
    """A task that stop() had cancelled handed over another coroutine: it was lost, taken or refused, or all hang."""
    taken: list[concurrent.futures.Future[str]] = []
    late = value()

    async def work() -> None:
        try:
            await forever()
        finally:
            with suppress(RuntimeError):
                taken.append(bridge.submit(late))

    bridge = LoopThread()
    bridge.start()
    bridge.submit(work())
    bridge.run(value())
    bridge.stop()
    assert all(future.done() for future in taken), "submit() has taken it, and stop() has left its future behind"
    assert inspect.getcoroutinestate(late) == inspect.CORO_CLOSED, "it was neither run nor closed"


@takes_turns
@interleave(preemptions=1, schedules=60)
def test_submit_races_with_stop() -> None:
    """A coroutine was handed over while another thread stopped the loop: its future will never be done."""
    bridge = LoopThread()
    bridge.start()
    coro = value()

    def submit() -> concurrent.futures.Future[Any] | None:
        try:
            return bridge.submit(coro)
        except RuntimeError:
            return None

    future, _ = together(submit, bridge.stop)
    assert future is None or future.done(), "submit() has accepted a coroutine, and stop() has left it behind"
    assert inspect.getcoroutinestate(coro) == inspect.CORO_CLOSED, "a coroutine was neither run nor closed"


@takes_turns
@interleave(preemptions=1, schedules=8)
def test_run_races_with_stop() -> None:
    """A thread called run() while another one stopped the loop, and waits for ever."""
    bridge = LoopThread()
    bridge.start()

    def run() -> None:
        try:
            assert bridge.run(value()) == "done"
        except (RuntimeError, *CANCELLED):
            pass

    together(run, bridge.stop)


@takes_turns
@interleave(preemptions=1, schedules=8)
def test_starts_race() -> None:
    """Two threads started the same bridge at once, and both did, or none; or start() returned too early."""
    bridge, before = LoopThread(), threading.active_count()

    def start() -> bool:
        try:
            bridge.start()
        except RuntimeError:
            return False
        assert bridge.run(value()) == "done"
        return True

    assert sorted(together(start, start)) == [False, True]
    assert threading.active_count() == before + 1
    bridge.stop()
    assert threading.active_count() == before


@takes_turns
@interleave(preemptions=1, schedules=8)
def test_start_races_with_stop() -> None:
    """One thread started the bridge while another one stopped it, and somebody waits for ever, or a thread is left."""
    bridge, before = LoopThread(), threading.active_count()

    def start() -> None:
        with suppress(RuntimeError):
            bridge.start()

    together(start, bridge.stop)
    refused(bridge, "submit")
    assert threading.active_count() == before


class Source:
    """Async generators that note what happens to them, and in which thread."""

    def __init__(self, *items: Any, error: Exception | None = None) -> None:
        self.items, self.error = items, error
        self.log: list[str] = []
        self.threads: list[Thread] = []

    async def pages(self) -> AsyncGenerator[Any, None]:
        try:
            for item in self.items:
                await asyncio.sleep(1)
                self.threads.append(current_thread())
                self.log.append(f"made {item}")
                yield item
            if self.error is not None:
                raise self.error
        finally:
            await asyncio.sleep(1)
            self.threads.append(current_thread())
            self.log.append("closed")


@pytest.mark.parametrize("items", [(), (1, 2, 3), (None, 0, "", None)], ids=str)
@takes_turns
@few()
def test_iterate(items: tuple[Any, ...]) -> None:
    """Iterating did not bring all items in order, or the generator's code ran in the thread of the caller."""
    source = Source(*items)
    with LoopThread() as bridge:
        thread, _ = bridge.run(thread_and_loop())
        assert tuple(bridge.iterate(source.pages())) == items
        assert source.log[-1:] == ["closed"]
        assert source.threads == [thread] * len(source.threads)


@takes_turns
@few()
def test_iterate_is_lazy() -> None:
    """An item was fetched before anybody had asked for it."""
    source = Source(1, 2, 3)
    with LoopThread() as bridge:
        iterator = bridge.iterate(source.pages())
        for number in (0, 1, 2):
            bridge.run(asyncio.sleep(60))
            made = [f"made {item}" for item in range(1, number + 1)]
            assert source.log == made, f"{number} items were asked for"
            if number < 2:
                assert next(iterator) == number + 1
        iterator.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("error", [KeyError("page 3"), RuntimeError("page 3 is locked")], ids=repr)
@takes_turns
@few()
def test_errors_of_the_source(error: Exception) -> None:
    """What the generator raised, RuntimeError too, did not arrive, or the items before it were lost."""
    source = Source(1, 2, error=error)
    came = []
    with LoopThread() as bridge:
        with pytest.raises(type(error)) as raised:
            for item in bridge.iterate(source.pages()):
                came.append(item)
        assert raised.value is error
        assert came == [1, 2]


def leave_by_break(iterator: Any) -> None:
    for _ in iterator:
        break


def leave_by_close(iterator: Any) -> None:
    next(iterator)
    iterator.close()


def leave_by_throw(iterator: Any) -> None:
    next(iterator)
    if not hasattr(iterator, "throw"):  # an iterator need not be a generator
        iterator.close()
        return
    with pytest.raises(ZeroDivisionError):
        iterator.throw(ZeroDivisionError())


def leave_by_error(iterator: Any) -> None:
    try:
        for _ in iterator:
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass


@pytest.mark.parametrize("leave", [leave_by_break, leave_by_close, leave_by_throw, leave_by_error])
@takes_turns
@few()
def test_iteration_left_early(leave: Callable[[Any], None]) -> None:
    """An iteration was left early, and its source stays open, or was closed outside the loop's thread."""
    source = Source(1, 2, 3)
    pages = source.pages()
    with LoopThread() as bridge:
        thread, _ = bridge.run(thread_and_loop())
        leave(bridge.iterate(pages))
        assert source.log == ["made 1", "closed"], f"{leave.__name__.replace('_', ' ')}: {source.log}"
        assert source.threads == [thread] * 2


@pytest.mark.parametrize("error", [KeyError("the file"), RuntimeError("the file is locked")], ids=repr)
@takes_turns
@few()
def test_error_while_the_source_is_closed(error: Exception) -> None:
    """An iteration was left early, the clean-up of its source failed, and nobody was told."""

    async def pages() -> AsyncGenerator[int, None]:
        try:
            yield 1
        finally:
            await asyncio.sleep(1)
            raise error

    with LoopThread() as bridge:
        iterator: Any = bridge.iterate(pages())
        assert next(iterator) == 1
        with pytest.raises(type(error)) as raised:
            iterator.close()
        assert raised.value is error


@takes_turns
@few()
def test_two_iterations() -> None:
    """Two iterations at once got each other's items, or one had to wait for the end of the other."""
    with LoopThread() as bridge:
        letters, numbers = bridge.iterate(Source("a", "b").pages()), bridge.iterate(Source(1, 2).pages())
        assert list(zip(letters, numbers, strict=True)) == [("a", 1), ("b", 2)]


@takes_turns
@interleave(preemptions=1, schedules=10)
def test_two_threads_iterate() -> None:
    """Two threads iterated at the same time, and got each other's items."""
    with LoopThread() as bridge:
        letters, numbers = bridge.iterate(Source("a", "b").pages()), bridge.iterate(Source(1, 2).pages())
        assert together(partial(list, letters), partial(list, numbers)) == [["a", "b"], [1, 2]]


@takes_turns
@few()
def test_stop_during_an_iteration() -> None:
    """The loop was stopped between two items: the source stays open, or the next item is waited for for ever."""
    source = Source(1, 2, 3)
    bridge = LoopThread()
    bridge.start()
    iterator = bridge.iterate(source.pages())
    assert next(iterator) == 1
    bridge.stop()
    assert source.log == ["made 1", "closed"]
    with pytest.raises((RuntimeError, *CANCELLED)):
        next(iterator)


@takes_turns
@interleave(preemptions=1, schedules=4)
def test_iteration_races_with_stop() -> None:
    """A thread waited for the next item while another one stopped the loop, and waits for ever."""
    source = Source(1, 2)
    bridge = LoopThread()
    bridge.start()

    def reader() -> None:
        try:
            for _ in bridge.iterate(source.pages()):
                pass
        except (RuntimeError, *CANCELLED):
            pass

    together(reader, bridge.stop)
    assert source.log[-1:] in ([], ["closed"])
