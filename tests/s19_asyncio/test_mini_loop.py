"""Order, time, results, errors and cancellation: as asyncio has them, without asyncio."""

from __future__ import annotations

import ast
import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import katas.s19_asyncio.mini_loop as kata
from dojo.eventloop import virtual_time
from katas.s19_asyncio.mini_loop import Cancelled, Event, MiniLoop, sleep

pytestmark = pytest.mark.timeout(20)


class Trace:
    """A loop, and what happened in it when."""

    def __init__(self) -> None:
        self.loop = MiniLoop()
        self.seen: list[Any] = []

    def note(self, what: Any) -> None:
        self.seen.append((what, self.loop.time))

    async def nap(self, name: str, *seconds: float) -> str:
        """Sleep so often, and note each awakening; return the name."""
        self.note(name)
        for pause in seconds:
            await sleep(pause)
            self.note(name)
        return name

    async def stubborn(self, name: str, *seconds: float) -> str:
        """The same, but go on with the next sleep when cancelled."""
        for pause in seconds:
            try:
                await sleep(pause)
                self.note(name)
            except Cancelled:
                self.note(f"{name} cancelled")
        return name

    @property
    def names(self) -> str:
        """What happened, without the times."""
        return " ".join(what for what, _ in self.seen)


# --------------------------------------------------------------------------------------------- results, order and time


def test_result_and_error() -> None:
    """run() does not give back what main returned or raised, or await not what the task did."""
    loop = MiniLoop()
    error = KeyError("lost")

    async def fails() -> None:
        await sleep(1)
        raise error

    async def main() -> list[Any]:
        good, bad = loop.spawn(Trace().nap("soup", 2)), loop.spawn(fails())
        assert not good.done()
        found: list[Any] = [await good]
        for _ in range(2):
            with pytest.raises(KeyError) as caught:
                await bad
            assert caught.value is error, "that is another exception, not the one that the task has raised"
        assert good.done()
        assert bad.done()
        return [*found, await good]

    assert loop.run(main()) == ["soup", "soup"]
    with pytest.raises(KeyError) as caught:
        MiniLoop().run(fails())
    assert caught.value is error, "that is another exception, not the one that main has raised"


def test_ready_order() -> None:
    """Ready tasks do not run first in, first out; or a task runs before its turn, when it is spawned."""
    trace = Trace()

    async def main() -> None:
        for name in "abc":
            trace.loop.spawn(trace.nap(name, 0, 0))
        trace.note("main")
        await sleep(0)
        trace.loop.spawn(trace.nap("d"))
        trace.note("main")
        await sleep(0)
        await sleep(0)
        trace.note("main")

    trace.loop.run(main())
    assert trace.names == "main a b c main a b c d a b c main"


@pytest.mark.parametrize("nothing", [0, 0.0])
def test_sleep_0_keeps_its_turn(nothing: float) -> None:
    """A task slept for 0 seconds, and one that was spawned after that ran before it."""
    trace = Trace()

    async def spawns() -> None:
        trace.note("b")
        trace.loop.spawn(trace.nap("c"))

    async def main() -> None:
        trace.loop.spawn(trace.nap("a", nothing))
        trace.loop.spawn(spawns())
        await sleep(1)

    trace.loop.run(main())
    assert trace.names == "a b a c", "a sleeps for 0 seconds, then b spawns c"


def test_woken_at_the_end_of_the_queue() -> None:
    """A task was woken, by an event, the end of a task or its cancellation: it ran out of turn, or in another loop."""
    trace = Trace()
    MiniLoop()  # made last, and has nothing to do with these tasks
    event = Event()

    async def waits(name: str, awaitable: Any) -> None:
        with contextlib.suppress(Cancelled):
            await awaitable
        trace.note(name)

    async def main() -> None:
        trace.loop.spawn(waits("waiter", event.wait()))
        sleeper = trace.loop.spawn(waits("sleeper", sleep(9)))
        trace.loop.spawn(waits("second", sleeper))
        await sleep(1)
        trace.loop.spawn(trace.nap("ready"))
        event.set()
        sleeper.cancel()
        trace.loop.spawn(trace.nap("last"))
        trace.note("main")
        await sleep(1)

    trace.loop.run(main())
    assert trace.names == "main ready waiter sleeper last second"


