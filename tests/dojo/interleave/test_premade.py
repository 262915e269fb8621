"""Primitives made before an exploration, wherever they are kept, are controlled in it and real after it."""

from __future__ import annotations

import functools
import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dojo.interleave import DeadlockError, StuckError, explore, interleave, outcomes, settle, together
from tests.dojo.interleave import premade

LOCKS: dict[str, Callable[[], Any]] = {
    "module": lambda: premade.LOCK,
    "module, reentrant": lambda: premade.RLOCK,
    "list": lambda: premade.MANY[1],
    "dict": lambda: premade.NAMED["lock"],
    "dict in a dict": lambda: premade.NAMED["inner"]["deep"],  # type: ignore[index]
    "tuple": lambda: premade.PAIR[0],
    "tuple of locks and more": lambda: premade.MIXED[1][1]["deep"],  # type: ignore[index]
    "tuple in a tuple": lambda: premade.NESTED[1][1][0],  # type: ignore[index]
    "deque": lambda: premade.LINE[0],
    "namespace": lambda: premade.SPACE.lock,
    "chained dicts": lambda: premade.CHAIN["lock"],
    "named tuple": lambda: premade.NAMED_TUPLE.lock,
    "list of named tuples": lambda: premade.NAMED_TUPLES[0].lock,
    "dataclass without methods": lambda: premade.RECORD.own,
    "class without methods": lambda: premade.Bare.shared,
    "class attribute": lambda: premade.Holder.shared,
    "class attribute, by the class": premade.Holder.of_class,
    "list of a class": lambda: premade.Holder.all_of_them[0],
    "attribute": lambda: premade.HOLDER.own,
    "property": lambda: premade.HOLDER.behind,
    "slot": lambda: premade.HOLDER.part.inner,
    "inherited": lambda: premade.SUBCLASS.own,
    "closure": premade.REVEAL,
    "default argument": premade.guarded,
    "condition": lambda: premade.CONDITION,
    "condition with a foreign lock": lambda: premade.FOREIGN,
    "semaphore": lambda: premade.SEMAPHORE,
}


