"""Every frame arrives once, whole and in order, is never copied, and the end of the stream reaches everybody.

Under `@interleave` a test is run again for every way in which its threads can take turns, and a thread that waits for
ever is reported at once. Time is virtual there. `settle()` returns when all other threads have gone as far as they can.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import reduction, shared_memory, synchronize
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from dojo.leaks import no_descriptor_left
from dojo.processes import within
from dojo.rendezvous import wait_until
from katas.s16_shared_memory.frame_ring import FrameRing, RingClosed

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
QUICK: Any = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else None)
in_one_order = interleave(preemptions=0, schedules=1, steps=5_000)
kept: list[FrameRing] = []


@contextlib.contextmanager
def ring_of(slots: int, shape: tuple[int, ...] = (2,), dtype: Any = "i8", sync: Any = threading) -> Iterator[FrameRing]:
    """A ring that is closed and unlinked at the end. After a failure it stays open: somebody may still look at it."""
    ring = FrameRing(slots, shape, dtype, sync)
    try:
        yield ring
    except BaseException:
        kept.append(ring)
        with contextlib.suppress(Exception):
            ring.unlink()
        raise
    with contextlib.suppress(BufferError):  # the record of the schedule may still hold a view
        ring.close()
    ring.unlink()


def write(ring: FrameRing, value: int, timeout: float | None = None) -> None:
    with ring.writing(timeout) as frame:
        frame[...] = value


def read(ring: FrameRing, timeout: float | None = None) -> int:
    """The value that the whole frame is filled with."""
    with ring.reading(timeout) as frame:
        values = frame.flatten().tolist()
    assert len(set(values)) == 1, f"a frame is filled with one value, and read as {values}"
    return int(values[0])


def outcome(call: Callable[[], Any]) -> Any:
    """What the call returned, or which of the two errors it raised (one of a kind of it will do)."""
    try:
        return call()
    except RingClosed:
        return RingClosed
    except TimeoutError:
        return TimeoutError


def enter(use: Callable[[float], Any], timeout: float) -> Any:
    """Begin a block of ring.writing or ring.reading: it may wait when it is called, or when it is entered."""
    return use(timeout).__enter__()


def noting(came: list[Any], call: Callable[[], Any]) -> Callable[[], None]:
    """The call, whose outcome is noted."""
    return lambda: came.append(outcome(call))


def started(*calls: Callable[[], object]) -> list[Thread]:
    """Threads that make these calls, in this order: each goes as far as it can before the next one starts."""
    threads = []
    for call in calls:
        threads.append(Thread(target=call))
        threads[-1].start()
        settle()
    return threads


# (1) One thread


@in_one_order
def test_one_thread() -> None:
    """Frames come back wrong, in the wrong order, with another shape or dtype, or can be written while reading."""
    with ring_of(2, (2, 3), "f4") as ring:
        for value in (1, 3, 5):
            for number in (value, value + 1):
                with ring.writing() as frame:
                    assert (frame.shape, frame.dtype) == ((2, 3), np.dtype("f4"))
                    frame[...] = number
            for number in (value, value + 1):
                with ring.reading() as frame:
                    assert (frame.shape, frame.dtype) == ((2, 3), np.dtype("f4"))
                    assert frame.tolist() == [[number] * 3] * 2
                    with pytest.raises(ValueError):
                        frame[0, 0] = 9


@in_one_order
def test_published_first_is_read_first() -> None:
    """Frames are read in the order of their slots, or in which their writing began, not as they were published."""
    with ring_of(3) as ring:
        write(ring, 1)
        write(ring, 2)
        assert read(ring) == 1
        with ring.writing() as late:
            late[...] = 4
            write(ring, 3)
        assert [read(ring, 0) for _ in range(3)] == [2, 3, 4]


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, TimeoutError, RingClosed])
@in_one_order
def test_failing_blocks(error: type[BaseException]) -> None:
    """A block raised: its error was lost, a frame was published or came twice, or the slot is lost for ever."""
    with ring_of(1) as ring:
        with pytest.raises(error), ring.writing():
            raise error
        assert outcome(partial(read, ring, 0)) is TimeoutError, "a frame whose block raised was published"
        assert outcome(partial(write, ring, 2, 0)) is None, "a writing block raised, and its slot is not free again"
        with pytest.raises(error), ring.reading():
            raise error
        assert outcome(partial(read, ring, 0)) is TimeoutError, "a frame was delivered twice"
        assert outcome(partial(write, ring, 3, 0)) is None, "a reading block raised, and its slot is not free again"
        assert read(ring) == 3


def test_many_frames() -> None:
    """After some hundred frames they come in another order: a number in the block has become too big for its place."""
    with ring_of(3) as ring:
        write(ring, 0)
        for value in range(1, 300):
            write(ring, value, timeout=0)
            assert read(ring, timeout=0) == value - 1


@in_one_order
def test_timeouts() -> None:
    """Somebody gave up too early or too late: the timeout is for the whole wait, however often it is woken."""
    with ring_of(2) as ring:
        for use in (ring.reading, ring.writing):
            begin = time.monotonic()
            assert outcome(partial(enter, use, 5)) is TimeoutError
            assert time.monotonic() - begin == 5
            begin = time.monotonic()
            assert outcome(partial(enter, use, 0)) is TimeoutError
            assert time.monotonic() == begin
            if use == ring.reading:
                write(ring, 1)
                write(ring, 2)
        assert [read(ring), read(ring)] == [1, 2]

        def fail_after(seconds: float) -> None:
            with contextlib.suppress(ZeroDivisionError), ring.writing() as frame:
                Event().wait(seconds)
                frame[...] = 1 // 0

        def wait_ten() -> float:
            begin = time.monotonic()
            assert outcome(partial(read, ring, 10)) is TimeoutError
            return time.monotonic() - begin

        waited, *_ = together(wait_ten, partial(fail_after, 4), partial(fail_after, 6))
        assert waited == 10, f"nothing was published for 10 seconds, and reading(10) waited {waited}"


@in_one_order
def test_finish() -> None:
    """After finish() new frames are accepted, or frames that were there are lost, or the end is not told."""
    with ring_of(2) as ring:
        write(ring, 1)
        write(ring, 2)
        assert outcome(partial(write, ring, 3, 0)) is TimeoutError
        ring.finish()
        ring.finish()
        assert outcome(partial(write, ring, 3, 0)) is RingClosed, "no slot is free, and there will be no frame any more"
        assert read(ring) == 1
        assert outcome(partial(write, ring, 3)) is RingClosed
        with ring.reading() as frame:
            assert frame.tolist() == [2, 2]
            assert outcome(partial(read, ring, 0)) is RingClosed, "the last frame is being read: no other one will come"
        assert [outcome(partial(read, ring)) for _ in range(2)] == [RingClosed, RingClosed]


@pytest.mark.parametrize(("slots", "shape"), [(0, (2,)), (-1, (2,)), (2, (0,)), (2, (3, 0))])
def test_bad_ring(slots: int, shape: tuple[int, ...]) -> None:
    """A ring without slots, or of empty frames, was not refused with ValueError."""
    with pytest.raises(ValueError):
        FrameRing(slots, shape, "i8", threading)


@pytest.mark.parametrize("slots", [1, 2, 3])
@pytest.mark.parametrize(("shape", "dtype"), [((3,), "f8"), ((), "i4"), ((3, 1), "u1"), ((5,), "i2")])
def test_layout(slots: int, shape: tuple[int, ...], dtype: str) -> None:
    """Slots overlap, or their numbers do not lie where the processor wants them (at multiples of their size)."""
    with ring_of(slots, shape, dtype) as ring:
        for number in range(slots):
            with ring.writing() as frame:
                assert frame.flags.aligned
                frame[...] = number
        assert [read(ring) for _ in range(slots)] == list(range(slots))


ACTIONS = ["write", "read", "publish", "fail", "leave", "put", "take"]
STEPS = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 2)), min_size=8, max_size=16)


@given(slots=st.integers(2, 3), steps=STEPS)
@settings(max_examples=15)
def test_against_a_model(slots: int, steps: list[tuple[str, int]]) -> None:
    """With several blocks open at once a frame is lost, overwritten, or not the one that was published first."""
    check_against_a_model(slots, steps)


@in_one_order
def check_against_a_model(slots: int, steps: list[tuple[str, int]]) -> None:
    writers: list[tuple[Any, int]] = []
    readers: list[tuple[Any, Any, int]] = []
    published: list[int] = []
    with ring_of(slots) as ring:
        for number, (step, which) in enumerate(steps):
            if step == "write":
                if len(writers) + len(readers) + len(published) == slots:
                    assert outcome(partial(enter, ring.writing, 0)) is TimeoutError, f"{steps[:number]}: none is free"
                else:
                    block = ring.writing(timeout=0)
                    block.__enter__()[...] = number
                    writers.append((block, number))
            elif step == "read":
                if not published:
                    assert outcome(partial(enter, ring.reading, 0)) is TimeoutError, f"{steps[:number]}: no frame"
                else:
                    block = ring.reading(timeout=0)
                    readers.append((block, block.__enter__(), published.pop(0)))
            elif step == "publish" and writers:
                block, written = writers.pop(which % len(writers))
                block.__exit__(None, None, None)
                published.append(written)
            elif step == "fail" and writers:
                block, _ = writers.pop(which % len(writers))
                error = ZeroDivisionError()
                assert not block.__exit__(ZeroDivisionError, error, None)
            elif step == "leave" and readers:
                block, _, _ = readers.pop(which % len(readers))
                block.__exit__(None, None, None)
            elif step == "put" and len(writers) + len(readers) + len(published) < slots:
                write(ring, number, timeout=0)
                published.append(number)
            elif step == "take" and published:
                assert read(ring, timeout=0) == published.pop(0), f"after {steps[:number]}"
            seen = [frame.tolist() for _, frame, _ in readers]
            assert seen == [[written] * 2 for _, _, written in readers], f"after {steps[: number + 1]}"
        for block, *_ in (*writers, *readers):
            block.__exit__(None, None, None)


# (2) Threads


class SlowLock:
    """A lock whose users are slow: a second passes before and after they hold it, in which others go on."""

    def __init__(self, lock: Any) -> None:
        self._lock = lock

    def acquire(self, *args: Any, **kwargs: Any) -> bool:
        Event().wait(1)
        return bool(self._lock.acquire(*args, **kwargs))

    def release(self) -> None:
        self._lock.release()
        Event().wait(1)

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exc: object) -> None:
        self.release()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lock, name)


class Slow:
    """As `threading`, with slow locks."""

    def Lock(self) -> Any:
        return SlowLock(threading.Lock())

    def RLock(self) -> Any:
        return SlowLock(threading.RLock())

    def Condition(self, lock: Any = None) -> Any:
        return threading.Condition(lock or self.RLock())

    def Semaphore(self, value: int = 1) -> Any:
        return SlowLock(threading.Semaphore(value))

    BoundedSemaphore = Semaphore


@pytest.mark.parametrize("what", ["writing", "reading"])
@interleave(preemptions=0, schedules=4)
def test_each_block_has_its_own_slot(what: str) -> None:
    """Two writers got the same slot at once, or two readers the same frame."""
    with ring_of(2, sync=Slow()) as ring:
        if what == "reading":
            write(ring, 1)
            write(ring, 2)
        blocks = [ring.writing(0), ring.writing(0)] if what == "writing" else [ring.reading(0), ring.reading(0)]
        one, other = together(blocks[0].__enter__, blocks[1].__enter__)
        assert not np.may_share_memory(one, other), f"two {what} blocks that began at once are on the same slot"
        for block in blocks:
            block.__exit__(None, None, None)


@interleave(preemptions=1, schedules=6)
def test_every_frame_once_and_whole() -> None:
    """A frame was lost, came twice, changed while somebody looked at it, or overtook one of the same producer."""
    with ring_of(2) as ring:
        left, guard = [2], threading.Lock()

        def produce(first: int) -> None:
            for value in (first, first + 1):
                write(ring, value)
            with guard:
                left[0] -= 1
                last = left[0] == 0
            if last:
                ring.finish()

        def consume() -> list[int]:
            found = []
            with contextlib.suppress(RingClosed):
                while True:
                    with ring.reading() as frame:
                        before = frame.tolist()
                        found.append(before[0])
                        assert frame.tolist() == before == [before[0]] * 2, f"{before} became {frame.tolist()}"
            return found

        *_, some, others = together(partial(produce, 10), partial(produce, 20), consume, consume)
        assert sorted(some + others) == [10, 11, 20, 21], f"the consumers got {some} and {others}"
        for found in (some, others):
            for first in (10, 20):
                own = [value for value in found if value in (first, first + 1)]
                assert own == sorted(own), f"a consumer got {found}"


@pytest.mark.parametrize("what", ["writing", "reading"])
@interleave(preemptions=1, schedules=100)
def test_close_after_blocks_at_once(what: str) -> None:
    """Two blocks were entered at once and then left, and close() takes one for still open: a count is wrong."""
    with ring_of(2) as ring:
        if what == "reading":
            write(ring, 1)
            write(ring, 2)
        blocks = [ring.writing(), ring.writing()] if what == "writing" else [ring.reading(), ring.reading()]
        together(blocks[0].__enter__, blocks[1].__enter__)
        for block in blocks:
            block.__exit__(None, None, None)
        ring.close()


@in_one_order
def test_slot_in_use_is_not_reused() -> None:
    """A frame that somebody still looks at was overwritten, or it holds up the other slots."""
    with ring_of(3) as ring:
        write(ring, 1)
        with ring.reading() as kept_frame:
            for value in range(2, 8):
                write(ring, value, timeout=0)
                write(ring, -value, timeout=0)
                assert outcome(partial(write, ring, 0, 0)) is TimeoutError
                assert [read(ring), read(ring)] == [value, -value]
            assert kept_frame.tolist() == [1, 1]


@interleave(preemptions=1, schedules=5)
def test_blocks_overlap() -> None:
    """Who works on a frame keeps others from working on theirs: the ring's lock is held meanwhile."""
    meeting = Barrier(4)
    with ring_of(4) as ring:
        write(ring, 1)
        write(ring, 2)

        def writer(value: int) -> None:
            with ring.writing() as frame:
                meeting.wait()  # passes when all four are inside
                frame[...] = value

        def reader() -> int:
            with ring.reading() as frame:
                meeting.wait()
                return int(frame[0])

        *_, one, other = together(partial(writer, 3), partial(writer, 4), reader, reader)
        assert sorted([one, other]) == [1, 2]


