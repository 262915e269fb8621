"""All hits are counted, snapshots lag behind by less than a batch, and locks are taken seldom and briefly.

Visits to locks are counted, no time is measured. Under `@interleave` a test is run again for every way in
which its threads can take turns. A deadlock is reported at once.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from threading import Barrier, BrokenBarrierError, Event, Lock, current_thread, get_ident

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import held, interleave, log, together
from katas.s15_profiling.hot_lock import HitCounter, Recorder


class BadLine(ValueError):
    """What parse raises for a line with a question mark."""


def url_of(line: str) -> str:
    if "?" in line:
        raise BadLine(line)
    return line.strip()


class MeteredLock:
    """A lock for `with`, and nothing else. It counts how often it was taken, and knows who has it."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.taken = 0
        self.owner: int | None = None

    def __enter__(self) -> None:
        self.lock.acquire()
        self.taken += 1
        self.owner = get_ident()

    def __exit__(self, *_: object) -> None:
        self.owner = None
        self.lock.release()


def a_lock() -> AbstractContextManager[object]:
    return Lock()


class Meter:
    """A lock factory that keeps an eye on all the locks it has made."""

    def __init__(self) -> None:
        self.locks: list[MeteredLock] = []

    def __call__(self) -> MeteredLock:
        self.locks.append(MeteredLock())
        return self.locks[-1]

    def taken(self) -> int:
        return sum(lock.taken for lock in self.locks)

    def held_by_me(self) -> int:
        return sum(lock.owner == get_ident() for lock in self.locks)


def feed(recorder: Recorder, lines: Sequence[str]) -> None:
    """Record the lines one after the other, also after a bad one."""
    for line in lines:
        try:
            recorder.record(line)
        except BadLine:
            assert "?" in line, f"record({line!r}) raised the error of another line"
        else:
            assert "?" not in line, f"record({line!r}) kept the error of parse to itself"


def work(counter: HitCounter, lines: Sequence[str], doors: Barrier | None = None) -> None:
    """What one thread of the service does, as soon as the doors are open."""
    worker = counter.worker()
    if doors is not None:
        doors.wait()
    with worker as recorder:
        feed(recorder, lines)


def good(lines: Sequence[str]) -> Counter[str]:
    """The hits that these lines make."""
    return Counter(line.strip() for line in lines if "?" not in line)


LINES = st.lists(st.sampled_from(["/", "/a", "/a ", "/b", "", "?"]), max_size=12)
BATCH = st.integers(1, 4)


def test_one_worker() -> None:
    """Lines were counted for another URL than parse says, or the hits are not there when the block is left."""
    counter = HitCounter(url_of, batch=3)
    assert counter.snapshot() == {}
    with counter.worker() as recorder:
        for line in ["/a", "/b ", "/a", "/a", ""]:
            assert recorder.record(line) is None
    seen = counter.snapshot()
    assert isinstance(seen, dict)
    assert seen == {"/a": 3, "/b": 1, "": 1}
    with counter.worker() as recorder:
        recorder.record("/b")
    assert counter.snapshot() == {"/a": 3, "/b": 2, "": 1}


@pytest.mark.parametrize("batch", [0, -1])
def test_bad_batch(batch: int) -> None:
    """A batch of nothing or less was accepted."""
    with pytest.raises(ValueError):
        HitCounter(url_of, batch=batch)


def test_snapshot_is_a_copy() -> None:
    """Who changed a snapshot changed the counter, or a snapshot changed after it had been handed out."""
    counter = HitCounter(url_of, batch=1)
    work(counter, ["/a"])
    seen = counter.snapshot()
    work(counter, ["/a"])
    assert seen == {"/a": 1}, "a later hit turned up in a snapshot that was taken before"
    for _ in range(2):
        counter.snapshot()["/a"] = 100
        counter.snapshot()["/b"] = 1
        assert counter.snapshot() == {"/a": 2}, "a snapshot was changed, and the counter with it"


def test_two_counters() -> None:
    """The hits of one service turned up in the counter of another one."""
    ours, theirs = HitCounter(url_of, batch=2), HitCounter(str.upper, batch=2)
    with ours.worker() as here, theirs.worker() as there:
        for _ in range(3):
            here.record("/a")
            there.record("/b")
    assert ours.snapshot() == {"/a": 3}
    assert theirs.snapshot() == {"/B": 3}


