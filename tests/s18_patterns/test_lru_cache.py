"""A cache whose operations look atomic to any number of threads, and whose callback locks nobody up.

Under `@interleave` a test is run again for every way in which its threads can take turns. A deadlock is
reported at once.

Linearizable means: whatever the threads did at the same time, there is an order, one call after the other, that
explains every answer. In it a call that had returned comes before a call that had not begun then. The tests
write down when each call began, when it ended and what it answered, and look for such an order.
"""

from __future__ import annotations

import gc
import itertools
import operator
import weakref
from collections.abc import Callable
from functools import cache, partial
from threading import Thread, current_thread
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, together
from katas.s18_patterns.lru_cache import LRUCache, Stats

MISSING = "nothing there"
Call = tuple[Any, ...]
Entries = tuple[tuple[str, Any], ...]


class Model(NamedTuple):
    """What the cache should be, for one thread: its entries, least recently used first, and what it has counted."""

    capacity: int
    entries: Entries = ()
    stats: Stats = Stats(0, 0, 0)

    def after(self, call: str, *args: Any) -> tuple[Model, Any]:
        """The model after that call, and the answer. The answer of put is the list of evicted entries."""
        known = dict(self.entries)
        hits, misses, evictions = self.stats
        if call == "items":
            return self, list(self.entries)
        if call == "stats":
            return self, self.stats
        if call == "len":
            return self, len(known)
        key = args[0]
        found = key in known
        value = known.pop(key, MISSING)
        if call == "pop":
            return self._replace(entries=tuple(known.items())), value
        if call == "get":
            if not found:
                return self._replace(stats=Stats(hits, misses + 1, evictions)), MISSING
            known[key] = value
            return self._replace(entries=tuple(known.items()), stats=Stats(hits + 1, misses, evictions)), value
        known[key] = args[1]
        entries = tuple(known.items())
        victims = entries[: len(entries) - self.capacity] if len(entries) > self.capacity else ()
        stats = Stats(hits, misses, evictions + len(victims))
        return Model(self.capacity, entries[len(victims) :], stats), list(victims)


def question(tiles: LRUCache[str, Any], call: str, *args: Any) -> Callable[[], Any]:
    """That call to the cache, ready to be made."""
    if call == "len":
        return partial(len, tiles)
    return partial(getattr(tiles, call), *args, *([MISSING] if call in ("get", "pop") else []))


class Done(NamedTuple):
    """A call in the history. `began` and `ended` are places in one common order of events."""

    call: Call
    answer: Any
    began: int
    ended: int

    def __str__(self) -> str:
        name, *args = self.call
        return f"{name}({', '.join(map(repr, args))}) -> {self.answer!r}"


def check_history(capacity: int, before: list[Call], *threads: list[Call]) -> None:
    """Make the calls of `before`, then each thread makes its own at the same time; is there an order for them?"""
    model = Model(capacity)
    tick = itertools.count().__next__
    evicted: list[tuple[Thread, int, tuple[str, Any]]] = []
    tiles: LRUCache[str, Any] = LRUCache(capacity, lambda *entry: evicted.append((current_thread(), tick(), entry)))
    for call in before:
        question(tiles, *call)()
        model, _ = model.after(*call)

    def make(calls: list[Call]) -> Callable[[], list[Any]]:
        """Tells the thread, then for each call when it began, the answer, when it ended."""
        steps = [step for call in calls for step in (tick, question(tiles, *call), tick)]
        return partial(list, map(operator.call, [current_thread, *steps]))

    finally_asked: list[Call] = [("items",), ("stats",), ("len",)]
    answers = together(*map(make, threads))
    answers.append(make(finally_asked)())
    history: list[list[Done]] = []
    for calls, (thread, *told) in zip([*threads, finally_asked], answers, strict=True):
        history.append([])
        for call, began, answer, ended in zip(calls, told[::3], told[1::3], told[2::3], strict=True):
            if call[0] == "put":
                answer = [entry for evictor, when, entry in evicted if evictor is thread and began < when < ended]
            history[-1].append(Done(call, answer, began, ended))
    rows = "\n".join(f"  thread {number + 1}: {'; '.join(map(str, done))}" for number, done in enumerate(history[:-1]))
    afterwards = "; ".join(map(str, history[-1]))
    found = has_an_order(model, history)
    assert found, f"no order of these calls explains all answers (capacity {capacity}):\n{rows}\n  then: {afterwards}"