@in_one_order
def test_end_reaches_waiting_consumers() -> None:
    """finish() was called, and a consumer waits for ever, perhaps for a producer who waits for a slot in vain."""
    came: list[Any] = []
    with ring_of(1) as ring:
        write(ring, 1)
        consumer = noting(came, partial(read, ring))
        producer = noting(came, partial(write, ring, 2))
        with ring.reading():
            threads = started(consumer, producer, consumer)
            ring.finish()
            for thread in threads:
                thread.join()
    assert came == [RingClosed] * 3


@in_one_order
def test_end_reaches_waiting_producers() -> None:
    """finish() was called, and a producer waits for ever, or takes a slot that becomes free later."""
    came: list[Any] = []
    with ring_of(1) as ring:
        write(ring, 1)
        threads = started(*[noting(came, partial(write, ring, 2))] * 2)
        ring.finish()
        for thread in threads:
            thread.join()
        assert came == [RingClosed] * 2
        assert [read(ring), outcome(partial(read, ring))] == [1, RingClosed]


@in_one_order
def test_slot_that_becomes_free_after_finish() -> None:
    """A producer waited while finish() was called, and took a slot that was free by the time it woke up."""
    came: list[Any] = []
    with ring_of(1) as ring:
        write(ring, 1)
        with ring.reading():
            threads = started(noting(came, partial(write, ring, 2)))
            ring.finish()
        for thread in threads:
            thread.join()
        assert came == [RingClosed], f"finish() came before the slot was free; to the producer: {came}"
        assert outcome(partial(read, ring)) is RingClosed