@given(parts=st.lists(LINES, min_size=1, max_size=3), batch=BATCH)
def test_one_worker_after_another(parts: list[list[str]], batch: int) -> None:
    """A snapshot lags behind by a batch or more, shows hits that never were, or forgets some."""
    meter = Meter()
    counter = HitCounter(url_of, batch, meter)
    recorded: list[str] = []
    snapshots = 0
    before: Counter[str] = Counter()
    for lines in parts:
        with counter.worker() as recorder:
            for line in lines:
                feed(recorder, [line])
                recorded.append(line)
                seen = Counter(counter.snapshot())
                snapshots += 1
                missing = good(recorded) - seen
                assert seen <= good(recorded), f"too many hits after {recorded}: {seen}"
                assert missing.total() < batch, f"batch {batch}, but after {recorded} these are missing: {missing}"
                assert before <= seen, f"hits have vanished: {before} before, now {seen}"
                before = seen
        assert Counter(counter.snapshot()) == good(recorded), f"the block is left, and the lines were {recorded}"
        snapshots += 1
    allowed = sum(len(lines) // batch + 2 for lines in parts) + snapshots
    assert meter.taken() <= allowed, f"locks were taken {meter.taken()} times, the budget is {allowed}"


@pytest.mark.parametrize("error", [BadLine, KeyError])
def test_error_in_parse(error: type[Exception]) -> None:
    """A line that cannot be parsed cost other hits, or its error did not come out of its record()."""

    def parse(line: str) -> str:
        if "?" in line:
            raise error(line)
        return line

    meter = Meter()
    counter = HitCounter(parse, 3, meter)
    with counter.worker() as recorder:
        for line in ["/a", "/b"]:
            recorder.record(line)
        for _ in range(5):
            with pytest.raises(error, match="bad"):
                recorder.record("bad?")
        assert not meter.held_by_me(), "the error left with the lock"
        recorder.record("/a")
        missing = Counter({"/a": 2, "/b": 1}) - Counter(counter.snapshot())
        assert missing.total() < 3, f"batches of three, and these hits are missing: {missing}"
    assert counter.snapshot() == {"/a": 2, "/b": 1}
    allowed = 8 // 3 + 2 + 2
    assert meter.taken() <= allowed, f"locks were taken {meter.taken()} times, the budget is {allowed}"


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
@interleave
def test_error_in_the_block(error: type[BaseException]) -> None:
    """A worker broke off, and its last hits are lost, or its error, or the lock is taken for ever."""
    counter = HitCounter(url_of, 10, a_lock)
    broken_off = pytest.raises(BadLine, match="bad")
    with broken_off, counter.worker() as recorder:
        for line in ["/a", "/b", "bad?"]:
            recorder.record(line)
    assert counter.snapshot() == {"/a": 1, "/b": 1}, "what was recorded before the error is missing"
    with pytest.raises(error), counter.worker():
        raise error("before the first line")
    work(counter, ["/a"])
    assert counter.snapshot() == {"/a": 2, "/b": 1}
    with pytest.raises(error), counter.worker() as recorder:
        recorder.record("/b")
        raise error("after the last line")
    seen = counter.snapshot()
    assert seen == {"/a": 2, "/b": 2}, f"the block was left by {error.__name__}; published: {seen}"


def test_default_batch() -> None:
    """Without a batch given it is not 100 hits."""
    meter = Meter()
    counter = HitCounter(url_of, lock_factory=meter)
    with counter.worker() as recorder:
        feed(recorder, ["/"] * 99)
        early = meter.taken()
        feed(recorder, ["/"] * 1)
        assert counter.snapshot() == {"/": 100}
    assert early <= 2, f"locks were taken {early} times for 99 lines"


@pytest.mark.parametrize("lines", ["?" * 30, "a" * 10 + "?" * 20, "a" + "?" * 29, "a?" * 15])
def test_bad_lines_take_no_lock(lines: str) -> None:
    """Lines could not be parsed, and for each the lock was taken: an empty batch was published, or one not yet full."""
    meter = Meter()
    counter = HitCounter(url_of, 10, meter)
    with counter.worker() as recorder:
        feed(recorder, lines)
    allowed = 30 // 10 + 2
    assert meter.taken() <= allowed, f"{lines}: locks were taken {meter.taken()} times, the budget is {allowed}"
    assert counter.snapshot() == good(lines)


@pytest.mark.parametrize(("batch", "parts"), [(1, ["a", "a"]), (2, ["aa", "a"]), (3, ["a?", "ab"])])
@interleave(schedules=60)
def test_counts_are_exact_at_the_end(batch: int, parts: list[str]) -> None:
    """Two workers published at the same time, and hits were lost or counted twice."""
    counter = HitCounter(url_of, batch, a_lock)
    doors = Barrier(len(parts))
    together(*(partial(work, counter, lines, doors) for lines in parts))
    assert Counter(counter.snapshot()) == good("".join(parts))


@settings(max_examples=6)
@given(parts=st.lists(LINES.map(lambda lines: lines[:2]), min_size=2, max_size=3), batch=BATCH)
@interleave(schedules=5)
def test_any_work_is_counted(parts: list[list[str]], batch: int) -> None:
    """Workers, each with its lines, and the sum of their hits is not what was counted in the end."""
    counter = HitCounter(url_of, batch, a_lock)
    together(*(partial(work, counter, lines) for lines in parts))
    assert Counter(counter.snapshot()) == good([line for lines in parts for line in lines])


@pytest.mark.parametrize(("batch", "lines"), [(1, "a"), (2, "ab")])
@interleave(schedules=60)
def test_snapshots_meanwhile(batch: int, lines: str) -> None:
    """A snapshot that was taken while a worker published shows too many hits, too few, or fewer than before."""
    counter = HitCounter(url_of, batch, a_lock)
    opened = Event()
    begun: list[str] = []
    recorded: list[str] = []

    def worker() -> None:
        with counter.worker() as recorder:
            opened.set()
            for line in lines:
                begun.append(line)
                recorder.record(line)
                recorded.append(line)

    def reader() -> None:
        opened.wait()
        before: Counter[str] = Counter()
        for _ in range(2):
            there = Counter(recorded)
            seen = Counter(counter.snapshot())
            possible = Counter(begun)
            assert seen <= possible, f"{seen} was shown when no more than {possible} had been given to record"
            assert (there - seen).total() < batch, f"batch {batch}, recorded were {there}, shown only {seen}"
            assert before <= seen, f"first {before} was shown, and later {seen}"
            before = seen

    together(worker, reader)
    assert Counter(counter.snapshot()) == Counter(lines)


@interleave(preemptions=0, schedules=3)
def test_workers_in_turns() -> None:
    """Two workers record in turns, and a batch is published when both together have filled it: one has it always."""
    counter = HitCounter(url_of, 2, a_lock)
    turn = Barrier(2)

    def worker(url: str) -> None:
        with counter.worker() as recorder:
            for number in (1, 2, 3, 4):
                if url == "b":
                    turn.wait()  # a has recorded
                recorder.record(url)
                if url == "a":
                    turn.wait()
                turn.wait()
                seen = counter.snapshot()
                assert number - seen.get(url, 0) < 2, f"batch 2, and after {number} times {url}: {seen}"
                turn.wait()

    together(partial(worker, "a"), partial(worker, "b"))
    assert counter.snapshot() == {"a": 4, "b": 4}


@interleave(schedules=60)
def test_snapshot_is_one_moment() -> None:
    """A snapshot shows the hits of one URL from one moment and those of another URL from another."""
    counter = HitCounter(url_of, 1, a_lock)  # so each hit is published when its record() returns
    _, seen = together(partial(work, counter, "abab"), counter.snapshot)
    moments = [Counter("abab"[:length]) for length in range(5)]
    assert Counter(seen) in moments, f"a, b, a, b were recorded in this order, and {seen} was shown"


@interleave(schedules=60)
def test_moments_of_two_workers() -> None:
    """A snapshot shows the hit of one worker, but not the one of another worker that came before it."""
    counter = HitCounter(url_of, 1, a_lock)
    one_is_open, both_are_open, recorded = Event(), Event(), Event()

    def first() -> None:
        with counter.worker() as recorder:
            one_is_open.set()
            both_are_open.wait()
            recorder.record("a")
            recorded.set()

    def second() -> None:
        one_is_open.wait()
        with counter.worker() as recorder:
            both_are_open.set()
            recorded.wait()
            recorder.record("b")

    def reader() -> None:
        both_are_open.wait()
        seen = counter.snapshot()
        assert seen in ({}, {"a": 1}, {"a": 1, "b": 1}), f"b came after a had been recorded, but {seen} was shown"

    together(first, second, reader)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("batch", [1, 3, 7])
@pytest.mark.parametrize("lengths", [[40], [20, 21], [0, 2, 40], [6, 6, 6]], ids=str)
@pytest.mark.parametrize("snapshots", [0, 20])
def test_lock_budget(lengths: list[int], batch: int, snapshots: int) -> None:
    """The threads still meet at the lock more often than they may."""
    meter = Meter()
    counter = HitCounter(url_of, batch, meter)
    all_open, all_done = Barrier(len(lengths) + 1), Barrier(len(lengths) + 1)

    @contextmanager
    def met() -> Iterator[None]:
        """Who fails breaks the barriers, so that the others do not wait for it; they end quietly."""
        try:
            yield
        except BrokenBarrierError:
            pass
        except BaseException:
            all_open.abort()
            all_done.abort()
            raise

    def worker(length: int) -> None:
        with met(), counter.worker() as recorder:
            all_open.wait()
            feed(recorder, "a" * length)
            all_done.wait()

    def reader() -> None:
        with met():
            all_open.wait()
            for _ in range(snapshots):
                counter.snapshot()
            all_done.wait()

    together(*(partial(worker, length) for length in lengths), reader)
    allowed = sum(length // batch + 2 for length in lengths) + snapshots
    assert meter.taken() <= allowed, (
        f"{lengths} lines in batches of {batch} and {snapshots} snapshots: "
        f"locks were taken {meter.taken()} times, the budget is {allowed}"
    )


@interleave(schedules=20)
def test_lock_budget_when_threads_meet() -> None:
    """A thread that finds the lock taken comes more often than it may."""
    counter = HitCounter(url_of, 2, a_lock)
    together(partial(work, counter, "aa"), counter.snapshot)
    main = current_thread().name
    taken = sum(done.operation == "acquire" and done.thread != main for done in log())
    assert taken <= (1 + 2) + 1, f"locks were taken {taken} times"


@interleave(schedules=15)
def test_no_hidden_synchronisation() -> None:
    """Threads meet at a lock, a queue or something else that does not come from lock_factory."""
    known: list[object] = []

    def factory() -> AbstractContextManager[object]:
        known.append(lock := Lock())
        return lock

    counter = HitCounter(url_of, 2, factory)
    together(partial(work, counter, "aa"), counter.snapshot)
    main = current_thread().name
    for done in log():
        if done.thread != main:
            assert any(done.lock is lock for lock in known), f"{done.operation}: not of a lock of lock_factory"


@interleave(schedules=15)
def test_parse_without_lock() -> None:
    """Two threads cannot parse at the same time: one of them holds a lock meanwhile."""
    both_parse = Barrier(2)

    def parse(line: str) -> str:
        assert not held(), f"a lock is held while {line!r} is being parsed"
        if line == "slow":
            both_parse.wait()
        return line

    counter = HitCounter(parse, 2, a_lock)
    doors = Barrier(2)
    together(partial(work, counter, ["a", "slow"], doors), partial(work, counter, ["slow", "a"], doors))
    assert counter.snapshot() == {"slow": 2, "a": 2}


@interleave(schedules=15)
def test_parse_meanwhile() -> None:
    """While one thread parses, another one can neither publish nor take a snapshot."""
    published = Event()

    def parse(line: str) -> str:
        if line == "slow":
            published.wait()
        return line

    counter = HitCounter(parse, 2, a_lock)

    def other() -> None:
        work(counter, ["a", "a"])
        assert counter.snapshot() == {"a": 2}
        published.set()

    together(partial(work, counter, ["slow"]), other)
    assert counter.snapshot() == {"slow": 1, "a": 2}


@pytest.mark.timeout(10)
def test_stress() -> None:
    """Eight threads that really ran at once lost hits. (A second opinion: green proves little.)"""
    counter = HitCounter(url_of, batch=7)
    all_there = Barrier(8)

    def worker(number: int) -> None:
        all_there.wait()
        work(counter, [f"/{line % (number + 1)}" for line in range(2000)])

    together(*(partial(worker, number) for number in range(8)))
    expected = Counter(f"/{line % (number + 1)}" for number in range(8) for line in range(2000))
    assert counter.snapshot() == dict(expected)
