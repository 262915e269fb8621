"""The loop stays free, limits hold for abandoned work too, and nothing is left."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import multiprocessing
import os
import threading
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dojo.eventloop import tasks_left
from katas.s17_async_bridges.preview_service import PreviewService

pytestmark = [
    pytest.mark.timeout(30),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]
SECONDS = 8.0
"""After which something that should come at once is thought to hang."""
STUCK = 4.0
"""After which a fetch or a render that nobody lets go gives up: the event loop was not free."""
request: ContextVar[str] = ContextVar("request", default="nobody")


def tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """In one line: the error of a task that a failing test has left behind."""
    print(f"{context['message']}: {context.get('exception')!r}")


def soon(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run the coroutine in a real event loop."""

    @functools.wraps(test)
    def run(**arguments: Any) -> None:
        async def limited() -> None:
            asyncio.get_running_loop().set_exception_handler(tell)
            async with asyncio.timeout(20):
                await test(**arguments)

        asyncio.run(limited())

    return run


class Gate:
    """Fetches wait here until it is opened; it counts them."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._lock = threading.Lock()
        self.running = self.peak = self.begun = 0
        self.is_stuck = False

    def fetch(self, url: str) -> bytes:
        with self._lock:
            self.begun += 1
            self.running += 1
            self.peak = max(self.peak, self.running)
        came = self._open.wait(0 if self.is_stuck else STUCK)
        with self._lock:
            self.running -= 1
        if not came:
            self.is_stuck = True  # the others need not wait as long
            raise TimeoutError("nobody has opened the gate: the event loop was not free")
        return url.encode()

    def open(self) -> None:
        self._open.set()

    async def until_running(self, fetches: int) -> None:
        await until(lambda: self.running >= fetches or self.is_stuck)
        assert not self.is_stuck, "nobody could open the gate: while fetch waited, the event loop was not free"


async def until(condition: Callable[[], bool]) -> None:
    """Look again and again, while the loop goes on."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        await asyncio.sleep(0.005)


def encode(url: str) -> bytes:
    return url.encode()


# What worker processes run: found by name.


def shout(data: bytes) -> bytes:
    return data.upper()


def measure(data: bytes) -> bytes:
    return f"{len(data)} bytes".encode()


def where(data: bytes) -> bytes:
    return str(os.getpid()).encode()


def fail(data: bytes) -> bytes:
    raise ZeroDivisionError("no pixels")


@dataclass(frozen=True)
class WaitForFile:
    """Says that it has begun, waits for a file, and says that it has ended."""

    folder: Path

    def __call__(self, data: bytes) -> bytes:
        (self.folder / "begun").touch()
        deadline = time.monotonic() + STUCK
        while not (self.folder / "go").exists():
            if time.monotonic() > deadline:
                break
            time.sleep(0.005)
        (self.folder / "ended").touch()
        if not (self.folder / "go").exists():
            raise TimeoutError("nobody has made the file: the event loop was not free")
        return data


@soon
async def test_result() -> None:
    """A preview is not render(fetch(url)), perhaps of an empty page, or of one that has changed."""
    async with PreviewService(encode, shout, fetch_limit=1) as service:
        assert await service.preview("a") == b"A"
        assert await asyncio.gather(*map(service.preview, "bcd")) == [b"B", b"C", b"D"]
    pages = [b"new", b""]
    async with PreviewService(lambda url: pages.pop(), measure) as service:
        came = [await service.preview("a"), await service.preview("a")]
        assert came == [b"0 bytes", b"3 bytes"], f"a page was empty at first, and is not any more: {came}"