@in_one_order
def test_slot_of_a_failed_block() -> None:
    """A writing block failed, and the producer who waited for its slot waits for ever."""
    with ring_of(1) as ring:
        with contextlib.suppress(ZeroDivisionError), ring.writing() as frame:
            threads = started(partial(write, ring, 7))
            frame[...] = 1 // 0
        for thread in threads:
            thread.join()
        assert read(ring, 0) == 7


@pytest.mark.parametrize("succeeds", [True, False])
@in_one_order
def test_open_block_after_finish(succeeds: bool) -> None:
    """finish() was called while a frame was being written: it is lost, or consumers leave before it, or never."""
    came: list[Any] = []
    go_on = Event()
    with ring_of(2) as ring:

        def slow_writer() -> None:
            with contextlib.suppress(ZeroDivisionError), ring.writing() as frame:
                go_on.wait()
                frame[...] = 7 // succeeds

        consumer = noting(came, partial(read, ring))
        threads = started(slow_writer, consumer, consumer)
        ring.finish()
        threads += started(consumer)
        assert came == [], "a frame is still being written: nobody can know yet whether there is one more"
        go_on.set()
        for thread in threads:
            thread.join()
    assert sorted(came, key=str) == sorted([7 if succeeds else RingClosed, RingClosed, RingClosed], key=str)


