"""Everything on both backends. Who comes first is settled by events and barriers, or left open: Trio starts
tasks in random order. The clocks are virtual, except where threads are at work.
"""

import ast
import inspect
import sys
import threading
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import partial
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from dojo.eventloop import virtual_time
from katas.s22_trends.request_path import current_path, map_tasks, map_threads, span

pytestmark = pytest.mark.timeout(20)
on_both = pytest.mark.parametrize("backend", ["asyncio", "trio"])
Program = Callable[[], Awaitable[Any]]


@virtual_time
def _on_asyncio(program: Program) -> None:
    anyio.run(program, backend="asyncio")


def run(backend: str, program: Program) -> None:
    """Run the program in virtual time. It fails if it waits for ever."""

    async def main() -> None:
        with anyio.move_on_after(1_000_000) as patience:
            await program()
        if patience.cancelled_caught:
            pytest.fail("tasks waited for ever: not as many were under way at once as the limit allows")

    if backend == "asyncio":
        _on_asyncio(main)
    else:
        anyio.run(main, backend="trio", backend_options={"clock": MockClock(autojump_threshold=0)})


def run_with_threads(backend: str, program: Program) -> None:
    """Run the program in real time: worker threads know no other."""
    anyio.run(program, backend=backend)


def leaves(error: BaseException) -> list[BaseException]:
    """The exceptions of a group, of its groups, and so on."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in leaves(inner)]
    return [error]


async def double(number: int) -> int:
    await anyio.lowlevel.checkpoint()
    return 2 * number


@on_both
def test_runs_on(backend: str) -> None:
    """It does not run on this backend."""

    async def program() -> None:
        assert await map_tasks(double, [3, 1, 2], limit=2) == [6, 2, 4]
        assert await map_threads(abs, (-3, 1, -2), limit=2) == [3, 1, 2]
        assert await map_tasks(double, [], limit=1) == []
        assert await map_threads(abs, [], limit=1) == []

    run_with_threads(backend, program)


def test_anyio_only() -> None:
    """The port still imports one of the two backends: with it, half of the service stands on one leg."""
    tree = ast.parse(inspect.getsource(sys.modules[map_tasks.__module__]))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    packages = {name.partition(".")[0] for name in imported}
    assert not packages & {"asyncio", "trio"}, f"imported: {sorted(imported)}"
    assert "anyio" in packages


def test_spans_in_plain_code() -> None:
    """Spans do not nest, or the path is not made of their names."""
    assert current_path() == ""
    with span("order 17"):
        assert current_path() == "order 17"
        with span("price"), span("tax"):
            assert current_path() == "order 17/price/tax"
        with span("price"):
            assert current_path() == "order 17/price"
        with span("in/out"):
            assert current_path() == "order 17/in/out"
        assert current_path() == "order 17", "the span in/out is closed"
    assert current_path() == ""


@pytest.mark.parametrize("error", [ValueError("no price"), KeyboardInterrupt()], ids=repr)
def test_span_closed_on_error(error: BaseException) -> None:
    """A span stayed open after an error, or kept the error to itself."""
    paths: list[str] = []
    with pytest.raises(type(error)) as caught, span("order"):
        try:
            with span("price"):
                raise error
        finally:
            paths.append(current_path())
    assert caught.value is error
    assert [*paths, current_path()] == ["order", ""]


@on_both
def test_span_closed_on_cancellation(backend: str) -> None:
    """A span stayed open after its block was cancelled, or kept the cancellation to itself."""
    log: list[str] = []

    async def program() -> None:
        with anyio.move_on_after(5):
            with span("price"):
                await anyio.sleep(10)
            log.append("went on after the span")
        assert log == []
        assert current_path() == ""

    run(backend, program)


Spans = list[tuple[str, "Spans"]]
spans: st.SearchStrategy[Spans] = st.recursive(
    st.just([]), lambda inner: st.lists(st.tuples(st.sampled_from("abc"), inner), max_size=2), max_leaves=4
)


@on_both
@settings(max_examples=30)
@given(trees=st.lists(spans, min_size=2, max_size=3))
def test_siblings_do_not_mix(backend: str, trees: list[Spans]) -> None:
    """A task saw a span that another one had opened, or lost its own when another one was closed."""

    async def walk(tree: Spans, above: list[str]) -> None:
        for name, inner in tree:
            with span(name):
                path = [*above, name]
                await anyio.lowlevel.checkpoint()
                assert current_path() == "/".join(path)
                await walk(inner, path)
                assert current_path() == "/".join(path)
            await anyio.lowlevel.checkpoint()
            assert current_path() == "/".join(above)

    async def request(number: int) -> None:
        await walk(trees[number], ["order", f"item{number}"])

    async def program() -> None:
        with span("order"):
            await map_tasks(request, range(len(trees)), limit=len(trees))
            assert current_path() == "order"
        assert current_path() == ""

    run(backend, program)


@on_both
def test_closed_in_the_order_of_opening(backend: str) -> None:
    """Two requests overlap, the first one ends first: its span was taken for the other's."""

    async def program() -> None:
        opened, closed = anyio.Event(), anyio.Event()
        seen: list[str] = []

        async def first() -> None:
            with span("first"):
                await opened.wait()
                seen.append(current_path())
            seen.append(current_path())
            closed.set()

        async def second() -> None:
            with span("second"):
                opened.set()
                await closed.wait()
                seen.append(current_path())
            seen.append(current_path())

        async with anyio.create_task_group() as group:
            group.start_soon(first)
            await anyio.wait_all_tasks_blocked()
            group.start_soon(second)
        assert seen == ["first", "", "second", ""]

    run(backend, program)