@pytest.fixture(autouse=True)
def impatience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known to block outside is not waited for long."""
    if request.node.get_closest_marker("xfail"):
        monkeypatch.setattr("dojo.interleave.watchdog.LOOK", 0.05)


def protects(lock: Callable[[], Any]) -> set[int]:
    box = [0]

    def increment() -> None:
        with lock():
            box[0] += 1

    def program() -> int:
        box[0] = 0
        together(increment, increment)
        return box[0]

    found = outcomes(program)
    assert found.errors == []
    return found.values


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_made_before_protects(name: str) -> None:
    assert protects(LOCKS[name]) == {2}


@pytest.mark.parametrize("name", LOCKS)
def test_it_is_real_before_and_after(name: str) -> None:
    lock = LOCKS[name]()
    assert lock.acquire(blocking=False)
    lock.release()
    protects(LOCKS[name])
    assert LOCKS[name]() is lock
    assert lock.acquire(blocking=False)
    lock.release()


def test_a_local_lock_of_the_test_is_seen() -> None:
    lock = threading.Lock()
    assert protects(lambda: lock) == {2}


def test_a_lock_held_outside_is_never_free_inside() -> None:
    with premade.LOCK:
        found = outcomes(lambda: premade.LOCK.acquire())
    assert (found.values, [type(error) for error in found.errors]) == (set(), [StuckError])
    assert not premade.LOCK.locked()


def test_deadlocks_of_module_level_locks_are_named() -> None:
    def take(first: Any, second: Any) -> None:
        with first, second:
            pass

    def program() -> None:
        one, two = premade.MANY
        together(lambda: take(one, two), lambda: take(two, one))

    assert [type(error) for error in outcomes(program).errors] == [DeadlockError]
    assert [lock.locked() for lock in premade.MANY] == [False, False]


@interleave
def test_an_event_made_before() -> None:
    premade.EVENT.clear()
    thread = premade.THREAD_TYPE(target=premade.EVENT.wait)
    thread.start()
    settle()
    assert thread.is_alive()
    premade.EVENT.set()
    thread.join()


@interleave
def test_a_queue_made_before() -> None:
    assert together(lambda: premade.QUEUE.put(1), premade.QUEUE.get) == [None, 1]


def test_a_simple_queue_made_before() -> None:
    found = outcomes(lambda: tuple(together(premade.SIMPLE.get, lambda: premade.SIMPLE.put(1))))
    assert (found.values, found.errors) == ({(1, None)}, [])


def test_a_kind_of_queue_kept_in_a_tuple() -> None:
    def program() -> object:
        make_thread, make_queue, _ = premade.TOOLS["thread"]
        waiting = make_queue()
        thread = make_thread(target=lambda: waiting.put(1))
        thread.start()
        got = waiting.get()
        thread.join()
        return got

    found = outcomes(program)
    assert (found.values, found.errors) == ({1}, [])


def test_a_simple_queue_keeps_its_items() -> None:
    premade.SIMPLE.put("before")
    explore(lambda: together(lambda: premade.SIMPLE.put(premade.SIMPLE.get() + " and inside")))
    assert premade.SIMPLE.get_nowait() == "before and inside"
    assert premade.SIMPLE.empty()


def made_by(factory: Callable[[], Any]) -> set[int]:
    """The outcomes of two increments under a lock that the program makes."""

    def program() -> int:
        box, lock = [0], factory()

        def increment() -> None:
            with lock:
                box[0] += 1

        together(increment, increment)
        return box[0]

    return outcomes(program).values


@pytest.mark.parametrize(
    "factory",
    [
        lambda: premade.Record().own,
        lambda: premade.Made().own,
        lambda: premade.Made().other,
        lambda: premade.BY_NAME["new"],
        lambda: premade.Holder().make(),
        lambda: premade.MAKE(),
        lambda: premade.FACTORIES["plain"](),
        lambda: premade.TOOLS["thread"][2][1](),  # type: ignore[operator]
    ],
    ids=[
        "dataclass field",
        "default argument",
        "keyword-only default",
        "defaultdict",
        "class attribute",
        "partial",
        "value in a dict",
        "tuple",
    ],
)
def test_factories_bound_before(factory: Callable[[], Any]) -> None:
    premade.BY_NAME.clear()
    assert made_by(factory) == {2}
    premade.BY_NAME.clear()
    made = factory()
    assert isinstance(made, type(threading.Lock()) | type(threading.RLock())), "afterwards it is as it was"


@interleave
def test_from_imported_names() -> None:
    premade.NAP(3600)
    with premade.POOL_TYPE(1) as pool:
        assert pool.submit(lambda: 3).result() == 3


def test_what_an_exploration_made_works_after_it() -> None:
    made: list[Any] = []

    @interleave
    def program() -> None:
        made[:] = [
            threading.Lock(),
            threading.RLock(),
            threading.Condition(),
            threading.Event(),
            threading.Semaphore(1),
        ]
        with made[0], made[1], made[2]:
            made[3].set()

    program()
    lock, rlock, condition, event, semaphore = made
    for primitive in (lock, rlock, condition, semaphore):
        assert together(lambda primitive=primitive: primitive.acquire(timeout=5), event.wait) == [True, True]
        if primitive in (lock, semaphore):
            primitive.release()


def test_a_condition_made_before_wakes() -> None:
    def program() -> bool:
        ready: list[int] = []

        def wait() -> bool:
            with premade.FOREIGN:
                return bool(premade.FOREIGN.wait_for(lambda: bool(ready)))

        def notify() -> None:
            with premade.FOREIGN:
                ready.append(1)
                premade.FOREIGN.notify_all()

        return bool(together(wait, notify)[0])

    found = outcomes(program)
    assert (found.values, found.errors) == ({True}, [])


ELSEWHERE = """
import functools, threading
LOCK = threading.Lock()

def plain():
    return LOCK

@functools.lru_cache
def cached():
    return LOCK

class Keeper:
    def lock(self):
        return LOCK
"""
ROADS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "a function": lambda module: module.plain,
    "a function that another module has wrapped": lambda module: module.cached,
    "a bound method": lambda module: module.Keeper().lock,
    "a partial": lambda module: functools.partial(module.plain),
    "an heir": lambda module: type("Heir", (module.Keeper,), {})().lock,
    "a dict that is one": lambda module: type("Keeper", (dict, module.Keeper), {})().lock,
    "an import while it runs": lambda module: import_while_running,
    "an import by name": lambda module: import_by_name,
}


def import_while_running() -> Any:
    import elsewhere  # type: ignore[import-not-found]

    return elsewhere.LOCK


def import_by_name() -> Any:
    return importlib.import_module("elsewhere").LOCK


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A module that no other one holds; its name is elsewhere, or the parameter."""
    name = getattr(request, "param", "elsewhere")
    (tmp_path / f"{name}.py").write_text(ELSEWHERE)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module(name)
    del sys.modules[name]


@pytest.mark.parametrize("road", ROADS)
def test_a_module_is_found_by_any_road(road: str, elsewhere: Any) -> None:
    assert protects(ROADS[road](elsewhere)) == {2}


@pytest.mark.parametrize("elsewhere", ["far_away"], indirect=True)
def test_a_module_to_which_no_road_leads_stays_as_it_is(elsewhere: Any) -> None:
    """A test run may have imported hundreds of them."""
    name = elsewhere.__name__
    assert outcomes(lambda: type(sys.modules[name].LOCK).__module__).values == {"_thread"}


def test_the_clock_that_a_dataclass_asks_is_virtual() -> None:
    assert outcomes(lambda: premade.Record().begun - premade.monotonic()).values == {0.0}