def has_an_order(model: Model, history: list[list[Done]]) -> bool:
    """Is there an order of all calls in which the model gives the same answers?"""

    @cache
    def explained(model: Model, places: tuple[int, ...]) -> bool:
        waiting = [history[thread][place] for thread, place in enumerate(places) if place < len(history[thread])]
        if not waiting:
            return True
        first_end = min(done.ended for done in waiting)
        for thread, place in enumerate(places):
            if place == len(history[thread]) or history[thread][place].began > first_end:
                continue  # it began after another one had ended, so that one comes first
            after, answer = model.after(*history[thread][place].call)
            moved = (*places[:thread], place + 1, *places[thread + 1 :])
            if answer == history[thread][place].answer and explained(after, moved):
                return True
        return False

    return explained(model, (0,) * len(history))


@interleave(schedules=5)
def test_oldest_goes_first() -> None:
    """The plain life of a cache does not work: the entry that was used least recently is the one that goes."""
    evicted = []
    tiles: LRUCache[str, int] = LRUCache(2, lambda key, value: evicted.append((key, value)))
    tiles.put("a", 1)
    tiles.put("b", 2)
    assert tiles.get("a") == 1
    tiles.put("c", 3)
    assert evicted == [("b", 2)], "a was used after b"
    assert tiles.get("b") is None
    assert tiles.get("b", "gone") == "gone"
    assert tiles.pop("a") == 1
    assert tiles.pop("a") is None
    assert tiles.items() == [("c", 3)]
    assert len(tiles) == 1
    assert tiles.stats() == Stats(hits=1, misses=2, evictions=1)


@pytest.mark.parametrize("capacity", [0, -1])
@interleave(schedules=5)
def test_bad_capacity(capacity: int) -> None:
    """A cache that can hold nothing was not refused with ValueError."""
    with pytest.raises(ValueError):
        LRUCache(capacity)


KEYS = st.sampled_from("abcd")
CALLS = st.one_of(
    st.tuples(st.just("put"), KEYS, st.sampled_from([None, 0, "x", "y"])),
    st.tuples(st.sampled_from(["get", "get", "pop"]), KEYS),
    st.sampled_from([("items",), ("stats",), ("len",)]),
)


@given(capacity=st.integers(1, 3), calls=st.lists(CALLS, max_size=40))
@settings(max_examples=50)
def test_model(capacity: int, calls: list[Call]) -> None:
    """One thread alone got another answer, eviction, order or count than the contract says."""
    evicted: list[tuple[str, Any]] = []
    tiles: LRUCache[str, Any] = LRUCache(capacity, lambda *entry: evicted.append(entry))
    model = Model(capacity)
    for number, call in enumerate(calls):
        evicted.clear()
        model, expected = model.after(*call)
        answer = question(tiles, *call)()
        if call[0] == "put":
            answer = list(evicted)
        told = f"capacity {capacity}; after {calls[:number]} came {call}"
        assert answer == expected, f"{told}; it gave {answer!r}, not {expected!r} (put gives what was evicted)"
        assert tiles.items() == list(model.entries), f"{told}; now the entries are wrong"
        assert tiles.stats() == model.stats, f"{told}; now the counts are wrong"
        assert len(tiles) == len(model.entries), told


@pytest.mark.parametrize("nothing", [None, 0, ""])
def test_on_evict_is_told_of_nothings(nothing: Any) -> None:
    """An entry whose key and value are None, 0 or "" was evicted, and on_evict was not called."""
    told: list[tuple[Any, Any]] = []
    cache: LRUCache[Any, Any] = LRUCache(1, lambda key, value: told.append((key, value)))
    cache.put(nothing, nothing)
    cache.put("new", 1)
    assert told == [(nothing, nothing)], f"({nothing!r}, {nothing!r}) was evicted; on_evict was told of {told}"


@interleave(schedules=5)
def test_works_without_a_callback() -> None:
    """A cache without on_evict does not evict, or does not count what it evicts."""
    tiles: LRUCache[str, int] = LRUCache(1)
    tiles.put("a", 1)
    tiles.put("b", 2)
    assert tiles.items() == [("b", 2)]
    assert tiles.stats() == Stats(0, 0, 1)