@pytest.mark.parametrize("unit", [1, 2**-12])
def test_timer_order(unit: float) -> None:
    """Sleeps that ended together woke in another order than they began, only one woke, or a short one was none."""
    trace = Trace()

    async def main() -> None:
        naps = (("c", 2, 1, 0), ("b", 1, 2, 0), ("d", 1), ("a", 3, 0))  # the oldest is the last to begin
        tasks = [trace.loop.spawn(trace.nap(name, *(unit * length for length in lengths))) for name, *lengths in naps]
        for task in tasks:
            await task

    trace.loop.run(main())
    assert [(name, time / unit) for name, time in trace.seen] == [
        *(("c", 0), ("b", 0), ("d", 0), ("a", 0), ("b", 1), ("d", 1), ("c", 2)),
        *(("a", 3), ("b", 3), ("c", 3), ("a", 3), ("b", 3), ("c", 3)),
    ]


def test_clock_jumps() -> None:
    """The clock moves while somebody is ready, moves further than to the next end of a sleep, or takes real time."""
    trace = Trace()
    assert trace.loop.time == 0.0

    async def main() -> float:
        trace.loop.spawn(trace.nap("busy", 0, 0, 0, 0))
        day = trace.loop.spawn(trace.nap("day", 86400.0625))
        await sleep(1)
        trace.note("main")
        await day
        return trace.loop.time

    assert trace.loop.run(main()) == 86400.0625
    assert trace.names == "busy day busy busy busy busy main day"
    assert trace.loop.time == 86400.0625


@pytest.mark.parametrize("seconds", [-1, -0.25])
def test_negative_sleep(seconds: float) -> None:
    """A sleep of less than no time is accepted, or its ValueError ends the loop and not the sleep."""
    with pytest.raises(ValueError):
        MiniLoop().run(sleep(seconds))

    async def main() -> str:
        with contextlib.suppress(ValueError):
            await sleep(seconds)
        return "went on"

    assert MiniLoop().run(main()) == "went on"


def test_error_object_as_a_result() -> None:
    """A task returned an exception object, and it was raised."""
    loop, error = MiniLoop(), KeyError("only a result")

    async def returns() -> KeyError:
        return error

    async def main() -> KeyError:
        return await loop.spawn(returns())

    assert loop.run(main()) is error


def test_run_again() -> None:
    """A loop that has run once does not run a second main, cancels what that one spawns, or puts its clock back."""
    trace = Trace()

    async def main(name: str) -> str:
        return await trace.loop.spawn(trace.nap(name, 1))

    assert [trace.loop.run(main(name)) for name in "ab"] == ["a", "b"]
    with pytest.raises(RuntimeError, match="deadlock"):
        trace.loop.run(Event().wait())
    assert trace.loop.run(main("c")) == "c", "a deadlock of another main is over"
    assert trace.seen == [("a", 0), ("a", 1), ("b", 1), ("b", 2), ("c", 2), ("c", 3)]


def test_before_it_runs() -> None:
    """Before run() one cannot spawn, cancel and set; or main runs before those who have been spawned earlier."""
    trace = Trace()
    event = Event()

    async def main() -> None:
        await event.wait()
        trace.note("main")
        await second

    trace.loop.spawn(trace.nap("first"))
    second = trace.loop.spawn(trace.nap("second"))
    assert second.cancel() is True
    event.set()
    with pytest.raises(Cancelled):
        trace.loop.run(main())
    assert trace.names == "first main"


def test_two_loops() -> None:
    """A loop runs the tasks of another one, or moves its clock."""
    mine, yours = Trace(), Trace()
    mine.loop.spawn(mine.nap("mine"))
    assert yours.loop.run(yours.nap("yours", 5)) == "yours"
    assert (mine.seen, mine.loop.time) == ([], 0.0), "the other loop has run, and not this one"
    mine.loop.run(sleep(0))
    assert mine.seen == [("mine", 0.0)]


# ------------------------------------------------------------------------------------------------------------- waiting


def test_await_finished_does_not_pause() -> None:
    """Awaiting what is already done lets others run."""
    trace = Trace()
    event = Event()

    async def main() -> None:
        done, failed = trace.loop.spawn(trace.nap("a")), trace.loop.spawn(trace.nap("fails", -1))
        await sleep(0)
        trace.loop.spawn(trace.nap("b"))
        assert await done == "a"
        with pytest.raises(ValueError):
            await failed
        event.set()
        await event.wait()
        trace.note("main")
        await sleep(0)

    trace.loop.run(main())
    assert trace.names == "a fails main b"