@on_both
def test_parent_unaffected(backend: str) -> None:
    """The parent saw a span that its child had opened."""

    async def program() -> None:
        opened, looked = anyio.Event(), anyio.Event()

        async def child(_: int) -> None:
            assert current_path() == "order/item0"
            with span("price"):
                opened.set()
                await looked.wait()
                assert current_path() == "order/item0/price"

        async with anyio.create_task_group() as group:
            with span("order"):
                group.start_soon(partial(map_tasks, child, [0], limit=1))
                await opened.wait()
                assert current_path() == "order", "the child is in its span price"
                looked.set()
            assert current_path() == ""

    run(backend, program)


@on_both
def test_task_keeps_the_path_it_was_started_with(backend: str) -> None:
    """A task that outlives the span it was started in lost that span, or got one opened later."""

    async def program() -> None:
        go = anyio.Event()
        seen: list[str] = []

        async def child() -> None:
            await go.wait()
            seen.append(current_path())

        async with anyio.create_task_group() as group:
            with span("order"):
                group.start_soon(child)
            with span("later"):
                await anyio.wait_all_tasks_blocked()
                go.set()
                await anyio.wait_all_tasks_blocked()
        assert seen == ["order"]

    run(backend, program)


@on_both
def test_nested_maps(backend: str) -> None:
    """A map inside a map does not show the path from the outermost request to the innermost item."""

    async def inner(_: str) -> str:
        await anyio.lowlevel.checkpoint()
        return current_path()

    async def outer(items: str) -> list[str]:
        return await map_tasks(inner, items, limit=2)

    async def program() -> None:
        paths = await map_tasks(outer, ["a", "bb"], limit=2)
        assert paths == [["item0/item0"], ["item1/item0", "item1/item1"]]

    run(backend, program)


@on_both
def test_fn_is_called_inside_the_span(backend: str) -> None:
    """fn was called first, and the item's span opened afterwards, for what fn returned."""
    called_in: list[str] = []

    def work(number: int) -> Awaitable[int]:  # need not be an async def
        called_in.append(current_path())
        return double(number)

    async def program() -> None:
        with span("order"):
            assert await map_tasks(work, [3, 1], limit=1) == [6, 2]

    run(backend, program)
    assert sorted(called_in) == ["order/item0", "order/item1"]