@pytest.mark.parametrize("waiting", [0, 1])
@in_one_order
def test_last_block_after_finish(waiting: int) -> None:
    """The last block ends while a consumer comes: who left too early misses its frame, or who waits never hears it."""
    came: list[Any] = []
    with ring_of(2, sync=Slow()) as ring:
        block = ring.writing()
        block.__enter__()[...] = 7
        ring.finish()
        consumer = noting(came, partial(read, ring))
        threads = started(*[consumer] * waiting, partial(block.__exit__, None, None, None))
        Event().wait(0.5)  # while the producer is about to get the lock
        threads += started(consumer)
        for thread in threads:
            thread.join()
    assert sorted(came, key=str) == [7, RingClosed][: 1 + waiting], f"one frame, and to the consumers: {came}"


@pytest.mark.parametrize("consumers", [2, 3, 4])
@in_one_order
def test_woken_is_who_can_go_on(consumers: int) -> None:
    """A slot became free, and the one who was woken waits for a frame: nobody goes on."""
    go_on = Event()
    came: list[int] = []
    with ring_of(1) as ring:

        def first_writer() -> None:
            with ring.writing() as frame:
                go_on.wait()
                frame[...] = 1

        def second_writer() -> None:
            for value in range(2, consumers + 1):
                write(ring, value)

        consume = [lambda: came.append(read(ring))] * consumers
        threads = started(first_writer, *consume, second_writer)
        go_on.set()
        for thread in threads:
            thread.join()
    assert sorted(came) == list(range(1, consumers + 1))


