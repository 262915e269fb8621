"""Results come in order, workers overlap, and nobody reads further ahead than the window.

Under `@interleave` a test is run again for every way in which its threads can take turns. Time is virtual: sleeping
costs nothing. `settle()` returns when all others have gone as far as they can.
"""

import gc
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from typing import TypeVar
from weakref import WeakSet

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from katas.s07_pools.stream_map import stream_map

T = TypeVar("T")
WORKERS = st.integers(1, 4)
WINDOWS = st.integers(1, 6)
INPUT_ERRORS = st.sampled_from([OSError, ValueError, RuntimeError])
ODD = [None, 0, ValueError("a value, not raised"), ["no hash"]]


class Source:
    """The numbers from 0, as many as asked for; counts what has been pulled, and by whom. May fail at the end."""

    def __init__(self, count: int, error: BaseException | None = None) -> None:
        self.count = count
        self.error = error
        self.pulled = 0
        self.threads: set[threading.Thread] = set()

    def __iter__(self) -> Iterator[int]:
        for number in range(self.count):
            self.pulled += 1
            self.threads.add(threading.current_thread())
            yield number
        if self.error is not None:
            raise self.error


def double(number: int) -> int:
    return 2 * number


def ended(stream: Iterable[T], most: int = 40) -> Iterator[T]:
    """The results of a stream that is to end."""
    for n, result in enumerate(stream):
        assert n < most, f"there are more than {most} results: the input is read again and again"
        yield result


@settings(max_examples=15)
@given(items=st.lists(st.integers() | st.sampled_from(ODD), max_size=8), workers=WORKERS, window=WINDOWS)
@example(items=[1, *ODD, 2], workers=2, window=2)
@interleave(preemptions=0, schedules=1)
def test_same_as_map(items: list[object], workers: int, window: int) -> None:
    """A result is missing, or wrong, or in another place than its item. None, an error and a list can be items, too."""

    def fn(item: object) -> object:
        return 2 * item if isinstance(item, int) else item

    assert list(ended(stream_map(fn, items, workers, window))) == [fn(item) for item in items]
    assert list(ended(stream_map(fn, iter(items), max_workers=workers, window=window))) == [fn(item) for item in items]


@interleave(preemptions=0, schedules=3)
def test_stream_of_a_stream() -> None:
    """Two streams were in use at once, one as the input of the other, and got in each other's way."""
    inner = ended(stream_map(double, range(5), 2, 3))
    assert list(ended(stream_map(double, inner, 2, 2))) == [0, 4, 8, 12, 16]


@pytest.mark.parametrize(("workers", "window"), [(0, 1), (1, 0), (-1, 5), (5, -1)])
def test_bad_arguments_at_once(workers: int, window: int) -> None:
    """A wrong argument shows up only when somebody asks for the first result, or never."""
    with pytest.raises(ValueError):
        stream_map(double, [], workers, window)


def test_nothing_before_first_next() -> None:
    """The call itself already reads, or starts threads, before anybody wants a result."""
    before, source = set(threading.enumerate()), Source(3)
    stream = stream_map(double, source, 2, 2)
    assert isinstance(stream, Generator), f"stream_map returned {type(stream).__name__}, not a generator"
    assert (source.pulled, set(threading.enumerate()) - before) == (0, set())
    stream.close()
    assert (source.pulled, list(stream)) == (0, [])


@settings(max_examples=15)
@given(count=st.integers(0, 8), workers=WORKERS, window=WINDOWS)
@interleave(preemptions=0, schedules=1)
def test_lazy_and_bounded(count: int, workers: int, window: int) -> None:
    """More items were pulled than the window allows, perhaps while nobody asked; or not by the one who asks."""
    source = Source(count)
    for n, _ in enumerate(ended(stream_map(double, source, workers, window)), start=1):
        settle()  # a consumer that takes its time
        most = n - 1 + window
        assert source.pulled <= most, f"{source.pulled} items pulled after result {n}, window={window}: {most} may be"
    assert source.threads <= {threading.current_thread()}, f"items were pulled by {source.threads}"


class Row:
    """An item that can be found as long as somebody keeps it."""


def test_nothing_is_kept() -> None:
    """All the rows and results are still somewhere when they have long been handed out: memory grows with the input."""
    kept: WeakSet[Row] = WeakSet()

    def row() -> Row:
        kept.add(new := Row())
        return new

    for n, _ in enumerate(ended(stream_map(lambda _: row(), (row() for _ in range(30)), 2, 2)), start=1):
        if len(kept) >= 20:
            gc.collect()  # what is part of a circle only is not kept
        assert len(kept) < 20, f"after {n} results, window=2: {len(kept)} rows and results are still kept"