@on_both
def test_changes_do_not_reach_the_caller(backend: str) -> None:
    """What fn has noted in a context variable is there for the caller, or in a thread for the next item."""
    noted = ContextVar("noted", default="")
    found: list[str] = []

    def note(item: str) -> None:
        found.append(noted.get())
        noted.set(item)

    async def note_in_task(item: str) -> None:
        note(item)
        await anyio.lowlevel.checkpoint()

    async def program() -> None:
        await map_tasks(note_in_task, ["only one"], limit=1)
        await map_threads(note, ["d", "e"], limit=1)
        found.append(noted.get())

    run_with_threads(backend, program)
    assert found == [""] * 4


@on_both
def test_thread_sees_path(backend: str) -> None:
    """In the worker thread the path is lost, or is another one than that of the request and the item."""

    def work(_: str) -> tuple[str, int]:
        return current_path(), threading.get_ident()

    async def program() -> None:
        with span("request"):
            seen = await map_threads(work, "aba", limit=2)
        assert [path for path, _ in seen] == ["request/item0", "request/item1", "request/item2"]
        assert threading.get_ident() not in {ident for _, ident in seen}, "fn ran in the event loop's thread"
        assert await map_threads(lambda _: current_path(), "a", limit=1) == ["item0"]

    run_with_threads(backend, program)


@on_both
def test_thread_spans_stay_inside(backend: str) -> None:
    """A worker thread's span was seen by its neighbour, by the caller, or by the next in that thread."""
    meet = threading.Barrier(2)

    def work(name: str) -> list[str]:
        seen = [current_path()]
        with span(name):
            meet.wait(5)
            seen.append(current_path())
            meet.wait(5)
        return [*seen, current_path()]

    async def program() -> None:
        with span("request"):
            paths = await map_threads(work, "abcd", limit=2)
            assert current_path() == "request"
        for number, name in enumerate("abcd"):
            item = f"request/item{number}"
            assert paths[number] == [item, f"{item}/{name}", item]
        assert current_path() == ""

    run_with_threads(backend, program)


@on_both
@pytest.mark.parametrize(("count", "limit"), [(6, 3), (4, 1), (2, 5), (3, 3)])
def test_limit(backend: str, count: int, limit: int) -> None:
    """More tasks than the limit were under way at once, or fewer although there was work."""
    inside: list[int] = []
    peaks: list[int] = []
    together = min(count, limit)

    async def program() -> None:
        full = anyio.Event()

        async def work(number: int) -> None:
            inside.append(number)
            peaks.append(len(inside))
            if len(inside) == together:
                full.set()
            await full.wait()
            await anyio.lowlevel.checkpoint()
            inside.remove(number)

        await map_tasks(work, range(count), limit=limit)
        assert len(peaks) == count
        assert max(peaks) == together

    run(backend, program)


@on_both
@pytest.mark.parametrize(("count", "limit"), [(6, 3), (3, 1), (2, 5), (45, 45)])
def test_limit_of_threads(backend: str, count: int, limit: int) -> None:
    """More threads than the limit were at work at once, or fewer although there was work."""
    together = min(count, limit)
    meet = threading.Barrier(together)
    lock = threading.Lock()
    inside = peak = 0

    def work(_: int) -> None:
        nonlocal inside, peak
        with lock:
            inside += 1
            peak = max(peak, inside)
        meet.wait(5)
        with lock:
            inside -= 1

    async def program() -> None:
        try:
            await map_threads(work, range(count), limit=limit)
        except* threading.BrokenBarrierError:
            pytest.fail(f"{count} items, limit {limit}: {together} threads have waited for each other in vain")
        assert peak <= limit

    run_with_threads(backend, program)