def test_many_waiters_in_order() -> None:
    """Those who wait for one task are not all woken with its result, each once, in the order of their waiting."""
    trace = Trace()

    async def main() -> None:
        shared = trace.loop.spawn(trace.nap("shared", 1))

        async def wait(name: str) -> None:
            trace.note(f"{name}<{await shared}")

        tasks = [trace.loop.spawn(wait(name)) for name in "abc"]
        for task in tasks:
            await task

    trace.loop.run(main())
    assert trace.names == "shared shared a<shared b<shared c<shared"


def test_event() -> None:
    """An event does not wake all its waiters in order, wakes too early, or does not stay set."""
    trace = Trace()
    event = Event()

    async def wait(name: str, after: float) -> None:
        await sleep(after)
        await event.wait()
        trace.note(name)

    async def main() -> None:
        tasks = [trace.loop.spawn(wait(name, after)) for name, after in (("a", 2), ("b", 0), ("c", 1), ("d", 9))]
        await sleep(5)
        trace.note("main")
        event.set()
        trace.note("main")
        for task in tasks:
            await task

    trace.loop.run(main())
    assert trace.seen == [("main", 5), ("main", 5), ("b", 5), ("c", 5), ("a", 5), ("d", 9)]


def test_second_set_wakes_nobody() -> None:
    """An event that is set again wakes those who have waited for it before, and wait for something else now."""
    trace = Trace()
    event = Event()

    async def waits() -> None:
        await event.wait()
        await trace.nap("a", 5)

    async def main() -> None:
        task = trace.loop.spawn(waits())
        for _ in range(3):
            await sleep(1)
            event.set()
        await task

    trace.loop.run(main())
    assert trace.seen == [("a", 1), ("a", 6)]


# -------------------------------------------------------------------------------------------------------- cancellation


def test_cancel_sleeping() -> None:
    """A sleeper that is cancelled is not woken at once, or is woken a second time when its old sleep would end."""
    trace = Trace()

    async def main() -> None:
        task = trace.loop.spawn(trace.stubborn("a", 10, 20, 100))
        await sleep(1)
        assert task.cancel() is True
        await sleep(29)
        assert task.cancel() is True
        assert await task == "a"

    trace.loop.run(main())
    assert trace.seen == [("a cancelled", 1), ("a", 21), ("a cancelled", 30)]
    assert trace.loop.time == 30, "the clock went on to the end of a sleep that nobody sleeps any more"


def test_cancelled_sleep_does_not_move_the_clock() -> None:
    """The clock stops at the end of a sleep that was cancelled long ago."""
    trace = Trace()

    async def main() -> None:
        task = trace.loop.spawn(sleep(100))
        await sleep(1)
        task.cancel()
        await Event().wait()

    with pytest.raises(RuntimeError, match="deadlock"):
        trace.loop.run(main())
    assert trace.loop.time == 1


def test_cancel_waiting_for_an_event() -> None:
    """One who no longer waits for an event keeps its old place, or is woken by it in another wait."""
    trace = Trace()
    event, other = Event(), Event()

    async def wait(name: str, *events: Event) -> None:
        for one in events:
            try:
                await one.wait()
                trace.note(name)
            except Cancelled:
                trace.note(f"{name} cancelled")

    async def main() -> None:
        first = trace.loop.spawn(wait("a", event, event))
        gone = trace.loop.spawn(wait("b", event, other))
        await sleep(1)
        trace.loop.spawn(wait("c", event))
        await sleep(1)
        assert gone.cancel()
        assert first.cancel()
        await sleep(1)
        event.set()
        await sleep(1)
        trace.note("main")
        other.set()
        await gone

    trace.loop.run(main())
    assert trace.seen == [("b cancelled", 2), ("a cancelled", 2), ("c", 3), ("a", 3), ("main", 4), ("b", 4)]


def test_cancel_waiting_passes_on() -> None:
    """Cancelling one who waits for a task does not cancel that task, down to the last one."""
    trace = Trace()

    async def wait(name: str, task: Any) -> str:
        try:
            return f"{name}<{await task}"
        except Cancelled:
            trace.note(f"{name} cancelled")
            raise

    async def main() -> None:
        inner = trace.loop.spawn(wait("c", trace.loop.spawn(trace.nap("sleeper", 50))))
        outer = trace.loop.spawn(wait("a", trace.loop.spawn(wait("b", inner))))
        await sleep(1)
        assert (outer.cancel(), outer.cancel()) == (True, True)
        with pytest.raises(Cancelled):
            await outer
        assert inner.done()
        stubborn = trace.loop.spawn(wait("d", trace.loop.spawn(trace.stubborn("s", 50, 5))))
        await sleep(1)
        assert stubborn.cancel() is True
        assert await stubborn == "d<s", "the task that was cancelled caught it and returned: its waiter goes on"

    trace.loop.run(main())
    assert trace.seen == [
        *(("sleeper", 0), ("c cancelled", 1), ("b cancelled", 1), ("a cancelled", 1)),
        *(("s cancelled", 2), ("s", 7)),
    ]