@soon
async def test_errors() -> None:
    """An error of fetch or of render does not arrive as it was raised."""

    def broken(url: str) -> bytes:
        raise KeyError(url)

    stages: list[str] = []

    def note(url: str, stage: str) -> None:
        stages.append(stage)

    async with PreviewService(broken, shout, fetch_limit=1, on_stage=note) as service:
        for url in "ab":  # the second one needs the place of the first
            task = asyncio.create_task(service.preview(url))
            await asyncio.wait([task], timeout=SECONDS)
            assert task.done(), f"fetch_limit=1; a fetch has failed, and preview({url!r}) waits for its place"
            with pytest.raises(KeyError, match=f"'{url}'"):
                await task
    assert stages == [], "fetch has raised, it has not returned"
    async with PreviewService(encode, fail, on_stage=note) as service:
        with pytest.raises(ZeroDivisionError, match="no pixels"):
            await service.preview("a")
    assert stages == ["fetched"], "fetch has returned, render has raised"


class Gone(Exception):
    """Has more to say than its text."""

    def __init__(self, url: str, code: int) -> None:
        super().__init__(url, code)
        self.code = code

    def __str__(self) -> str:
        return "gone"


def is_gone(data: bytes) -> bytes:
    raise Gone(data.decode(), 410)


@soon
async def test_errors_arrive_unchanged() -> None:
    """An error of fetch or render arrived as another one of its kind, without what it carries."""
    broken = Gone("a", 404)

    def fetch(url: str) -> bytes:
        raise broken

    async with PreviewService(fetch, shout) as service:
        with pytest.raises(Gone) as raised:
            await service.preview("a")
        assert raised.value is broken
    async with PreviewService(encode, is_gone) as service:
        with pytest.raises(Gone) as raised:
            await service.preview("a")
        assert (raised.value.args, raised.value.code) == (("a", 410), 410)


@soon
async def test_only_inside() -> None:
    """Before and after the block a preview is not refused with a RuntimeError."""
    service = PreviewService(encode, shout)
    with pytest.raises(RuntimeError):
        await service.preview("a")
    async with service:
        await service.preview("a")
    with pytest.raises(RuntimeError):
        await service.preview("a")


@soon
async def test_two_services() -> None:
    """Two services at once took each other's places, or the end of one was the end of the other."""
    gate = Gate()
    async with PreviewService(gate.fetch, shout, fetch_limit=1) as slow:
        task = asyncio.create_task(slow.preview("a"))
        await gate.until_running(1)
        async with PreviewService(encode, bytes, fetch_limit=1) as quick:
            assert await quick.preview("b") == b"b"
            assert gate.running == 1, "a preview of one service had to wait for a fetch of the other one"
        gate.open()
        assert [await task, await slow.preview("c")] == [b"A", b"C"]


@pytest.mark.parametrize("wrong", [{"fetch_limit": 0}, {"processes": 0}, {"fetch_limit": -1}], ids=str)
def test_bad_limits(wrong: dict[str, int]) -> None:
    """A limit below one is not refused with a ValueError."""
    with pytest.raises(ValueError):
        PreviewService(encode, shout, **wrong)  # type: ignore[arg-type]


@soon
async def test_loop_stays_free_during_fetch() -> None:
    """While fetch waits, the event loop stands still."""
    gate = Gate()
    async with PreviewService(gate.fetch, shout) as service:
        task = asyncio.create_task(service.preview("a"))
        await gate.until_running(1)
        gate.open()
        assert await task == b"A"


@soon
async def test_loop_stays_free_during_render(tmp_path: Path) -> None:
    """While render computes, the event loop stands still."""
    async with PreviewService(encode, WaitForFile(tmp_path)) as service:
        task = asyncio.create_task(service.preview("a"))
        await until((tmp_path / "begun").exists)
        (tmp_path / "go").touch()
        assert await task == b"a"


@soon
async def test_loop_thread_waits_for_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """The event loop stood still, if only for moments: its thread has waited for the result of a future."""
    loop_thread, waits = threading.get_ident(), []
    real = concurrent.futures.Future.result

    def result(future: concurrent.futures.Future[Any], timeout: float | None = None) -> Any:
        if threading.get_ident() == loop_thread and timeout != 0 and not future.done():
            waits.append(timeout)
        return real(future, timeout)

    monkeypatch.setattr(concurrent.futures.Future, "result", result)
    async with PreviewService(encode, shout) as service:
        assert await service.preview("a") == b"A"
    assert waits == [], f"result() of a future that was not done, with these timeouts: {waits}"