@interleave(preemptions=1, schedules=15)
def test_no_lost_wakeup() -> None:
    """A block failed, or two slots' worth of frames passed through one slot, and somebody waits for ever."""
    with ring_of(1) as ring:

        def produce(value: int) -> None:
            with contextlib.suppress(ZeroDivisionError), ring.writing() as frame:
                frame[...] = value // 0
            write(ring, value)

        def consume() -> int:
            with contextlib.suppress(ZeroDivisionError), ring.reading() as frame:
                value = int(frame[0])
                _ = value // 0
            return value

        *_, one, other = together(partial(produce, 1), partial(produce, 2), consume, consume)
        assert sorted([one, other]) == [1, 2]


@pytest.mark.parametrize("what", ["reading", "writing"])
@interleave(preemptions=0, schedules=1, steps=1_500)
def test_no_busy_waiting(what: str) -> None:
    """Who waits asks again and again, instead of being woken."""
    with ring_of(1) as ring:
        if what == "reading":
            waiting = started(partial(read, ring))
        else:
            write(ring, 1)
            waiting = started(partial(write, ring, 2))
        Event().wait(10_000)  # so many seconds pass; who asks again and again makes too many steps
        if what == "reading":
            write(ring, 1)
        else:
            read(ring)
        waiting[0].join()