def test_cancel_caught() -> None:
    """A task that catches Cancelled may not go on, or its end is told wrongly."""
    trace = Trace()

    async def main() -> str:
        task = trace.loop.spawn(trace.stubborn("a", 50, 2))
        await sleep(1)
        assert task.cancel() is True
        await sleep(0)
        assert not task.done(), "it has caught Cancelled, and goes on"
        result = await task
        assert task.done()
        assert task.cancel() is False
        return result

    assert trace.loop.run(main()) == "a"
    assert trace.seen == [("a cancelled", 1), ("a", 3)]


def test_cancel_before_first_run() -> None:
    """A task that is cancelled before its first step runs nevertheless, or does not end."""
    trace = Trace()

    async def main() -> None:
        task = trace.loop.spawn(trace.nap("never", 1))
        trace.loop.spawn(trace.nap("next"))
        assert task.cancel() is True
        assert not task.done(), "it ends when its turn comes"
        with pytest.raises(Cancelled):
            await task
        assert task.done()
        assert task.cancel() is False

    trace.loop.run(main())
    assert trace.names == "next", "the cancelled task has run"


@pytest.mark.parametrize("waits_for", ["event", "task", "sleep"])
def test_cancel_one_that_is_ready(waits_for: str) -> None:
    """What a task has waited for is over, it is cancelled before its turn: that is lost, or it runs once too often."""
    trace = Trace()
    event = Event()

    async def waiter(quick: Any) -> None:
        try:
            await {"event": event.wait, "sleep": lambda: sleep(1), "task": lambda: quick}[waits_for]()
            trace.note("not cancelled")
        except Cancelled:
            trace.note("cancelled")
        await sleep(5)
        trace.note("slept")

    async def main() -> None:
        quick = trace.loop.spawn(sleep(1))
        task = trace.loop.spawn(waiter(quick))
        if waits_for == "task":
            await quick  # main waits for it first, so main is woken first
        else:
            await sleep(1)
            event.set()
        assert task.cancel() is True
        await task

    trace.loop.run(main())
    assert trace.seen == [("cancelled", 1), ("slept", 6)]


def test_cancel_twice_at_once() -> None:
    """A task that is cancelled twice before its turn is cancelled twice, runs twice, or is called done."""
    trace = Trace()

    async def main() -> None:
        task = trace.loop.spawn(trace.stubborn("a", 10, 5))
        await sleep(1)
        assert (task.cancel(), task.cancel()) == (True, True)
        await task

    trace.loop.run(main())
    assert trace.seen == [("a cancelled", 1), ("a", 6)]


def test_cancel_in_sleep_0() -> None:
    """A task that is cancelled while it lets others run is not cancelled, or is put into the queue a second time."""
    trace = Trace()

    async def main() -> None:
        task = trace.loop.spawn(trace.stubborn("a", 0, 5))
        await sleep(0)
        assert task.cancel() is True
        await task

    trace.loop.run(main())
    assert trace.seen == [("a cancelled", 0), ("a", 5)]


def test_main_ends_cancelled() -> None:
    """Main waits for a cancelled task and does not catch that: run() calls it a deadlock, or hides it."""
    loop = MiniLoop()

    async def main() -> None:
        task = loop.spawn(sleep(5))
        task.cancel()
        await task

    with pytest.raises(Cancelled):
        loop.run(main())


@pytest.mark.parametrize("awaits", ["sleep", "sleep 0", "event"])
def test_cancel_oneself(awaits: str) -> None:
    """A task that cancels itself is not cancelled at its next await, or that await wakes it later from another one."""
    trace = Trace()
    event = Event()

    async def gives_up() -> None:
        assert task.cancel() is True
        try:
            await {"sleep": lambda: sleep(2), "sleep 0": lambda: sleep(0), "event": event.wait}[awaits]()
        except Cancelled:
            trace.note("cancelled")
        await trace.nap("rest", 5)

    async def main() -> None:
        await sleep(1)
        event.set()
        await task

    task = trace.loop.spawn(gives_up())
    trace.loop.run(main())
    assert trace.seen == [("cancelled", 0), ("rest", 0), ("rest", 5)]