@on_both
def test_two_maps_of_threads(backend: str) -> None:
    """Two requests work in threads at the same time, each with its own limit, and one took places from the other."""
    meet = threading.Barrier(4)

    def work(_: int) -> None:
        meet.wait(5)

    async def program() -> None:
        try:
            async with anyio.create_task_group() as group:
                for _ in range(2):
                    group.start_soon(partial(map_threads, work, range(2), limit=2))
        except* threading.BrokenBarrierError:
            pytest.fail("two maps with limit 2, and fewer than four threads at once")

    run_with_threads(backend, program)


@on_both
def test_free_place_is_taken(backend: str) -> None:
    """An item that takes long held up all the others, although only one place was its own."""
    begun: list[int] = []

    async def program() -> None:
        all_begun = anyio.Event()

        async def work(number: int) -> None:
            begun.append(number)
            if len(begun) == 6:
                all_begun.set()
            if number == begun[0]:
                await all_begun.wait()

        await map_tasks(work, range(6), limit=2)

    run(backend, program)


@on_both
def test_free_place_is_taken_by_a_thread(backend: str) -> None:
    """A thread that takes long held up all the others, although only one place was its own."""
    begun: list[int] = []
    all_begun = threading.Event()

    def work(number: int) -> bool:
        begun.append(number)
        if len(begun) == 6:
            all_begun.set()
        return number != begun[0] or all_begun.wait(5)

    async def program() -> None:
        assert all(await map_threads(work, range(6), limit=2)), "the others waited for the one that took long"

    run_with_threads(backend, program)


@on_both
def test_first_error_cancels(backend: str) -> None:
    """One item failed: the others went on or were not waited for, or the error did not come in a group."""
    log: list[str] = []
    error = ValueError("no such article")

    async def program() -> None:
        begun = anyio.Event()

        async def work(name: str) -> None:
            if name == "bad":
                await begun.wait()
                raise error
            try:
                begun.set()
                await anyio.sleep_forever()
            finally:
                with anyio.CancelScope(shield=True):
                    await anyio.sleep(3)
                log.append(f"{name} has cleaned up in {current_path()}")

        caught: list[BaseException] = []
        with span("order"):
            try:
                await map_tasks(work, ["good", "bad"], limit=2)
            except* ValueError as group:
                caught += leaves(group)
                log.append("came out")
            assert current_path() == "order"
        assert caught == [error]
        assert log == ["good has cleaned up in order/item0", "came out"]
        await anyio.sleep(1000)
        assert len(log) == 2

    run(backend, program)


@on_both
def test_cancelled_from_outside(backend: str) -> None:
    """The request was called off: its items went on, or were not waited for, or it was done as if nothing had been."""
    log: list[str] = []

    async def work(name: str) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(3)
            log.append(name)

    async def program() -> None:
        with anyio.move_on_after(5):
            await map_tasks(work, "aaa", limit=2)
            log.append("went on after map_tasks")
        assert log == ["a", "a"], "two of the three items had begun"

    run(backend, program)


@on_both
def test_error_before_the_rest_has_begun(backend: str) -> None:
    """One item failed, and all that had not begun were done all the same."""
    begun: list[int] = []

    async def program() -> None:
        async def work(number: int) -> None:
            begun.append(number)
            if len(begun) == 1:
                raise LookupError(number)
            await anyio.sleep(1)

        with pytest.raises(ExceptionGroup) as caught:
            await map_tasks(work, range(30), limit=1)
        assert [type(leaf) for leaf in leaves(caught.value)] == [LookupError]
        assert len(begun) < 30
        await anyio.sleep(1000)
        assert len(begun) < 30

    run(backend, program)