class Picture:
    """Like many an array: it cannot be compared, hashed, or asked whether it is true."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise ValueError("a picture was compared with something")

    def __bool__(self) -> bool:
        raise ValueError("a picture was asked whether it is true")


def test_any_key_and_any_value() -> None:
    """A key or default that counts as false was taken for none, or the cache wants to know something of a value."""
    evicted: list[tuple[Any, Any]] = []
    tiles: LRUCache[Any, Any] = LRUCache(1, lambda *entry: evicted.append(entry))
    pictures = [Picture() for _ in range(5)]
    for key, picture in zip([None, 0, "", (), "end"], pictures, strict=True):
        tiles.put(key, Picture())
        tiles.put(key, picture)
        assert tiles.get(key) is picture
    assert [key for key, _ in evicted] == [None, 0, "", ()]
    assert [value is picture for (_, value), picture in zip(evicted, pictures, strict=False)] == [True] * 4
    assert tiles.pop("end") is pictures[4]
    for default in (0, "", False):
        assert (tiles.get("end", default), tiles.pop("end", default)) == (default, default)


def test_value_is_the_default() -> None:
    """The value of a key is just what was given as default, and the key was taken for one that is not there."""
    for value in (None, 0, MISSING):
        tiles: LRUCache[str, Any] = LRUCache(2)
        tiles.put("a", value)
        tiles.put("b", "x")
        assert tiles.get("a", value) is value
        assert tiles.stats() == Stats(1, 0, 0), f"a has the value {value!r}, so get('a', {value!r}) is a hit"
        assert tiles.items() == [("b", "x"), ("a", value)], "a was used last"
        assert tiles.pop("a", value) is value
        assert tiles.items() == [("b", "x")], f"a has the value {value!r}, and pop('a', {value!r}) left it there"


@interleave(schedules=5)
def test_snapshot_is_the_callers_own() -> None:
    """Somebody changed the list that items() gave them, and the cache has changed."""
    tiles: LRUCache[str, int] = LRUCache(2)
    tiles.put("a", 1)
    tiles.items().clear()
    assert tiles.items() == [("a", 1)]


@interleave(schedules=5)
def test_bad_key_locks_nobody_up() -> None:
    """A key that cannot be a key was not refused with TypeError, or it changed something, or the lock was kept."""
    tiles: LRUCache[Any, int] = LRUCache(1)
    tiles.put("a", 1)
    for call in (partial(tiles.get, []), partial(tiles.put, [], 1), partial(tiles.pop, [])):
        with pytest.raises(TypeError):
            call()
        now = together(tiles.items, tiles.stats)
        assert now == [[("a", 1)], Stats(0, 0, 0)], f"{call.func.__name__}() refused its key, and yet it left {now}"


def test_what_has_left_is_let_go() -> None:
    """A tile that was evicted, popped or replaced is still kept in memory by the cache."""

    class Tile:
        pass

    seen: list[weakref.ref[Tile]] = []
    tiles: LRUCache[str, Tile] = LRUCache(2, lambda key, tile: None)

    def put(key: str) -> None:
        tile = Tile()
        seen.append(weakref.ref(tile))
        tiles.put(key, tile)

    for key in "aabcd":
        put(key)
    tiles.pop("c")
    gc.collect()
    alive = [tile() is not None for tile in seen]
    assert alive == [False, False, False, False, True], f"put a, a, b, c, d, pop c; alive: {alive}"


FULL = [("put", "a", 0), ("put", "b", 1)]
RACES = {
    "get, put": (1, [("put", "a", 0)], [("get", "a")], [("put", "b", 1)]),
    "get, pop": (2, FULL, [("get", "a")], [("pop", "a")]),
    "get, get": (2, FULL, [("get", "a")], [("get", "b")]),
    "get, replace": (2, FULL, [("get", "a"), ("items",)], [("put", "a", 2)]),
    "get a, put c": (2, FULL, [("get", "a"), ("get", "a")], [("put", "c", 2), ("get", "b")]),
    "pop, put": (1, [("put", "a", 0)], [("pop", "a"), ("get", "b")], [("put", "b", 1)]),
    "pop, pop": (2, FULL, [("pop", "a")], [("pop", "a")]),
    "put, put": (1, [("put", "a", 0)], [("put", "b", 1)], [("put", "c", 2)]),
    "replace, put": (1, [("put", "a", 0)], [("put", "a", 2)], [("put", "b", 1)]),
    "miss, put": (1, [], [("get", "a")], [("put", "a", 1), ("stats",)]),
    "put the same": (1, [], [("put", "a", 1), ("get", "a")], [("put", "a", 2)]),
    "items": (2, FULL, [("get", "a"), ("put", "c", 2)], [("items",)]),
    "three": (1, [("put", "a", 0)], [("get", "a")], [("put", "b", 1)], [("pop", "a")]),
    "misses": (1, [], [("get", "a")], [("get", "a")]),
    "moved and counted": (2, FULL, [("get", "a")], [("items",), ("stats",)]),
    "counted, then replaced": (1, [("put", "a", 0)], [("get", "a")], [("stats",), ("put", "a", 2)]),
}


@interleave(schedules=10)
def test_on_evict_runs_in_the_thread_of_put() -> None:
    """on_evict was called in another thread than that of the put that evicted."""
    callers: list[tuple[str, Thread]] = []
    tiles: LRUCache[str, Thread] = LRUCache(1, lambda key, value: callers.append((key, current_thread())))
    evictors: list[Thread] = []

    def customer(key: str) -> None:
        tiles.put(key, current_thread())
        if current_thread() in [thread for _, thread in callers]:
            evictors.append(current_thread())

    together(partial(customer, "a"), partial(customer, "b"))
    assert len(callers) == 1, f"two put into a cache of capacity 1; on_evict was called {len(callers)} times"
    assert [thread for _, thread in callers] == evictors, "on_evict ran in a thread that has not called put"


@pytest.mark.parametrize("race", RACES)
@interleave(schedules=12)
def test_each_call_is_atomic(race: str) -> None:
    """Two calls at the same time gave answers, an order or counts that no order of the two explains."""
    check_history(*RACES[race])


RACING = st.one_of(
    st.tuples(st.just("put"), st.sampled_from("abc"), st.none()),
    st.tuples(st.sampled_from(["get", "pop"]), st.sampled_from("abc")),
    st.sampled_from([("items",), ("stats",), ("len",)]),
)
VALUES = {0: "xyz", 1: "uvw", 2: "rst"}


@st.composite
def scripts(draw: st.DrawFn) -> list[list[Call]]:
    """For two or three threads the calls of each; all values that are put are different."""
    script = draw(st.lists(st.lists(RACING, min_size=1, max_size=2), min_size=2, max_size=3))
    return [
        [("put", call[1], VALUES[thread][place]) if call[0] == "put" else call for place, call in enumerate(calls)]
        for thread, calls in enumerate(script)
    ]


@given(capacity=st.integers(1, 2), script=scripts())
@settings(max_examples=15)
@interleave(preemptions=1, schedules=6)
def test_linearizable(capacity: int, script: list[list[Call]]) -> None:
    """Several threads got answers that no order of their calls explains."""
    check_history(capacity, FULL, *script)


@pytest.mark.parametrize("look", ["len", "items"])
@interleave(schedules=20)
def test_never_too_full(look: str) -> None:
    """For a moment there were more entries than the capacity allows, or one less than before."""
    tiles: LRUCache[str, int] = LRUCache(1)
    tiles.put("a", 0)

    def observer() -> int:
        return len(tiles) if look == "len" else len(tiles.items())

    *_, seen = together(partial(tiles.put, "b", 1), partial(tiles.put, "c", 2), observer)
    assert seen == 1, f"a full cache of capacity 1, two threads put; an observer counted {seen} entries"


@interleave(schedules=30)
def test_stats_are_one_snapshot() -> None:
    """stats() told a mixture: some counts from before a call, others from after it."""
    check_history(1, [("put", "a", 0)], [("stats",)], [("get", "a"), ("get", "b"), ("put", "c", 1)])


@interleave(schedules=30)
def test_evicted_is_counted() -> None:
    """items() did not name the evicted entry any more, and stats() did not count it yet."""
    check_history(1, [("put", "a", 0)], [("put", "b", 1)], [("items",), ("stats",)])


@interleave(schedules=5)
def test_on_evict_may_use_the_cache() -> None:
    """The callback used the cache, and waited for itself, or found a cache that was not yet as it should be."""
    evicted = []

    def to_disk(key: str, value: int) -> None:
        evicted.append((key, value))
        assert tiles.get(key, MISSING) is MISSING, f"{key} is being reported as evicted, and is still there"
        assert len(tiles) == 2
        assert tiles.stats().evictions == len(evicted), "an eviction that is being reported has been counted"
        if len(evicted) == 1:
            assert tiles.items() == [("b", 2), ("c", 3)]
            tiles.put("d", 4)  # evicts again: the callback is called inside the callback
            assert evicted[-1] == ("b", 2), "put returned inside the callback, and what it evicted is not reported yet"
            assert tiles.pop("d") == 4
            tiles.put("e", 5)

    tiles: LRUCache[str, int] = LRUCache(2, to_disk)
    for number, key in enumerate("abc", start=1):
        tiles.put(key, number)
    assert evicted == [("a", 1), ("b", 2)]
    assert tiles.items() == [("c", 3), ("e", 5)]
    assert tiles.stats() == Stats(hits=0, misses=2, evictions=2)


CALLS_OF_OTHERS = [("get", "a"), ("get", "b"), ("put", "a", 9), ("put", "b", 9), ("pop", "b"), ("items",), ("stats",)]


@pytest.mark.parametrize("call", [*CALLS_OF_OTHERS, ("len",)], ids=str)
@interleave(preemptions=1, schedules=4)
def test_on_evict_may_wait_for_another_thread(call: Call) -> None:
    """A thread that used the cache during the callback had to wait for its end, or found the eviction half done."""
    answers: list[Any] = []

    def to_disk(key: str, value: int) -> None:
        if value != 9 and not answers:  # what the other thread evicts starts no further one
            answers.append("waiting")
            answers.extend(together(question(tiles, *call)))

    tiles: LRUCache[str, int] = LRUCache(1, to_disk)
    tiles.put("a", 1)
    tiles.put("b", 2)
    _, expected = Model(1, (("b", 2),), Stats(0, 0, 1)).after(*call)
    expected = None if call[0] == "put" else expected
    assert answers == ["waiting", expected], f"during on_evict, {call} gave {answers[1:]}, not {expected!r}"


@pytest.mark.parametrize("kind", [OSError, KeyError, StopIteration])
@interleave(schedules=5)
def test_on_evict_error(kind: type[Exception]) -> None:
    """The callback failed: the caller of put did not hear of it, the cache is half changed, or it was called again."""
    error = kind("disk full")
    reported: list[str] = []

    def to_disk(key: str, value: int) -> None:
        reported.append(key)
        raise error

    tiles: LRUCache[str, int] = LRUCache(1, to_disk)
    tiles.put("a", 1)
    for evictions, key in enumerate("bc", start=1):
        with pytest.raises(kind) as caught:
            tiles.put(key, 2)
        assert caught.value is error
        assert together(tiles.items) == [[(key, 2)]], "the new entry is in, the old one is out"
        assert tiles.stats() == Stats(0, 0, evictions)
    assert reported == ["a", "b"], "once for each eviction, also if the callback fails"


@given(keys=st.lists(st.lists(KEYS, min_size=1, max_size=3), min_size=2, max_size=3), capacity=st.integers(1, 2))
@settings(max_examples=10)
@interleave(preemptions=1, schedules=6)
def test_each_eviction_reported_once(keys: list[list[str]], capacity: int) -> None:
    """An evicted tile was reported twice or never, or one was reported that was not evicted."""
    reported: list[tuple[int, int]] = []
    tiles: LRUCache[str, tuple[int, int]] = LRUCache(capacity, lambda key, value: reported.append(value))

    def customer(number: int) -> tuple[int, int]:
        for place, key in enumerate(keys[number]):
            tiles.put(f"{key} of {number}", (number, place))
        return tiles.pop(f"{keys[number][0]} of {number}", MISSING)

    popped = together(*(partial(customer, number) for number in range(len(keys))))
    gone = [*reported, *(value for _, value in tiles.items()), *(value for value in popped if value != MISSING)]
    assert len(gone) == len(set(gone)), f"a tile left twice, or left and is still there: {sorted(gone)}"
    for number, own in enumerate(keys):
        for place, key in enumerate(own):
            if key not in own[place + 1 :]:  # else it may have been replaced
                assert (number, place) in gone, (
                    f"thread {number} put {own}: {key} is neither reported nor popped nor inside"
                )
    assert tiles.stats().evictions == len(reported)
