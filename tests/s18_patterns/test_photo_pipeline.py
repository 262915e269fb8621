"""Photos come out in the order of upload, all stages work at once, and nobody is left at work afterwards.

Under `@interleave` a test is run again for every way in which its threads can take turns, and time is virtual:
sleeping costs nothing. `settle()` returns when all other threads have gone as far as they can.
"""

import gc
import itertools
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle
from katas.s18_patterns.photo_pipeline import Stage, run_pipeline


def tag(name: str) -> Callable[[Any], Any]:
    """A work that marks what has passed through it."""
    return lambda value: (name, value)


def endless() -> Iterator[int]:
    """Uploads without an end, so to say: whoever reads on and on is told so."""
    yield from range(60)
    raise AssertionError("60 photos were taken from an endless source, and hardly any result was asked for")


def crew(before: set[threading.Thread]) -> list[str]:
    """The threads that have been started since, and are still there."""
    return sorted(thread.name for thread in set(threading.enumerate()) - before)


WORKERS = st.lists(st.integers(1, 2), max_size=3)
PHOTOS = st.lists(st.sampled_from(["a", "b", 0, None, (), OSError("a photo of an error"), StopIteration]), max_size=5)


@interleave(schedules=5)
def test_three_photos() -> None:
    """The plain life of a pipeline does not work."""
    stages = [Stage(str.strip), Stage(str.upper, workers=2), Stage(tag("ready"))]
    results = run_pipeline([" a", "b ", " c "], stages, in_flight=2)
    assert next(results) == ("ready", "A")
    assert list(results) == [("ready", "B"), ("ready", "C")]
    with pytest.raises(StopIteration):
        next(results)


@given(photos=PHOTOS, workers=WORKERS, in_flight=st.integers(1, 4))
@settings(max_examples=10)
@interleave(preemptions=1, schedules=3)
def test_same_as_sequential(photos: list[Any], workers: list[int], in_flight: int) -> None:
    """A result was lost, doubled, changed, or came out in another order than its photo went in."""
    calls: list[tuple[int, int]] = []

    def step(number: int) -> Callable[[Any], Any]:
        def work(photo: tuple[int, Any]) -> tuple[int, Any]:
            calls.append((photo[0], number))
            return (photo[0], (number, photo[1]))

        return work

    stages = [Stage(step(number), count) for number, count in enumerate(workers)]
    results = list(run_pipeline(iter(enumerate(photos)), stages, in_flight=in_flight))
    expected = list(enumerate(photos))
    for number in range(len(workers)):
        expected = [(index, (number, value)) for index, value in expected]
    assert results == expected, f"{len(photos)} photos, {workers} workers, in_flight={in_flight}; came: {results}"
    every = list(itertools.product(range(len(photos)), range(len(workers))))
    assert sorted(calls) == every, f"each work is called once for each photo; called (photo, stage): {calls}"


@example(photos=[None, 0, "", (), OSError("a photo of an error"), StopIteration], workers=[1, 2], in_flight=2)
@given(photos=PHOTOS, workers=WORKERS, in_flight=st.integers(1, 4))
@settings(max_examples=10)
@interleave(preemptions=0, schedules=1)
def test_every_value_is_a_value(photos: list[Any], workers: list[int], in_flight: int) -> None:
    """A None was taken for the end or for "nothing there" and left out, or an exception object was raised."""
    got: list[Any] = []

    def work(photo: Any) -> Any:
        got.append(photo)
        return photo

    results = list(run_pipeline(photos, [Stage(work, count) for count in workers], in_flight=in_flight))
    assert results == photos, f"the works return what they get; {photos} went in, {results} came out"
    assert len(got) == len(photos) * len(workers), f"{len(workers)} stages, {photos} went in; the works got {got}"