@settings(max_examples=15)
@given(count=st.integers(1, 6), workers=WORKERS, window=WINDOWS)
@interleave(preemptions=0, schedules=1)
def test_window_is_full_while_next_waits(count: int, workers: int, window: int) -> None:
    """Somebody waited for a result while the window was not full, or a worker had nothing to do."""
    source = Source(count)
    gates = [threading.Event() for _ in range(count)]
    begun: list[int] = []

    def fn(number: int) -> int:
        begun.append(number)
        gates[number].wait()
        return number

    def open_one_by_one() -> None:
        for n, gate in enumerate(gates):
            settle()
            told = f"next() waits for result {n + 1} of {count}, max_workers={workers}, window={window}"
            assert source.pulled == min(n + window, count), f"{told}; pulled: {source.pulled} items"
            assert len(begun) == min(n + min(workers, window), count), f"{told}; begun: the calls for {begun}"
            gate.set()

    results, _ = together(lambda: list(ended(stream_map(fn, source, workers, window))), open_one_by_one)
    assert results == list(range(count))


@pytest.mark.parametrize("workers", [2, 3])
@interleave(schedules=8)
def test_workers_overlap(workers: int) -> None:
    """The calls run one after the other: each of these waits until all workers have one."""
    everybody = threading.Barrier(workers)

    def fn(number: int) -> int:
        everybody.wait()
        return number

    assert list(ended(stream_map(fn, range(2 * workers), workers, window=workers))) == list(range(2 * workers))


@pytest.mark.parametrize("window", [2, 4])
@interleave(schedules=8)
def test_refills_after_each_result(window: int) -> None:
    """The window was used up before the next one began: its second item waits for the one that comes after it."""
    both = threading.Barrier(2)

    def fn(number: int) -> int:
        if number in (1, window):
            both.wait()
        return number

    assert list(ended(stream_map(fn, range(window + 2), 2, window))) == list(range(window + 2))


@interleave(schedules=5, naps=True)
def test_slow_first_item_does_not_reorder() -> None:
    """Whoever is done first came first, or nobody had the patience to wait for the first one."""

    def fn(number: int) -> int:
        time.sleep(3600 if number == 0 else 0)
        return number

    assert list(ended(stream_map(fn, range(5), 3, 3))) == [0, 1, 2, 3, 4]


@settings(max_examples=15)
@given(count=st.integers(1, 6), workers=WORKERS, window=WINDOWS, data=st.data())
@interleave(preemptions=0, schedules=1)
def test_error_in_place(count: int, workers: int, window: int, data: st.DataObject) -> None:
    """An error of fn came too early, or was lost, or was another one, or the generator went on after it."""
    bad = data.draw(st.integers(0, count - 1), label="failing item")
    wrong = data.draw(st.sampled_from([ValueError, TimeoutError, KeyError, OSError]), label="error")(bad)
    results: list[int] = []

    def fn(number: int) -> int:
        if number == bad:
            raise wrong
        time.sleep(max(0, bad - number))  # the calls before the bad one may take longer than it does
        return number

    stream = stream_map(fn, range(count), workers, window)
    with pytest.raises(type(wrong)) as raised:
        results.extend(ended(stream))
    assert raised.value is wrong
    assert results == list(range(bad)), f"fn({bad}) raises; the results before it: {results}"
    assert list(stream) == [], "after the error the generator is finished"


@settings(max_examples=15)
@given(count=st.integers(0, 6), workers=WORKERS, window=WINDOWS, kind=INPUT_ERRORS)
@interleave(preemptions=0, schedules=1)
def test_input_error(count: int, workers: int, window: int, kind: type[Exception]) -> None:
    """An error of the input was lost, or held back until the results before it were out, or came too early."""
    torn = kind("line is not readable")
    results: list[int] = []

    stream = stream_map(double, Source(count, torn), workers, window)
    with pytest.raises(kind) as raised:
        results.extend(ended(stream))
    assert raised.value is torn
    assert results == [2 * number for number in range(len(results))]
    least = max(0, count + 1 - window)
    assert least <= len(results) <= count, f"{len(results)} results before the error, {least} to {count} are right"
    assert list(stream) == [], "after the error the generator is finished"


@interleave(preemptions=0, schedules=3)
def test_input_error_is_raised_at_once() -> None:
    """next() pulled an error, and first waited for a result that was not there yet, and returned it."""
    torn = OSError("line is not readable")

    def fn(number: int) -> int:
        time.sleep(10)
        return number

    with pytest.raises(OSError) as raised:
        next(stream_map(fn, Source(2, torn), max_workers=2, window=4))
    assert raised.value is torn