@soon
async def test_cancelled_during_fetch() -> None:
    """A cancelled preview, or one whose time is up, ends only when its fetch does."""
    gate, stages = Gate(), []
    async with PreviewService(gate.fetch, shout, on_stage=lambda url, stage: stages.append(stage)) as service:
        task = asyncio.create_task(service.preview("a"))
        await gate.until_running(1)
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=3)
        still_running, told = gate.running, list(stages)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await service.preview("b")
        gate.open()
        assert (done, task.cancelled(), still_running) == ({task}, True, 1)
        assert told == [], f"the caller has left, fetch is still running, and this has been told: {told}"


@soon
async def test_cancelled_during_render(tmp_path: Path) -> None:
    """A cancelled preview ends only when its render does."""
    async with PreviewService(encode, WaitForFile(tmp_path)) as service:
        task = asyncio.create_task(service.preview("a"))
        await until((tmp_path / "begun").exists)
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=3)
        is_over = (tmp_path / "ended").exists()
        (tmp_path / "go").touch()
        assert (done, task.cancelled(), is_over) == ({task}, True, False)


@soon
async def test_fetch_limit_counts_abandoned_fetches() -> None:
    """Fetches whose callers have left still run: with new ones beside them there are more than allowed."""
    gate = Gate()
    async with PreviewService(gate.fetch, shout, fetch_limit=2) as service:
        abandoned = [asyncio.create_task(service.preview(url)) for url in "ab"]
        await gate.until_running(2)
        for task in abandoned:
            task.cancel()
        await asyncio.wait(abandoned, timeout=3)
        others = [asyncio.create_task(service.preview(url)) for url in "cde"]
        await asyncio.sleep(0.1)
        begun = gate.begun
        gate.open()
        assert await asyncio.gather(*others) == [b"C", b"D", b"E"]
        assert (begun, gate.peak) == (2, 2)


@soon
async def test_cancelled_before_fetch() -> None:
    """A preview was cancelled while it waited for a place: that place was never free again, or there is one more."""
    gate = Gate()
    async with PreviewService(gate.fetch, shout, fetch_limit=1) as service:
        first, waiting = [asyncio.create_task(service.preview(url)) for url in "ab"]
        await gate.until_running(1)
        await asyncio.sleep(0.01)
        waiting.cancel()
        done, _ = await asyncio.wait([waiting], timeout=3)
        after = asyncio.create_task(service.preview("c"))
        await asyncio.sleep(0.1)
        still_running = gate.running
        gate.open()
        assert (done, waiting.cancelled(), still_running) == ({waiting}, True, 1)
        assert await first == b"A"
        await asyncio.wait([after], timeout=SECONDS)
        assert after.done(), "nobody fetches any more, and the next preview waits for a place"
        assert await after == b"C"


@soon
async def test_default_fetch_limit() -> None:
    """Without a limit given it is not four, or more fetches run than allowed."""
    gate = Gate()
    async with PreviewService(gate.fetch, shout) as service:
        tasks = [asyncio.create_task(service.preview(url)) for url in "abcde"]
        await gate.until_running(4)
        await asyncio.sleep(0.05)
        gate.open()
        assert await asyncio.gather(*tasks) == [b"A", b"B", b"C", b"D", b"E"]
    assert gate.peak == 4, f"five previews, no limit given: {gate.peak} fetches ran at once, not 4"