@pytest.mark.parametrize("what", ["reading", "writing"])
@in_one_order
def test_gives_up_behind_another(what: str) -> None:
    """One waited without a timeout, and one behind it gave up too late, or never, or that one was not woken then."""
    with ring_of(1) as ring:
        if what == "writing":
            write(ring, 1)
        patient = started(partial(read, ring) if what == "reading" else partial(write, ring, 2))
        for timeout in (0, 5):
            begin = time.monotonic()
            assert outcome(partial(enter, getattr(ring, what), timeout)) is TimeoutError
            assert time.monotonic() - begin == timeout
        if what == "reading":
            write(ring, 1)
        else:
            read(ring)
        patient[0].join()


@pytest.mark.parametrize("what", ["reading", "writing"])
@interleave(timeouts=True, schedules=15)
def test_wakeup_meets_timeout(what: str) -> None:
    """The one who was woken gave up at this very moment, and another one, who could go on, sleeps for ever."""
    came: dict[str, Any] = {}
    with ring_of(1) as ring:
        if what == "writing":
            write(ring, 1)

        def wait(name: str, timeout: float | None) -> None:
            call = partial(read, ring, timeout) if what == "reading" else partial(write, ring, 2, timeout)
            came[name] = outcome(call)

        threads = started(partial(wait, "hasty", 5), partial(wait, "patient", None))
        if what == "reading":
            write(ring, 1)
        else:
            read(ring)
        settle()
        assert came.get("hasty") is not TimeoutError or "patient" in came, f"who came back from {what}: {came}"
        ring.finish()
        for thread in threads:
            thread.join()


# (3) Memory


def blocks_made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the blocks that are made from now on."""
    names: list[str] = []
    real = shared_memory.SharedMemory.__init__

    def noted(self: Any, *args: Any, **kwargs: Any) -> None:
        real(self, *args, **kwargs)
        names.append(self.name)

    monkeypatch.setattr(shared_memory.SharedMemory, "__init__", noted)
    return names


def test_frames_are_in_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who writes or reads works on a copy of the frame, and not on the shared block itself."""
    names = blocks_made(monkeypatch)
    with ring_of(2, (100,), "u1") as ring:
        assert len(names) == 1, f"the ring made {len(names)} blocks of shared memory"
        block = shared_memory.SharedMemory(names[0])
        try:
            with ring.writing() as frame:
                frame[...] = 77
                place = bytes(block.buf or b"").find(bytes([77] * 100))
                assert place >= 0, "what is written in a writing block is not in the shared memory yet"
            with ring.reading() as frame:
                block.buf[place] = 78
                assert frame.tolist() == [78] + [77] * 99, "what is read is not the shared memory itself"
        finally:
            block.close()


def test_close_with_an_open_block() -> None:
    """close() took the memory away from somebody who was working on it, or it refuses although nobody does."""
    ring = FrameRing(2, (2,), "i8", threading)
    kept.append(ring)
    for use in (ring.writing, ring.reading):
        with use() as frame:
            with pytest.raises(RuntimeError):
                ring.close()
            assert len(frame.tolist()) == 2
        del frame
    ring.close()
    ring.close()
    ring.unlink()


def test_two_rings() -> None:
    """What happens to one ring happens to another one too: frames, the end, or an open block."""
    with ring_of(1) as ring, ring_of(1) as other:
        write(ring, 1)
        write(other, 2)
        ring.finish()
        with ring.reading() as frame:
            assert frame.tolist() == [1, 1]
            assert read(other) == 2
            write(other, 3)
            other.close()


def test_unlink_before_close() -> None:
    """A ring whose block has no name any more cannot be used, or not closed, in its process."""
    ring = FrameRing(1, (2,), "i8", threading)
    ring.unlink()
    write(ring, 1)
    assert read(ring) == 1
    ring.close()