@interleave(preemptions=0, schedules=3)
def test_fn_that_is_cancelled() -> None:
    """A call inside fn was cancelled: next() waits for ever or passes for the end of all."""
    wrong = CancelledError("no such row")

    def fn(number: int) -> int:
        if number == 1:
            raise wrong
        return number

    stream = stream_map(fn, range(3), 2, 2)
    assert next(stream) == 0
    with pytest.raises(CancelledError) as raised:
        next(stream)
    assert raised.value is wrong
    assert list(stream) == [], "after the error the generator is finished"


@interleave(preemptions=0, schedules=1)
def test_stop_iteration_of_fn() -> None:
    """A StopIteration that fn raised passes for the end of the input, and rows are lost in silence."""

    def fn(number: int) -> int:
        return next(iter(range(number)))

    with pytest.raises(RuntimeError) as raised:
        list(ended(stream_map(fn, [1, 0, 1], 2, 2)))
    assert isinstance(raised.value.__cause__, StopIteration)


@pytest.mark.parametrize("end", ["close", "throw", "error", "input error"])
@interleave(preemptions=0, schedules=3)
def test_end_cancels_the_rest(end: str) -> None:
    """After the end calls began that had not begun yet, or nobody waited for the one that was running."""
    begun: list[int] = []
    ended: list[int] = []

    def fn(number: int) -> int:
        begun.append(number)
        threading.Event().wait(100)  # passes when nobody else can go on; a sleep may end before the caller has ended it
        ended.append(number)
        if end == "error" and number == 1:
            raise KeyError(number)
        return number

    fails = end == "input error"
    stream = stream_map(fn, Source(4, KeyError() if fails else None), 1, 5 if fails else 4)
    if fails:
        with pytest.raises(KeyError):
            next(stream)
    else:
        assert next(stream) == 0
    if end == "close":
        stream.close()
    if end == "throw":
        with pytest.raises(KeyError):
            stream.throw(KeyError())
    if end == "error":
        with pytest.raises(KeyError):
            next(stream)
    assert ended == begun, f"of the calls for {begun} only {ended} had ended"
    settle()
    most = {"close": 2, "throw": 2, "error": 3, "input error": 1}[end]
    assert len(begun) <= most, f"{end}; one worker, and the calls for {begun} were begun"


@settings(max_examples=15)
@given(count=st.integers(0, 8), workers=WORKERS, window=WINDOWS)
@example(count=8, workers=1, window=8)
@interleave(preemptions=0, schedules=1)
def test_never_more_than_max_workers(count: int, workers: int, window: int) -> None:
    """More calls ran at a time than there may be workers, or a thread for each item waits for its turn."""
    before = set(threading.enumerate())
    inside: set[int] = set()
    most_calls = most_threads = 0

    def fn(number: int) -> int:
        nonlocal most_calls, most_threads
        inside.add(number)
        most_calls = max(most_calls, len(inside))
        most_threads = max(most_threads, len(set(threading.enumerate()) - before))
        time.sleep(1)
        inside.remove(number)
        return number

    list(ended(stream_map(fn, range(count), workers, window)))
    assert most_calls <= workers, f"{most_calls} calls ran at a time, max_workers={workers}"
    most = workers + 3  # the workers, and who looks after them: in multiprocessing.pool.ThreadPool, three threads
    assert most_threads <= most, f"there were {most_threads} threads, max_workers={workers}, window={window}"


@interleave(schedules=20)
def test_any_schedule() -> None:
    """The results depend on which thread had its turn when."""
    source = Source(4)
    stream = stream_map(double, source, 2, 2)
    assert [next(stream), next(stream)] == [0, 2]
    assert source.pulled <= 3
    assert list(ended(stream)) == [4, 6]


@pytest.mark.parametrize("how", ["used up", "no items", "failed", "input failed", "closed", "thrown into"])
@interleave(schedules=8)
def test_no_thread_left(how: str) -> None:
    """The stream has ended, and threads are still running."""

    def fn(number: int) -> int:
        time.sleep(1)
        if how == "failed" and number == 1:
            raise ValueError(number)
        return number

    before = set(threading.enumerate())
    source = Source(0 if how == "no items" else 4, ValueError() if how == "input failed" else None)
    stream = stream_map(fn, source, 2, 3)
    try:
        for _ in ended(stream):
            if how == "closed":
                stream.close()
            if how == "thrown into":
                stream.throw(SystemExit())
    except (ValueError, SystemExit):
        pass
    left = set(threading.enumerate()) - before
    assert not left, f"{how}, and these are still there: {left}"