@interleave(preemptions=0, schedules=2)
def test_photos_are_not_compared() -> None:
    """A photo, or what a work returned, was compared or asked for its truth: with NumPy's arrays this is an error."""

    class Pixels:
        __hash__ = None  # type: ignore[assignment]

        def refuse(self, *_: object) -> bool:
            raise AssertionError("this photo was compared with something, or asked whether it is true")

        __eq__ = __ne__ = __lt__ = __gt__ = __bool__ = __len__ = refuse  # type: ignore[assignment]

    photos = [Pixels() for _ in range(3)]
    for stages in ([], [Stage(lambda photo: photo, 2), Stage(lambda photo: photo)]):
        results = list(run_pipeline(photos, stages, in_flight=2))
        assert list(map(id, results)) == list(map(id, photos)), f"with {len(stages)} stages other photos came out"


@given(seconds=st.lists(st.tuples(*[st.integers(0, 3)] * 2), max_size=5), workers=st.tuples(*[st.integers(1, 2)] * 2))
@settings(max_examples=10)
@interleave(preemptions=0, schedules=1)
def test_order_does_not_depend_on_speed(seconds: list[tuple[int, int]], workers: tuple[int, int]) -> None:
    """Small photos overtook big ones, or the last ones were lost because they were slow."""

    def step(number: int) -> Callable[[int], int]:
        def work(photo: int) -> int:
            time.sleep(seconds[photo][number])
            return photo

        return work

    stages = [Stage(step(number), workers[number]) for number in (0, 1)]
    results = list(run_pipeline(range(len(seconds)), stages, in_flight=3))
    assert results == list(range(len(seconds))), f"{workers} workers, seconds in the two stages: {seconds}"


@interleave(schedules=6)
def test_stages_overlap() -> None:
    """The stages do not work at the same time: four photos in two stages never met."""
    meeting = threading.Barrier(4)

    def first(photo: int) -> int:
        if photo in (2, 3):
            meeting.wait()
        return photo

    def second(photo: int) -> int:
        if photo in (0, 1):
            meeting.wait()
        return photo

    stages = [Stage(first, 2), Stage(second, 2)]
    assert list(run_pipeline(range(4), stages, in_flight=4)) == [0, 1, 2, 3]


@interleave(preemptions=0, schedules=5)
def test_one_photo_in_each_stage() -> None:
    """Three stages of one worker each, three photos: they were never all at work at once."""
    meeting = threading.Barrier(3)

    def step(number: int) -> Callable[[int], int]:
        def work(photo: int) -> int:
            if photo == 2 - number:
                meeting.wait()
            return photo

        return work

    assert list(run_pipeline(range(4), [Stage(step(number)) for number in range(3)], in_flight=3)) == [0, 1, 2, 3]


@interleave(preemptions=0, schedules=2)
def test_all_workers_of_a_stage_work_at_once() -> None:
    """A stage has six workers, six photos are under way, and they were never all at work at once."""
    meeting = threading.Barrier(6)

    def work(photo: int) -> int:
        meeting.wait()
        return photo

    assert list(run_pipeline(range(6), [Stage(abs), Stage(work, 6)], in_flight=6)) == [0, 1, 2, 3, 4, 5]


@interleave(preemptions=0, schedules=2)
def test_worker_goes_on_behind_a_slow_photo() -> None:
    """A photo was slow, and the stage's other worker waited for it with a finished one instead of taking the next."""
    meeting = threading.Barrier(2)

    def work(photo: int) -> int:
        if photo in (0, 2):
            meeting.wait()  # photo 0 is ready only when photo 2 is in work, too
        return photo

    assert list(run_pipeline(range(3), [Stage(work, 2)], in_flight=3)) == [0, 1, 2]