# -------------------------------------------------------------------------------------------------------------- the end


@pytest.mark.parametrize("error", [None, KeyError])
def test_rest_is_cancelled_at_the_end(error: type[Exception] | None) -> None:
    """When main is finished, other tasks are left where they stand, or their clean-up is cut off."""
    trace = Trace()
    tasks = []

    async def guest(name: str, pause: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await pause()
        finally:
            await sleep(3)
            trace.note(f"{name} out")

    async def main() -> str:
        tasks.append(trace.loop.spawn(guest("sleeper", lambda: sleep(1000))))
        tasks.append(trace.loop.spawn(guest("waiter", Event().wait)))
        await sleep(1)
        tasks.append(trace.loop.spawn(guest("never", lambda: sleep(0))))
        if error:
            raise error("main")
        return "done"

    if error:
        with pytest.raises(error, match="main"):
            trace.loop.run(main())
    else:
        assert trace.loop.run(main()) == "done"
    assert sorted(trace.seen) == [("sleeper out", 4), ("waiter out", 4)]
    assert trace.loop.time == 4
    assert all(task.done() for task in tasks)


def test_one_that_never_ran_is_finished() -> None:
    """When main is finished, a task whose turn has never come is left unfinished, or runs."""
    trace = Trace()

    async def main() -> Any:
        return trace.loop.spawn(trace.nap("never"))

    assert trace.loop.run(main()).done()
    assert trace.seen == []


def test_error_nobody_awaits() -> None:
    """A task that nobody awaits fails, while main runs or in the clean-up, and run() raises that."""
    loop = MiniLoop()

    async def guest() -> None:
        try:
            await sleep(1000)
        finally:
            raise KeyError("in the clean-up")

    async def fails() -> None:
        raise KeyError("long ago")

    async def main() -> str:
        loop.spawn(guest())
        loop.spawn(fails())
        await sleep(1)
        return "done"

    assert loop.run(main()) == "done"


@pytest.mark.parametrize("reaction", ["ends", "goes on", "fails"])
def test_deadlock(reaction: str) -> None:
    """Main waits for something that can never happen, and run() hangs, returns, or skips the clean-up."""
    trace = Trace()
    event = Event()

    async def other() -> None:
        try:
            await event.wait()
        finally:
            await sleep(2)
            trace.note("other out")

    async def main() -> str:
        trace.loop.spawn(other())
        try:
            await sleep(1)
            await Event().wait()
        except Cancelled:
            trace.note("main out")
            if reaction == "ends":
                raise
            if reaction == "fails":
                raise KeyError("in the clean-up") from None
        return "never mind"

    with pytest.raises(RuntimeError, match="deadlock"):
        trace.loop.run(main())
    assert sorted(trace.seen) == [("main out", 1), ("other out", 3)]


def test_no_deadlock_while_somebody_sleeps() -> None:
    """Main waits for something that a sleeper will do, and run() calls that a deadlock."""
    loop = MiniLoop()
    event = Event()

    async def sleeper() -> None:
        await sleep(9)
        event.set()

    async def main() -> float:
        loop.spawn(sleeper())
        await event.wait()
        return loop.time

    assert loop.run(main()) == 9


def test_thousands_of_tasks() -> None:
    """Many tasks, or a long chain of waiting ones, take for ever or end in a RecursionError."""
    loop = MiniLoop()

    async def link(before: Any) -> int:
        return 1 + await before if before is not None else 0

    async def main() -> int:
        sleepers = [loop.spawn(sleep(number % 97)) for number in range(2_000)]
        chain = loop.spawn(link(None))
        for _ in range(3_000):
            chain = loop.spawn(link(chain))
        length = await chain
        for task in sleepers:
            await task
        return length

    assert loop.run(main()) == 3_000
    assert loop.time == 96


def test_long_chain_woken_from_its_end() -> None:
    """When the last of a long chain of waiting tasks ends, waking the others recurses."""
    loop = MiniLoop()

    async def link(number: int) -> int:
        if number == 0:
            await sleep(1)
            return 0
        return 1 + await loop.spawn(link(number - 1))

    assert loop.run(link(5_000)) == 5_000


def test_long_chain_is_cancelled() -> None:
    """The last of a long chain of waiting tasks was cancelled, and passing that on recursed."""
    loop = MiniLoop()

    async def link(before: Any) -> None:
        await before

    async def main() -> None:
        first = last = loop.spawn(Event().wait())
        for _ in range(3_000):
            last = loop.spawn(link(last))
        await sleep(1)
        assert last.cancel() is True
        with pytest.raises(Cancelled):
            await last
        assert first.done()

    loop.run(main())


# --------------------------------------------------------------------------------------------------- it is like asyncio

pauses = st.sampled_from(("sleep", "pause"))
ends = st.sampled_from(("await", "cancel", "fail"))
steps = st.one_of(
    pauses.map(lambda what: (what, 0)), st.tuples(ends, st.integers(0, 3)), st.just(("await", 0)), st.just(("spawn", 0))
)
scripts = st.lists(
    st.tuples(st.booleans(), st.lists(steps, min_size=1, max_size=4)), min_size=2, max_size=5
)


@given(scripts=scripts)
@virtual_time
def test_agrees_with_asyncio(scripts: list[tuple[bool, list[tuple[str, int]]]]) -> None:
    """The same program behaves in another way than in asyncio."""
    loop = MiniLoop()
    ours = play(
        scripts, loop.run, SimpleNamespace(spawn=loop.spawn, sleep=sleep, Cancelled=Cancelled, now=lambda: loop.time)
    )

    def time() -> float:
        return asyncio.get_running_loop().time() - began[0]

    began: list[float] = []

    async def begin(main: Coroutine[Any, Any, Any]) -> Any:
        began.append(asyncio.get_running_loop().time())
        return await main

    def spawn(coro: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.get_running_loop().create_task(coro)

    theirs = play(
        scripts,
        lambda main: asyncio.run(begin(main)),
        SimpleNamespace(spawn=spawn, sleep=asyncio.sleep, Cancelled=asyncio.CancelledError, now=time),
    )
    assert ours == theirs, f"tasks that do {scripts}: number, step, what happened and when; this loop, then asyncio"


def play(
    scripts: list[tuple[bool, list[tuple[str, int]]]], run: Callable[[Coroutine[Any, Any, Any]], Any], lib: Any
) -> dict[int, list[Any]]:
    """Run the scripts as tasks on this library: what happens to each of them.

    Script 0 begins, others begin when they are spawned. A task that is not stubborn ends with its first error. Every
    sleep is another power of two, so that no two end together; somebody who cancels has slept just before and sleeps
    afterwards, so that whoever is cancelled does not lie in the ready queue: its place there is left open.
    """
    traces: dict[int, list[Any]] = {}
    tasks: list[Any] = []
    bits = iter(range(1, 100))
    lengths = {
        (number, step): [2.0 ** next(bits), 2.0 ** next(bits)]
        for number, (_, program) in enumerate(scripts)
        for step, (what, _) in enumerate(program)
        if what in ("sleep", "cancel")
    }

    async def act(number: int) -> int:
        stubborn, program = scripts[number]
        children: list[Any] = []
        trace = traces.setdefault(number, [])
        for step, (what, which) in enumerate(program):
            try:
                if what == "sleep":
                    await lib.sleep(lengths[number, step][0])
                elif what == "pause":
                    await lib.sleep(0)
                elif what == "spawn" and len(tasks) < len(scripts):
                    children.append(lib.spawn(act(len(tasks))))
                    tasks.append(children[-1])
                elif what == "await" and children:
                    trace.append((step, "got", await children[which % len(children)], lib.now()))
                elif what == "cancel":
                    await lib.sleep(lengths[number, step][0])
                    if number != which % len(tasks):
                        trace.append((step, "cancelled", tasks[which % len(tasks)].cancel(), lib.now()))
                    await lib.sleep(lengths[number, step][1])
                elif what == "fail":
                    raise KeyError(step)
                trace.append((step, "done", lib.now()))
            except (KeyError, lib.Cancelled) as error:
                trace.append((step, "cut off" if isinstance(error, lib.Cancelled) else repr(error), lib.now()))
                if not stubborn:
                    raise
        return number

    async def main() -> None:
        tasks.append(lib.spawn(act(0)))
        for task in tasks:  # grows meanwhile
            with contextlib.suppress(KeyError, lib.Cancelled):
                await task

    run(main())
    return traces


def test_no_asyncio_inside() -> None:
    """The loop leans on another one."""
    tree = ast.parse(Path(str(kata.__file__)).read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        )
    }
    foreign = imported & {"asyncio", "_asyncio", "trio", "anyio", "curio", "gevent", "greenlet", "threading", "_thread"}
    assert not foreign, f"the kata imports {', '.join(sorted(foreign))}"