def test_locks_come_from_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ring makes its locks itself instead of taking them from sync."""
    made: list[str] = []
    real = synchronize.SemLock.__init__

    def noted(self: Any, *args: Any, **kwargs: Any) -> None:
        made.append(type(self).__name__)
        real(self, *args, **kwargs)

    monkeypatch.setattr(synchronize.SemLock, "__init__", noted)
    with ring_of(1, sync=threading) as ring:
        write(ring, 1)
    assert made == [], f"sync was `threading`, and the ring made of multiprocessing: {made}"
    with ring_of(1, sync=multiprocessing) as ring:
        write(ring, 1)
    assert made, "sync was `multiprocessing`, and nothing was made with it"


def test_nothing_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ring that was closed and unlinked still holds its block, or a descriptor, or the block itself is left."""
    names = blocks_made(monkeypatch)
    rings = []
    with no_descriptor_left(), ring_of(2, sync=multiprocessing) as ring:
        rings.append(ring)
        write(ring, 1)
        with ring.reading() as frame:
            assert frame.tolist() == [1, 1]
            with pytest.raises(RuntimeError):  # and so it has to be closed afterwards
                ring.close()
        del frame
    for name in names[:1]:
        with pytest.raises(FileNotFoundError):
            shared_memory.SharedMemory(name)


# (4) Processes. What they do is a text: so they need not import this module, and start quickly. No name is left for a
# frame when a ring is closed: whether close() can do without that depends on how the view was made.


def run_children(context: Any, *works: tuple[str, dict[str, Any]]) -> None:
    """Run each program with its names in a child process, all at once. Their exit codes have to be 0."""
    children = [context.Process(target=exec, args=work) for work in works]

    def run() -> None:
        for child in children:
            child.start()
        for child in children:
            child.join()

    within(run, seconds=15)
    assert [child.exitcode for child in children] == [0] * len(children), "a child failed: see its stderr"


PRODUCER = """
for value in values:
    with ring.writing() as frame:
        frame[...] = value
    del frame
(folder / f"done {values[0]}").touch()
if all((folder / f"done {first}").exists() for first in firsts):
    ring.finish()
ring.close()
"""
CONSUMER = """
from katas.s16_shared_memory.frame_ring import RingClosed
found = []
try:
    while True:
        with ring.reading() as frame:
            assert frame.min() == frame.max(), frame
            found.append(int(frame[0]))
        del frame
except RingClosed:
    (folder / f"found {number}").write_text(" ".join(map(str, found)))
ring.close()
"""


def test_across_processes(tmp_path: Path) -> None:
    """Between processes frames are lost, come twice or mixed up, or the end does not arrive."""
    values = [list(range(first, first + 10)) for first in (1000, 2000)]
    with ring_of(3, (500,), sync=QUICK) as ring:
        names = {"ring": ring, "folder": tmp_path, "firsts": [1000, 2000]}
        producers = [(PRODUCER, names | {"values": some}) for some in values]
        consumers = [(CONSUMER, names | {"number": number}) for number in (1, 2)]
        run_children(QUICK, *consumers, *producers)
        found = [list(map(int, (tmp_path / f"found {number}").read_text().split())) for number in (1, 2)]
        assert sorted(found[0] + found[1]) == values[0] + values[1], f"the consumers got {found}"
        for some in found:
            for first in (1000, 2000):
                own = [value for value in some if first <= value < first + 1000]
                assert own == sorted(own), f"a consumer got {some}"
        assert outcome(partial(read, ring, 0)) is RingClosed, "finish() in a child is the end here too"
        assert outcome(partial(write, ring, 1, 0)) is RingClosed, "and nobody here writes any more"


TWO_FRAMES = """
for value in (1, 2):
    with ring.writing() as frame:
        frame[...] = value
    del frame
ring.close()
"""


def test_order_across_processes() -> None:
    """A frame of this process overtook one that a child had published before: each process counts for itself."""
    with ring_of(3, sync=QUICK) as ring:
        run_children(QUICK, (TWO_FRAMES, {"ring": ring}))
        write(ring, 3)
        assert [read(ring, 0) for _ in range(3)] == [1, 2, 3]


STAYS_INSIDE = """
import time
deadline = time.monotonic() + 10
with ring.reading() as frame:
    (folder / "inside").touch()
    while not (folder / "closed").exists() and time.monotonic() < deadline:
        time.sleep(0.002)
    assert frame.tolist() == [5, 5]
del frame
ring.close()
"""


