"""Queue, LifoQueue, PriorityQueue and SimpleQueue keep their real semantics while an exploration is under way."""

from __future__ import annotations

import queue
import sys
from functools import partial
from typing import Any

import pytest

from dojo.interleave import StuckError, interleave, outcomes, settle, together
from tests.dojo.interleave.telling import Twins, tell

KINDS = ["Queue", "LifoQueue", "PriorityQueue", "SimpleQueue"]


@pytest.mark.parametrize("kind", KINDS)
def test_items_come_out_in_their_order(twins: Twins, kind: str) -> None:
    def program() -> str:
        box = getattr(queue, kind)()
        for item in (2, 3, 1):
            box.put(item)
        return "".join(str(box.get()) for _ in range(3)) + str(box.empty()) + str(box.qsize())

    order = {"LifoQueue": "132", "PriorityQueue": "123"}.get(kind, "231")
    assert twins(program) == f"{order}True0"


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_queue_says_empty(twins: Twins, kind: str) -> None:
    def program() -> tuple[str, ...]:
        box = getattr(queue, kind)()
        return (
            tell(box.get, False),
            tell(box.get_nowait),
            tell(box.get, timeout=0.01),
            tell(box.get, timeout=0),
            tell(box.get, timeout=-1).partition(":")[0],
        )

    assert twins(program) == (*["Empty: "] * 4, "ValueError")


@pytest.mark.parametrize("kind", KINDS[:3])
def test_a_full_queue_says_full(twins: Twins, kind: str) -> None:
    def program() -> tuple[Any, ...]:
        box = getattr(queue, kind)(1)
        box.put(1)
        refused = (
            tell(box.put, 2, False),
            tell(box.put_nowait, 2),
            tell(box.put, 2, timeout=0.01),
            tell(box.put, 2, timeout=-1),
        )
        return *refused, box.full(), box.get(), box.full(), tell(box.put, 2), box.qsize()

    negative = "ValueError: 'timeout' must be a non-negative number"
    assert twins(program) == (*["Full: "] * 3, negative, True, 1, False, "None", 1)


def test_a_negative_timeout_matters_only_where_python_looks_at_it(twins: Twins) -> None:
    def program() -> tuple[str, ...]:
        box: queue.Queue[int] = queue.Queue()
        told = tell(box.put, 1, timeout=-1), tell(box.get, False, -1), tell(box.get, False, -1)
        if sys.version_info < (3, 13):
            return told
        box.shutdown()
        return *told, tell(box.get, timeout=-1), tell(box.put, 1, timeout=-1)

    assert twins(program)[:3] == ("None", "1", "Empty: ")