@interleave(preemptions=0, schedules=2)
def test_the_same_stage_twice() -> None:
    """A pipeline has two equal stages: one was passed over, or they shared their worker."""
    meeting = threading.Barrier(2)
    threads: list[set[threading.Thread]] = [set(), set()]

    def work(photo: int) -> int:
        threads[photo // 2].add(threading.current_thread())
        if photo in (1, 2):
            meeting.wait()  # photo 0 is a 2 after the first stage; photo 1 is in the first stage then
        time.sleep(1)
        return photo + 2

    stage = Stage(work)
    assert list(run_pipeline([0, 1], [stage, stage], in_flight=2)) == [4, 5]
    assert list(map(len, threads)) == [1, 1], f"two stages of one worker ran in so many threads: {[*map(len, threads)]}"
    assert threads[0] != threads[1], "two stages share a thread"


@interleave(preemptions=0, schedules=5)
def test_freed_place_is_taken_again() -> None:
    """A photo had left the pipeline, and its place stayed empty until others had left too."""
    meeting = threading.Barrier(2)

    def work(photo: int) -> int:
        if photo in (1, 2):
            meeting.wait()  # two are in flight: 0 and 1, then 1 and 2
        return photo

    assert list(run_pipeline(range(4), [Stage(work, 2)], in_flight=2)) == [0, 1, 2, 3]


@example(workers=[1], caller_waits=False, in_flight=1)
@given(
    workers=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    caller_waits=st.booleans(),
    in_flight=st.sampled_from([4, 1]),
)
@settings(max_examples=8)
@interleave(preemptions=0, schedules=1)
def test_each_stage_has_its_own_threads(workers: list[int], caller_waits: bool, in_flight: int) -> None:
    """A work ran in the caller's thread, in a thread of another stage, or in more threads than the stage has."""
    threads: list[set[threading.Thread]] = [set() for _ in workers]

    def step(number: int) -> Callable[[int], int]:
        def work(photo: int) -> int:
            threads[number].add(threading.current_thread())
            time.sleep(1)
            return photo

        return work

    stages = [Stage(step(number), count) for number, count in enumerate(workers)]
    for _ in run_pipeline(range(5), stages, in_flight=in_flight):
        if caller_waits:
            settle()
    for number, count in enumerate(workers):
        seen = threads[number]
        assert len(seen) <= count, f"stage {number} has {count} workers, its work ran in {len(seen)} threads"
        assert threading.current_thread() not in seen, f"the work of stage {number} ran in the caller's thread"
    assert len(set().union(*threads)) == sum(map(len, threads)), "two stages share a thread"


@pytest.mark.parametrize(("workers", "in_flight"), [((), 1), ((), 3), ((1,), 1), ((2, 1), 2), ((1, 2), 4)], ids=str)
@interleave(preemptions=1, schedules=3)
def test_backpressure(workers: tuple[int, ...], in_flight: int) -> None:
    """More photos were read in than may be in flight: with a slow stage or a slow caller the memory fills up."""
    asked = 0
    too_many = []

    def uploads() -> Iterator[int]:
        for photo in range(9):
            if photo + 1 > in_flight + asked - 1:
                too_many.append(f"next() was called {asked} times, and photo number {photo + 1} was taken")
            yield photo

    results = run_pipeline(uploads(), [Stage(tag("x"), count) for count in workers], in_flight=in_flight)
    for _ in range(4):
        asked += 1
        next(results)
        settle()  # a reader that is too eager takes the next ones now
    results.close()  # type: ignore[attr-defined]
    assert not too_many, f"in_flight={in_flight}: {too_many[0]}"


@interleave(preemptions=0, schedules=2)
def test_endless_source() -> None:
    """An endless source is read for ever before the first result comes."""
    results = run_pipeline(endless(), [Stage(tag("a")), Stage(tag("b"), 2)], in_flight=3)
    came = list(itertools.islice(results, 5))
    results.close()  # type: ignore[attr-defined]
    assert came == [("b", ("a", number)) for number in range(5)]


@interleave(preemptions=0, schedules=1)
def test_what_was_yielded_is_let_go() -> None:
    """Photos that came out long ago are still kept in memory by the pipeline: an endless source fills it up."""

    class Photo:
        pass

    seen: list[weakref.ref[Photo]] = []

    def uploads() -> Iterator[Photo]:
        for _ in range(60):
            photo = Photo()
            seen.append(weakref.ref(photo))
            yield photo

    results = run_pipeline(uploads(), [Stage(lambda photo: photo), Stage(lambda photo: Photo())], in_flight=2)
    for _ in range(50):
        result = next(results)
        seen.append(weakref.ref(result))
        del result
    gc.collect()
    kept = sum(photo() is not None for photo in seen)
    results.close()  # type: ignore[attr-defined]
    assert kept < 25, f"50 results were yielded, 2 photos are in flight, and {kept} of all these are in memory"


@interleave(preemptions=0, schedules=2)
def test_slow_source() -> None:
    """The next photo was long in coming, and meanwhile the stages did not work on the one that was there."""
    seen = threading.Event()

    def uploads() -> Iterator[str]:
        yield "a"
        seen.wait()  # the next one comes when the last stage has seen this one
        yield "b"

    def last(photo: str) -> str:
        seen.set()
        return photo

    results = list(run_pipeline(uploads(), [Stage(str.strip), Stage(last)], in_flight=2))
    assert results == ["a", "b"]


@interleave(preemptions=1, schedules=3)
def test_source_has_one_reader() -> None:
    """Two threads were inside the source at the same time: a generator would have raised ValueError."""
    readers: list[threading.Thread] = []
    met = []

    class Uploads:
        photos = iter(range(4))

        def __iter__(self) -> "Uploads":
            return self

        def __next__(self) -> int:
            readers.append(threading.current_thread())
            met.append(len(readers))
            time.sleep(1)
            try:
                return next(self.photos)
            finally:
                readers.remove(threading.current_thread())

    results = list(run_pipeline(Uploads(), [Stage(tag("a"), 2), Stage(tag("b"))], in_flight=3))
    assert max(met) == 1, f"{max(met)} threads read the source at once"
    assert results == [("b", ("a", number)) for number in range(4)]


class BadPhoto(Exception):
    """This photo cannot be worked on."""


@given(
    seconds=st.lists(st.integers(0, 3), min_size=1, max_size=5),
    failing=st.dictionaries(st.integers(0, 4), st.sampled_from([0, 1, "source"]), min_size=1, max_size=3),
    workers=st.tuples(*[st.integers(1, 2)] * 2),
    in_flight=st.integers(1, 4),
)
@settings(max_examples=12)
@interleave(preemptions=1, schedules=2)
def test_results_before_the_error(
    seconds: list[int], failing: dict[int, int | str], workers: tuple[int, int], in_flight: int
) -> None:
    """A photo failed, and good ones before it were lost, or the wrong error came, or none, or work went on."""
    before = set(threading.enumerate())
    errors = {photo: BadPhoto(photo) for photo in failing if photo < len(seconds)}
    started = []

    def uploads() -> Iterator[int]:
        for photo in range(len(seconds)):
            if photo in errors and failing[photo] == "source":
                raise errors[photo]
            yield photo

    def step(number: int) -> Callable[[int], int]:
        def work(photo: int) -> int:
            started.append((photo, number))
            time.sleep(seconds[photo])
            if photo in errors and failing[photo] == number:
                raise errors[photo]
            return photo

        return work

    results = run_pipeline(uploads(), [Stage(step(number), workers[number]) for number in (0, 1)], in_flight=in_flight)
    came: list[int] = []
    raised = None
    try:
        for result in results:
            came.append(result)
    except BadPhoto as error:
        raised = error
        at_that_time = list(started)
        alive = crew(before)
    told = f"{len(seconds)} photos; fail in stage: {failing}; in_flight={in_flight}; results: {came}, then {raised!r}"
    good = min(errors, default=len(seconds))
    assert came == list(range(good)), f"{told}; the results before photo {good} come first"
    assert raised is errors.get(good), f"{told}; expected was {errors.get(good)!r} itself"
    assert next(results, "ended") == "ended", f"{told}; and then the generator went on"
    if raised is not None:
        assert not alive, f"{told}; the error was raised, and these threads were still there: {alive}"
        settle()
        assert started == at_that_time, f"{told}; after that work was started: {started[len(at_that_time) :]}"


@pytest.mark.parametrize("where", ["source", "stage"])
@pytest.mark.parametrize("kind", [KeyError, RuntimeError, IndexError, TimeoutError, StopIteration])
@interleave(preemptions=0, schedules=1)
def test_every_error_is_told(where: str, kind: type[Exception]) -> None:
    """An error of some kind was taken for something else: for the end of the source, for a full or empty queue."""

    class Uploads:
        photos = iter(range(4))

        def __iter__(self) -> "Uploads":
            return self

        def __next__(self) -> int:
            photo = next(self.photos)
            if photo == 2 and where == "source" and kind is not StopIteration:  # there it does mean the end
                raise kind("bad")
            return photo

    def work(photo: int) -> int:
        if photo == 2:
            raise kind("bad")
        return photo

    came = []
    expected = RuntimeError if kind is StopIteration else kind  # a generator cannot raise StopIteration (PEP 479)
    with pytest.raises(expected):
        for result in run_pipeline(Uploads(), [Stage(work, 2)], in_flight=2):
            came.append(result)
    assert came == [0, 1], f"{kind.__name__} for photo 2; before it came {came}"


@interleave(preemptions=0, schedules=1)
def test_source_that_cannot_be_opened() -> None:
    """The source failed before its first photo, in iter(), and its error got lost, or somebody waits for ever."""
    before = set(threading.enumerate())

    class Uploads:
        def __iter__(self) -> Iterator[int]:
            raise BadPhoto("no such folder")

    with pytest.raises(BadPhoto, match="no such folder"):
        next(run_pipeline(Uploads(), [Stage(tag("a"))], in_flight=2))
    assert not crew(before), f"the error was raised, and these threads are still there: {crew(before)}"


@pytest.mark.parametrize("checked_later", [False, True])
@interleave(preemptions=0, schedules=3, naps=True)
def test_slow_photo_before_a_bad_one(checked_later: bool) -> None:
    """A bad photo was told at once, or ended its worker, and the good but slow one before it never came."""

    def work(photo: str) -> str:
        if photo != "bad":
            time.sleep(3600)
        return photo

    def check(photo: str) -> str:
        if photo == "bad":
            raise BadPhoto
        return photo

    # With a stage of its own for the check, its only worker meets the bad photo first and is needed again.
    stages = [Stage(work, 2), Stage(check)] if checked_later else [Stage(lambda photo: work(check(photo)), 2)]
    results = run_pipeline(["slow", "bad", "never"], stages, in_flight=3)
    assert next(results) == "slow"
    with pytest.raises(BadPhoto):
        next(results)


@pytest.mark.parametrize(("after", "caller_waits"), [(1, False), (2, True), (4, False)])
@pytest.mark.parametrize(("workers", "in_flight"), [((1, 1), 1), ((2, 1), 3), ((1, 2), 4)], ids=str)
@interleave(preemptions=1, schedules=4)
def test_early_close_ends_all_threads(after: int, caller_waits: bool, workers: tuple[int, int], in_flight: int) -> None:
    """The caller stopped early, and close waited for ever, or a thread was still there when it returned."""
    before = set(threading.enumerate())
    started = []

    def work(photo: int) -> int:
        started.append(photo)
        return photo

    results = run_pipeline(endless(), [Stage(work, count) for count in workers], in_flight=in_flight)
    assert list(itertools.islice(results, after)) == list(range(after))
    if caller_waits:
        settle()  # now whoever can wait for something does so
    results.close()  # type: ignore[attr-defined]
    left, begun = crew(before), len(started)
    assert not left, f"close() after {after} results has returned, and these threads are still there: {left}"
    settle()
    assert len(started) == begun, "after close() a work was started"
    assert next(results, "ended") == "ended"


@interleave(preemptions=0, schedules=3)
def test_close_while_the_source_is_at_work() -> None:
    """The caller stopped early while the next photo was long in coming: close failed, or a thread was still there."""
    before = set(threading.enumerate())

    def uploads() -> Iterator[int]:
        for photo in itertools.count():
            yield photo
            time.sleep(1)

    results = run_pipeline(uploads(), [Stage(tag("a"))], in_flight=3)
    assert next(results) == ("a", 0)
    settle()  # the next photo is waited for
    results.close()  # type: ignore[attr-defined]
    left = crew(before)
    assert not left, f"close() has returned, and these threads are still there: {left}"


@interleave(preemptions=0, schedules=3)
def test_close_waits_for_running_work() -> None:
    """close came back while a work was still running."""
    ended = []

    def work(photo: int) -> int:
        time.sleep(photo * 100)
        ended.append(photo)
        return photo

    results = run_pipeline(range(3), [Stage(work, 3)], in_flight=3)
    assert next(results) == 0
    settle()  # the other two are in work
    results.close()  # type: ignore[attr-defined]
    assert sorted(ended) == [0, 1, 2], f"work on 1 and 2 had begun; when close returned these had ended: {ended}"


@pytest.mark.parametrize("slow", [0, 1])
@interleave(preemptions=0, schedules=3)
def test_close_drops_what_waits_for_its_turn(slow: int) -> None:
    """The caller stopped early, and photos that waited for a worker, or had a stage before them, were worked on."""
    started = []

    def step(number: int) -> Callable[[int], int]:
        def work(photo: int) -> int:
            started.append((photo, number))
            if number == slow:
                time.sleep(photo * 100)
            return photo

        return work

    results = run_pipeline(range(4), [Stage(step(0)), Stage(step(1))], in_flight=4)
    assert next(results) == 0
    settle()  # photo 1 is in work in the slow stage, those behind it wait for its only worker
    begun = len(started)
    results.close()  # type: ignore[attr-defined]
    late = started[begun:]
    assert not late, f"close() came while photo 1 was in stage {slow}, and after it work on (photo, stage): {late}"


@interleave(preemptions=1, schedules=4)
def test_error_thrown_in_by_the_caller() -> None:
    """The generator ended by an error at its yield, and left threads behind."""
    before = set(threading.enumerate())
    results = run_pipeline(endless(), [Stage(tag("a"), 2)], in_flight=2)
    next(results)
    with pytest.raises(BadPhoto):
        results.throw(BadPhoto)  # type: ignore[attr-defined]
    left = crew(before)
    assert not left, f"the generator has ended, and these threads are still there: {left}"


@interleave(schedules=6)
def test_exhausted_means_ended() -> None:
    """All results were there, and a thread was still running."""
    before = set(threading.enumerate())
    results = run_pipeline(range(3), [Stage(tag("a"), 2), Stage(tag("b"))], in_flight=2)
    assert len(list(results)) == 3
    left = crew(before)
    assert not left, f"the generator is exhausted, and these threads are still there: {left}"


@interleave(preemptions=0, schedules=2)
def test_lazy_start() -> None:
    """Nobody has asked for a result yet, and a thread was started or a photo was taken."""
    before = set(threading.enumerate())
    source = iter("abc")
    results = run_pipeline(source, [Stage(tag("a"), 2)], in_flight=2)
    settle()
    assert not crew(before), f"threads before the first next(): {crew(before)}"
    results.close()  # type: ignore[attr-defined]
    assert list(source) == ["a", "b", "c"], "photos were taken from the source before the first next()"


@pytest.mark.parametrize(
    ("workers", "in_flight"), [((), 0), ((1,), 0), ((1,), -1), ((0,), 1), ((1, 0), 2), ((2, -1), 2)], ids=str
)
@interleave(preemptions=0, schedules=2)
def test_bad_numbers(workers: tuple[int, ...], in_flight: int) -> None:
    """A pipeline in which nothing can move was not refused with ValueError, or it took photos or left threads."""
    before = set(threading.enumerate())
    source = iter("abc")
    with pytest.raises(ValueError):
        next(run_pipeline(source, [Stage(tag("a"), count) for count in workers], in_flight=in_flight))
    assert not crew(before), "the refused pipeline left threads behind"
    assert list(source) == ["a", "b", "c"], "the refused pipeline took photos"


@interleave(preemptions=1, schedules=4)
def test_pipeline_as_a_source() -> None:
    """One pipeline feeds another one, and they get in each other's way."""
    stages = [Stage(tag("print"), 2)]
    scans = run_pipeline("abc", stages, in_flight=2)
    results = run_pipeline(scans, stages, in_flight=2)
    assert list(results) == [("print", ("print", letter)) for letter in "abc"]