def test_close_beside_another_process(tmp_path: Path) -> None:
    """A process cannot end its access while another one works on a frame, or it takes the frame away from that one."""

    def wait_and_close() -> None:
        wait_until((tmp_path / "inside").exists)
        try:
            ring.close()
            came.append("fine")
        except RuntimeError as error:
            came.append(repr(error))
        (tmp_path / "closed").touch()

    came: list[Any] = []
    with ring_of(1, sync=QUICK) as ring:
        write(ring, 5)
        closer = Thread(target=wait_and_close)
        closer.start()
        try:
            run_children(QUICK, (STAYS_INSIDE, {"ring": ring, "folder": tmp_path}))
        finally:
            (tmp_path / "inside").touch()
            closer.join()
        assert came == ["fine"], f"close() raised {came}, but the open block is that of another process"


CLOSES = """
try:
    ring.close()
except BufferError:  # the fork has got its parent's view, too
    pass
"""


def test_close_in_a_child() -> None:
    """A child cannot close its ring while a block of its parent is open."""
    with ring_of(2, sync=QUICK) as ring:
        with ring.writing() as frame:
            run_children(QUICK, (CLOSES, {"ring": ring}))
            frame[...] = 4
        assert read(ring) == 4


RECORD = np.dtype([("camera", ">u2"), ("value", "f8")], align=True)
CAMERA = """
with records.writing() as frame:
    frame["camera"], frame["value"] = 258, 0.5
del frame
records.close()
"""


def test_record_of_a_child() -> None:
    """A child that gets the ring pickled sees another dtype, or takes its parent's open block for one of its own."""
    context = multiprocessing.get_context("spawn")
    with ring_of(2, (1,), RECORD, context) as ring, ring.writing():
        run_children(context, (CAMERA, {"records": ring}))
        with ring.reading() as frame:
            assert frame.tolist() == [(258, 0.5)]


def test_child_that_was_not_forked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that gets the ring pickled cannot use it; or the frames are pickled too: what the block is to avoid."""
    sent: list[int] = []
    dump = reduction.dump

    def counted(obj: Any, file: Any, protocol: int | None = None) -> None:
        before = file.tell()
        dump(obj, file, protocol)
        sent.append(file.tell() - before)

    monkeypatch.setattr(reduction, "dump", counted)
    context = multiprocessing.get_context("spawn")
    with ring_of(2, (2**19,), "i8", context) as ring:
        write(ring, 7)
        write(ring, 8)
        ring.finish()
        run_children(context, (CONSUMER, {"ring": ring, "folder": tmp_path, "number": 1}))
        assert (tmp_path / "found 1").read_text() == "7 8"
        assert outcome(partial(read, ring, 0)) is RingClosed, "the child has read all frames"
    assert sum(sent) < 20_000, f"{sum(sent)} bytes were pickled for a ring with frames of {2**22}"


def test_quiet_at_exit() -> None:
    """A program that used a ring with a child complains at its end of a leaked block, or of an ignored error."""
    program = (
        "import multiprocessing\n"
        "from katas.s16_shared_memory.frame_ring import FrameRing\n"
        f"context = multiprocessing.get_context({QUICK.get_start_method()!r})\n"
        "ring = FrameRing(2, (3,), 'i8', context)\n"
        "work = 'with ring.writing() as frame: frame[...] = 5\\ndel frame\\nring.close()'\n"
        "child = context.Process(target=exec, args=(work, {'ring': ring}))\n"
        "child.start()\n"
        "with ring.reading() as frame: print('\\nread', frame.tolist())\n"
        "del frame\n"
        "child.join()\n"
        "ring.close()\n"
        "ring.unlink()\n"
    )
    root = Path(sys.modules["katas"].__path__[0]).parent
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=50, cwd=root)
    assert (done.returncode, "read [5, 5, 5]" in done.stdout.splitlines()) == (0, True), done  # the ring may print, too
    assert not re.search("Warning|Traceback|ignored", done.stderr), done.stderr