def test_a_simple_queue_is_never_full(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        box: Any = queue.SimpleQueue()
        box.put(1, False)
        box.put(2, timeout=1)
        box.put_nowait(3)
        return box.qsize(), box.get(), box.get(block=False), box.get_nowait()

    assert twins(program) == (3, 1, 2, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_get_waits_for_put(twins: Twins, kind: str) -> None:
    def program() -> str:
        box = getattr(queue, kind)()
        return repr(together(box.get, lambda: box.put("item")))

    assert twins(program) == "['item', None]"


@pytest.mark.parametrize("kind", KINDS[:3])
def test_put_waits_for_room(twins: Twins, kind: str) -> None:
    def program() -> str:
        box = getattr(queue, kind)(1)

        def fill() -> None:
            for item in range(3):
                box.put(item)

        return repr(together(fill, lambda: [box.get() for _ in range(3)]))

    assert twins(program) == "[None, [0, 1, 2]]"


@pytest.mark.parametrize("kind", KINDS[:3])
def test_join_waits_for_every_task_done(kind: str) -> None:
    @interleave
    def program() -> None:
        box, done = getattr(queue, kind)(), []

        def work() -> None:
            for _ in range(2):
                box.get()
                done.append(1)
                box.task_done()

        def wait() -> None:
            box.join()
            assert len(done) == 2

        for item in range(2):
            box.put(item)
        together(work, wait)

    program()


def test_task_done_is_called_once_for_each_item(twins: Twins) -> None:
    def program() -> tuple[str, ...]:
        box: Any = queue.Queue()
        box.put(1)
        box.get()
        return (
            tell(box.join) if not box.unfinished_tasks else "open",
            tell(box.task_done),
            tell(box.join),
            tell(box.task_done),
        )

    assert twins(program) == ("open", "None", "None", "ValueError: task_done() called too many times")


@pytest.mark.skipif(sys.version_info < (3, 13), reason="Queue.shutdown came with 3.13")
@pytest.mark.parametrize("immediate", [False, True])
def test_shutdown_refuses_puts_and_ends_gets(twins: Twins, immediate: bool) -> None:
    def program() -> tuple[str, ...]:
        box: Any = queue.Queue()
        box.put(1)
        box.shutdown(immediate)
        return tell(box.put, 2), tell(box.get), tell(box.get), tell(box.get, False), str(box.unfinished_tasks)

    first = "ShutDown: " if immediate else "1"
    assert twins(program)[:3] == ("ShutDown: ", first, "ShutDown: ")


@pytest.mark.skipif(sys.version_info < (3, 13), reason="Queue.shutdown came with 3.13")
def test_shutdown_wakes_everybody_who_waits() -> None:
    @interleave
    def program() -> None:
        empty, full = queue.Queue(), queue.Queue(1)
        full.put(0)

        def close() -> None:
            settle()
            empty.shutdown()
            full.shutdown(immediate=True)

        told = together(lambda: tell(empty.get), lambda: tell(full.put, 1), lambda: tell(full.join), close)
        assert told == ["ShutDown: ", "ShutDown: ", "None", None]

    program()


@pytest.mark.parametrize("kind", KINDS)
def test_two_takers_of_one_item_leave_one_waiting(kind: str) -> None:
    def program() -> None:
        box = getattr(queue, kind)()
        together(box.get, box.get, lambda: box.put(1))

    found = outcomes(program)
    assert (found.values, [type(error) for error in found.errors]) == (set(), [StuckError])


@pytest.mark.parametrize("kind", KINDS)
def test_empty_then_get_is_a_race(kind: str) -> None:
    def program() -> str:
        box = getattr(queue, kind)()
        box.put(1)

        def take() -> str:
            return "nothing" if box.empty() else tell(box.get_nowait)

        return " ".join(sorted(together(take, take)))

    assert outcomes(program).values == {"1 nothing", "1 Empty: "}


@pytest.mark.parametrize("kind", KINDS)
def test_the_token_in_a_queue_is_a_lock(kind: str) -> None:
    def program() -> int:
        box = getattr(queue, kind)()
        box.put(0)

        def visit() -> None:
            box.put(box.get() + 1)

        together(visit, visit, visit)
        return int(box.get())

    assert outcomes(program).values == {3}


def test_what_comes_out_of_a_stack_depends_on_when() -> None:
    def program() -> int:
        box: Any = queue.LifoQueue()
        box.put(1)
        return int(together(lambda: box.put(2), box.get)[1])

    assert outcomes(program).values == {1, 2}


def test_two_producers_come_in_any_order() -> None:
    def program() -> str:
        box: Any = queue.Queue()
        together(lambda: [box.put(item) for item in "ab"], lambda: [box.put(item) for item in "xy"])
        return "".join(box.get() for _ in range(4))

    found = outcomes(program)
    assert found.values == {"abxy", "axby", "axyb", "xaby", "xayb", "xyab"}
    assert (found.schedules, found.complete) == (6, True)


@interleave
def test_somebody_holds_the_lock_of_the_queue_for_a_look() -> None:
    """As in `with queue.all_tasks_done: while queue.unfinished_tasks: ...`; meanwhile items come and go."""
    items: queue.Queue[int] = queue.Queue(maxsize=1)

    def look() -> None:
        with items.all_tasks_done:
            assert items.unfinished_tasks >= 0

    works = (look, partial(items.put, 1), partial(items.put, 2), items.get, items.get)
    *_, first, second = together(*works)
    assert sorted([first, second]) == [1, 2]