@soon
async def test_more_processes_than_fetches() -> None:
    """More fetches ran at once than allowed, where there are more processes than that."""
    gate = Gate()
    async with PreviewService(gate.fetch, shout, fetch_limit=1, processes=3) as service:
        tasks = [asyncio.create_task(service.preview(url)) for url in "abc"]
        await gate.until_running(1)
        await asyncio.sleep(0.05)
        gate.open()
        assert await asyncio.gather(*tasks) == [b"A", b"B", b"C"]
    assert gate.peak == 1, f"fetch_limit=1, processes=3: {gate.peak} fetches ran at once"


@soon
async def test_fetches_run_together() -> None:
    """Fewer fetches than allowed run at the same time."""
    meeting = threading.Barrier(3)

    def fetch(url: str) -> bytes:
        meeting.wait(STUCK)
        return url.encode()

    async with PreviewService(fetch, shout, fetch_limit=3) as service:
        assert await asyncio.gather(*map(service.preview, "abc")) == [b"A", b"B", b"C"]


@soon
async def test_context_variables() -> None:
    """fetch does not see the context variables of its caller."""

    def fetch(url: str) -> bytes:
        return f"{url} for {request.get()}".encode()

    async def ask(who: str) -> bytes:
        request.set(who)
        return await service.preview("page")

    async with PreviewService(fetch, bytes) as service:
        tasks = [asyncio.create_task(ask(who)) for who in ("ann", "bob")]
        assert await asyncio.gather(*tasks) == [b"page for ann", b"page for bob"]


@soon
async def test_render_in_other_processes() -> None:
    """render runs in this process, a new process is made for each call, or there are more of them than allowed."""
    async with PreviewService(encode, where, processes=1) as service:
        pids = set(await asyncio.gather(*map(service.preview, "abcdef")))
        children = len(multiprocessing.active_children())
        pids |= {await service.preview("g")}
    assert str(os.getpid()).encode() not in pids, "render ran in this process"
    assert (len(pids), children) == (1, 1), f"processes=1; {len(pids)} of {children} processes have rendered"


@soon
async def test_the_context_of_the_processes() -> None:
    """The worker processes are not made by the multiprocessing context that was given."""
    ctx = multiprocessing.get_context("spawn")
    made: list[str] = []
    real = ctx.Process.start

    def start(self: Any) -> None:
        made.append("spawn")
        real(self)

    ctx.Process.start = start  # type: ignore[method-assign]
    try:
        async with PreviewService(encode, shout, ctx=ctx) as service:
            assert await service.preview("a") == b"A"
    finally:
        del ctx.Process.start
    assert made == ["spawn"]


@soon
async def test_on_stage_in_loop_thread() -> None:
    """The stages are not told one after the other, in the event loop's thread, or before fetch is over."""
    stages: list[tuple[str, str, int]] = []

    def note(url: str, stage: str) -> None:
        stages.append((url, stage, threading.get_ident()))

    ours, gate = threading.get_ident(), Gate()
    async with PreviewService(gate.fetch, shout, on_stage=note) as service:
        task = asyncio.create_task(service.preview("a"))
        await gate.until_running(1)
        early = list(stages)
        gate.open()
        await task
    assert early == [], f"fetch was still running, and this had been told already: {early}"
    assert stages == [("a", "fetched", ours), ("a", "rendered", ours)]


@soon
async def test_fetched_is_told_before_render(tmp_path: Path) -> None:
    """The first stage is told only when all is over."""
    stages: list[str] = []
    render = WaitForFile(tmp_path)
    async with PreviewService(encode, render, on_stage=lambda url, stage: stages.append(stage)) as service:
        task = asyncio.create_task(service.preview("a"))
        await until((tmp_path / "begun").exists)
        assert stages == ["fetched"]
        (tmp_path / "go").touch()
        await task
    assert stages == ["fetched", "rendered"]