@on_both
def test_threads_are_waited_for(backend: str) -> None:
    """After an error a thread was left running behind the caller's back, or many more items were started."""
    lock = threading.Lock()
    second_is_in, failing, returned = (threading.Event() for _ in range(3))
    begun: list[int] = []
    ended: list[int] = []
    overtaken: list[int] = []

    def work(number: int) -> None:
        with lock:
            begun.append(number)
            place = len(begun)
        if place == 1:
            second_is_in.wait(5)
            failing.set()
            raise ValueError(number)
        if place == 2:
            second_is_in.set()
            failing.wait(5)
            if returned.wait(0.1):  # a moment in which the error could overtake this thread
                overtaken.append(number)
        ended.append(number)

    async def program() -> None:
        with pytest.raises(ExceptionGroup) as caught:
            await map_threads(work, range(10), limit=2)
        returned.set()
        assert [type(leaf) for leaf in leaves(caught.value)] == [ValueError]
        assert [leaf.args for leaf in leaves(caught.value)] == [(begun[0],)]
        assert overtaken == [], "map_threads returned while a thread of it was running"
        assert sorted(ended) == sorted(begun[1:])
        assert len(begun) <= 4, f"2 at once, one of them failed, and then {len(begun) - 2} more were started"

    run_with_threads(backend, program)


@on_both
def test_threads_are_called_off(backend: str) -> None:
    """The request was called off: its threads were not waited for, many more were started, or nobody heard of it."""
    first_is_in, called_off = threading.Event(), threading.Event()
    begun: list[int] = []
    ended: list[int] = []
    went_on: list[str] = []

    def work(number: int) -> None:
        begun.append(number)
        first_is_in.set()
        called_off.wait(5)
        ended.append(number)

    async def program() -> None:
        async def request() -> None:
            with scope:
                await map_threads(work, range(10), limit=2)
                went_on.append("after map_threads")
            assert sorted(ended) == sorted(begun), "map_threads returned while a thread of it was running"

        scope = anyio.CancelScope()
        async with anyio.create_task_group() as group:
            group.start_soon(request)
            await anyio.to_thread.run_sync(first_is_in.wait, 5)
            scope.cancel()
            called_off.set()
        assert went_on == [], "the cancellation was not passed on"
        assert len(begun) <= 4, f"2 at once, called off, and then {len(begun) - 2} more were started"

    run_with_threads(backend, program)


@on_both
def test_results_in_order(backend: str) -> None:
    """The results came in the order in which the items were done."""

    async def program() -> None:
        done = [anyio.Event() for _ in range(5)]
        done[4].set()

        async def work(number: int) -> str:
            if number < 4:
                await done[number + 1].wait()
            await anyio.lowlevel.checkpoint()
            done[number].set()
            return f"result {number}"

        assert await map_tasks(work, range(5), limit=5) == [f"result {number}" for number in range(5)]

    run(backend, program)


@on_both
def test_results_of_threads_in_order(backend: str) -> None:
    """The results came in the order in which the threads were done."""
    done = [threading.Event() for _ in range(4)]
    done[3].set()

    def work(number: int) -> str:
        if number < 3:
            done[number + 1].wait(5)
        done[number].set()
        return f"result {number}"

    async def program() -> None:
        assert await map_threads(work, range(4), limit=4) == [f"result {number}" for number in range(4)]

    run_with_threads(backend, program)


@on_both
def test_result_may_be_nothing(backend: str) -> None:
    """A function that returns None, or something empty, has no place in the results."""

    async def nothing(number: int) -> list[int] | None:
        return [None, []][number]

    async def program() -> None:
        assert await map_tasks(nothing, [0, 1, 0], limit=2) == [None, [], None]
        assert await map_threads([None, []].__getitem__, [0, 1, 0], limit=2) == [None, [], None]

    run_with_threads(backend, program)


@on_both
@pytest.mark.parametrize("limit", [0, -1])
@pytest.mark.parametrize("items", [[], [1, 2]], ids=["no items", "two items"])
def test_bad_limit(backend: str, limit: int, items: list[int]) -> None:
    """A limit of nobody at all was accepted."""
    called: list[int] = []

    async def work(number: int) -> None:
        called.append(number)

    async def program() -> None:
        with pytest.raises(ValueError):
            await map_tasks(work, items, limit=limit)
        with pytest.raises(ValueError):
            await map_threads(called.append, items, limit=limit)
        assert called == []

    run(backend, program)