def nothing_is_left(before: set[threading.Thread]) -> None:
    """No task, no process, and no thread but those of asyncio itself."""
    assert not tasks_left(), tasks_left()
    left = [thread for thread in set(threading.enumerate()) - before if not thread.name.startswith("asyncio")]
    for thread in left:
        thread.join(3)  # the one that has told the loop that all is closed may be in its last line
    left = [thread for thread in left if thread.is_alive()]
    assert left == []
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("error", [KeyError, asyncio.CancelledError])
@soon
async def test_error_in_the_block(error: type[BaseException]) -> None:
    """The block failed, and its error was swallowed, or the service is still open, or left something behind."""
    before = set(threading.enumerate())
    service = PreviewService(encode, shout)
    with pytest.raises(error, match="the block"):
        async with service:
            await service.preview("a")
            raise error("the block")
    with pytest.raises(RuntimeError):
        await service.preview("b")
    nothing_is_left(before)


@soon
async def test_leaving_during_render(tmp_path: Path) -> None:
    """Leaving the service blocks the loop while a render goes on, or does not wait for it."""
    before = set(threading.enumerate())
    service = PreviewService(encode, WaitForFile(tmp_path))

    async def use() -> None:
        async with service:
            task = asyncio.create_task(service.preview("a"))
            await until((tmp_path / "begun").exists)
            task.cancel()
            await asyncio.wait([task], timeout=3)

    leaving = asyncio.create_task(use())
    await until((tmp_path / "begun").exists)
    await asyncio.sleep(0.1)
    was_waiting = not leaving.done()
    (tmp_path / "go").touch()
    await leaving
    assert was_waiting, "it was left while a render was running, or the loop stood still until that was over"
    assert (tmp_path / "ended").exists(), "it was left, and a render was still running"
    nothing_is_left(before)


@pytest.mark.parametrize("abandoned", [True, False])
@soon
async def test_leaving_does_not_block(abandoned: bool) -> None:
    """Leaving the service blocks the loop, does not wait for abandoned fetches, or leaves something behind."""
    gate, before = Gate(), set(threading.enumerate())
    service = PreviewService(gate.fetch, shout)
    tasks: list[asyncio.Task[bytes]] = []

    async def use() -> None:
        async with service:
            task = asyncio.create_task(service.preview("a"))
            await gate.until_running(1)
            tasks.append(task)
            if abandoned:
                task.cancel()
                await asyncio.wait([task], timeout=3)

    leaving = asyncio.create_task(use())
    await gate.until_running(1)
    await asyncio.sleep(0.1)
    was_waiting = not leaving.done()
    late = asyncio.create_task(service.preview("b"))
    await asyncio.wait([late], timeout=0.1)
    gate.open()
    await leaving
    await asyncio.wait(tasks, timeout=3)
    assert was_waiting, "it was left although a fetch was still running"
    assert gate.running == 0
    assert late.done(), "a preview that came while the service was being left was not refused at once"
    assert isinstance(late.exception(), RuntimeError), f"it was being left, and took one more preview: {late}"
    nothing_is_left(before)


@soon
async def test_leaving_after_a_failed_fetch() -> None:
    """An abandoned fetch failed: leaving the service failed too, or did not wait for the other fetches any more."""
    failing, other, before = Gate(), Gate(), set(threading.enumerate())
    abandoned = asyncio.Event()

    def fetch(url: str) -> bytes:
        if url == "a":
            failing.fetch(url)
            raise KeyError(url)
        return other.fetch(url)

    async def use() -> None:
        async with PreviewService(fetch, shout) as service:
            tasks = [asyncio.create_task(service.preview(url)) for url in "ab"]
            await failing.until_running(1)
            await other.until_running(1)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=3)
            abandoned.set()

    leaving = asyncio.create_task(use())
    await until(lambda: abandoned.is_set() or leaving.done())
    failing.open()
    await until(lambda: failing.running == 0)
    await asyncio.sleep(0.05)
    was_waiting = not leaving.done()
    other.open()
    await leaving
    assert was_waiting, "one fetch failed, and it was left although another one was still running"
    nothing_is_left(before)
