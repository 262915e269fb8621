"""An errand: sent off once, it runs in a thread of its own and brings back what came of it, value or error.

Under `@interleave` a test is run again for every way in which its threads can take turns. `settle()` returns
when all other threads have gone as far as they can. Time is virtual: an hour costs nothing.
"""

import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Barrier, Event, Thread, current_thread
from types import FrameType
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, log, settle, together
from katas.s04_threading.errand import Errand

ERRORS = [ValueError, TimeoutError, StopIteration, KeyError, SystemExit, KeyboardInterrupt]


class EmptyReport(Exception):
    """An exception that counts as false, as every object of length 0 does."""

    def __len__(self) -> int:
        return 0


def fail(error: BaseException) -> None:
    raise error


def raised_by(call: Callable[[], object]) -> BaseException | None:
    """What call() raises, or None if it returns."""
    try:
        call()
    except BaseException as error:
        return error
    return None


def nothing() -> None:
    """An errand that has nothing to do."""


@interleave
def test_a_payroll_run() -> None:
    """An errand that was sent off does not bring back what its function returned."""
    errand = Errand(sum, [1500, 2000])
    errand.start()
    assert errand.result() == 3500
    assert errand.done()


VALUES: list[object] = [None, 0, False, "", [], (), mock.ANY, ValueError("a value like any other"), EmptyReport()]


@pytest.mark.parametrize("value", VALUES, ids=repr)
@interleave(schedules=20)
def test_any_value_is_a_result(value: object) -> None:
    """None, 0, an empty list or an exception object was returned by the function, and something else came back."""
    errand = Errand(lambda: value)
    errand.start()
    for _ in range(2):
        came_back = errand.result()
        assert came_back is value, f"the function returned {value!r}, result() returned {came_back!r}"


NAMES = st.sampled_from(["self", "func", "args", "kwargs", "timeout", "name", "target", "daemon", "group"])


@settings(max_examples=10)
@given(args=st.lists(st.integers(), max_size=3), kwargs=st.dictionaries(NAMES, st.integers(), max_size=3))
@example(args=[], kwargs={"self": 1, "func": 2, "args": 3, "kwargs": 4})
@example(args=[1, 2], kwargs={"timeout": 3, "name": 4, "target": 5, "daemon": 6, "group": 7})
@interleave(preemptions=1, schedules=15)
def test_arguments_come_through(args: list[int], kwargs: dict[str, int]) -> None:
    """The function did not get the arguments that the errand was made with."""

    def func(*args: int, **kwargs: int) -> object:
        return list(args), kwargs

    errand = Errand(func, *args, **kwargs)
    errand.start()
    assert errand.result() == (args, kwargs)


@interleave
def test_arguments_are_the_same_objects() -> None:
    """The function got a copy of its argument: what it wrote into the caller's list is lost."""
    report: list[str] = []
    errand = Errand(report.append, "all paid")
    errand.start()
    errand.result()
    assert report == ["all paid"]


@interleave
def test_runs_once_in_a_child_thread() -> None:
    """The function ran before it was sent off, more than once, or in the caller's own thread."""
    threads: list[Thread] = []
    before = set(threading.enumerate())
    errand = Errand(lambda: threads.append(current_thread()))
    settle()
    assert threads == [], "nobody called start() yet, and the function ran"
    assert set(threading.enumerate()) == before, "nobody called start() yet, and a thread is running"
    errand.start()
    for _ in range(2):
        errand.result()
    settle()
    assert len(threads) == 1, f"the function was called {len(threads)} times"
    assert threads[0] is not current_thread(), "the function ran in the thread of the caller"


@interleave
def test_runs_without_being_asked() -> None:
    """An errand that was sent off waits until somebody asks for its result, or is never done unless asked."""
    threads: list[Thread] = []
    errand = Errand(lambda: threads.append(current_thread()))
    errand.start()
    settle()
    assert len(threads) == 1, "start() was called, and the function does not run"
    assert not threads[0].is_alive(), "the function has returned long ago, and its thread is still there"
    assert errand.done(), "the function has returned long ago, and done() is False"


@interleave
def test_start_does_not_wait() -> None:
    """start() came back only when the function had ended."""
    gate = Event()
    errand = Errand(gate.wait)
    began = time.monotonic()
    errand.start()
    assert time.monotonic() == began, "start() waited for a while to see how it goes"
    gate.set()  # if start() waits for the function, nobody ever opens the gate
    assert errand.result() is True


@interleave(preemptions=0, schedules=20)
def test_errands_overlap() -> None:
    """Three errands that were all sent off did not run at the same time."""
    meeting = Barrier(3)
    errands = [Errand(meeting.wait) for _ in range(3)]
    for errand in errands:
        errand.start()
    assert sorted(errand.result() for errand in errands) == [0, 1, 2]


@pytest.mark.parametrize("who", ["makes", "starts", "makes and starts"])
@interleave(schedules=40)
def test_never_a_daemon(who: str) -> None:
    """The errand of a daemon thread became a daemon: it would be cut off when the program ends."""
    errands: list[Errand[bool]] = []

    def make() -> None:
        errands.append(Errand(lambda: current_thread().daemon))

    def start() -> None:
        errands[0].start()

    for verb, step in (("makes", make), ("starts", start)):
        if verb in who:
            background = Thread(target=step, daemon=True)
            background.start()
            background.join()
        else:
            step()
    assert errands[0].result() is False, f"a daemon thread {who} the errand, and its thread is a daemon, too"


@pytest.mark.parametrize("kind", ERRORS)
@interleave(schedules=40)
def test_exception_is_delivered(kind: type[BaseException]) -> None:
    """The function failed, and its caller did not get that very exception, each time it asked."""
    error = kind()
    errand = Errand(fail, error)
    errand.start()
    for _ in range(2):
        came_back = raised_by(errand.result)
        assert came_back is error, f"the function raised {error!r}, result() raised {came_back!r}"
    assert errand.done(), "an errand that failed is done, too"
    assert isinstance(raised_by(errand.start), RuntimeError), "an errand that failed cannot be sent off again"
    came_back = raised_by(partial(errand.result, timeout=0))
    assert came_back is error, f"the function raised {error!r}, result(timeout=0) raised {came_back!r}"


@pytest.mark.timeout(10)
@pytest.mark.parametrize("kind", ERRORS)
def test_only_result_tells(kind: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that result() delivers was reported by threading.excepthook as well, or the hook was changed."""
    reported: list[object] = []

    def hook(args: threading.ExceptHookArgs) -> None:
        reported.append(args.exc_value)

    monkeypatch.setattr(threading, "excepthook", hook)
    hooks: list[object] = []

    def func() -> None:
        hooks.append(threading.excepthook)
        raise kind()

    errand = Errand(func)
    errand.start()
    raised_by(errand.result)
    assert reported == []
    assert [*hooks, threading.excepthook] == [hook, hook], "threads that are no errands need the hook, also meanwhile"


@pytest.mark.parametrize("error", [None, ValueError("no money left")], ids=["value", "error"])
@interleave
def test_done_means_deliverable(error: ValueError | None) -> None:
    """done() said yes, and result(timeout=0) did not deliver; or the other way round; or done() took it back."""
    errand = Errand(fail, error) if error else Errand(lambda: None)

    def outcome() -> object:
        came_back = raised_by(partial(errand.result, timeout=0))
        return "not yet" if isinstance(came_back, TimeoutError) else came_back

    assert not errand.done(), "done() before start()"
    errand.start()
    for _ in range(2):
        if errand.done():
            assert outcome() is error, "done() was True, but result(timeout=0) did not deliver"
            assert errand.done(), "done() was True before, and now it is not"
        elif outcome() != "not yet":
            assert errand.done(), "result(timeout=0) has delivered, and done() is False"


@interleave
def test_not_done_while_it_runs() -> None:
    """done() said yes while the function was still running, or raised an error when the function itself asked."""
    gate = Event()
    said_inside: list[bool] = []

    def func() -> None:
        gate.wait()
        said_inside.append(errand.done())

    errand = Errand(func)
    errand.start()
    settle()
    assert not errand.done(), "the function has not returned yet"
    gate.set()
    errand.result()  # raises what done() raised inside
    assert said_inside == [False], "the function asked done() while it was running itself"
    assert errand.done(), "the function has returned, and the thread has ended"


@pytest.mark.parametrize("timeout", [None, 0, 60], ids=str)
@pytest.mark.parametrize("error", [None, SystemExit("out of paper")], ids=["value", "error"])
@interleave(schedules=60)
def test_thread_has_ended_when_result_delivers(error: SystemExit | None, timeout: float | None) -> None:
    """result() delivered while the thread of the errand was still there."""
    threads: list[Thread] = []

    def func() -> None:
        threads.append(current_thread())
        if error:
            raise error

    errand = Errand(func)
    errand.start()
    came_back = raised_by(partial(errand.result, timeout))
    if not isinstance(came_back, TimeoutError):
        assert came_back is error
        assert not threads[0].is_alive()


@interleave
def test_timeout() -> None:
    """The time was over, and result() raised no TimeoutError, or not at that moment; or the errand was lost."""
    calls: list[str] = []
    gate = Event()

    def func() -> str:
        calls.append("called")
        gate.wait()
        return "back"

    errand = Errand(func)
    errand.start()
    for timeout in (3, 0, 0.5):
        asked = time.monotonic()
        came_back = raised_by(partial(errand.result, timeout))
        waited = time.monotonic() - asked
        assert isinstance(came_back, TimeoutError), f"result(timeout={timeout}): {came_back!r}, not TimeoutError"
        assert waited == pytest.approx(timeout), f"result(timeout={timeout}) came back after {waited:g} s"
        assert not errand.done()
    gate.set()
    assert errand.result(timeout=60) == errand.result() == "back"
    assert calls == ["called"], "the function is called once, however often its result is asked for"


@interleave
def test_in_time() -> None:
    """The function came back in time, and result() raised TimeoutError all the same, or waited out the whole time."""

    def func() -> str:
        time.sleep(10)
        return "back"

    began = time.monotonic()
    errand = Errand(func)
    errand.start()
    assert errand.result(timeout=11) == "back"
    waited = time.monotonic() - began
    assert waited == pytest.approx(10), f"the function took 10 s, result(timeout=11) came back after {waited:g} s"


@pytest.mark.parametrize("error", [None, ValueError("no money left")], ids=["value", "error"])
@interleave
def test_many_collectors(error: ValueError | None) -> None:
    """Several threads asked for the result, and one got something else, or got it while the errand still ran."""
    threads: list[Thread] = []
    value = object()

    def func() -> object:
        threads.append(current_thread())
        if error:
            raise error
        return value

    errand = Errand(func)

    def collect() -> object:
        try:
            outcome: object = errand.result()
        except ValueError as raised:
            outcome = raised
        assert not threads[0].is_alive(), "result() delivered, and the thread of the errand is still there"
        return outcome

    errand.start()
    assert together(collect, collect) == [error or value] * 2


@pytest.mark.parametrize("patience", [None, 10**6], ids=str)
@interleave(preemptions=1, schedules=20)
def test_who_waits_holds_up_nobody(patience: float | None) -> None:
    """While one thread waits for the result, done(), start() or the result() of another had to wait as well."""
    gate = Event()
    errand = Errand(gate.wait)
    errand.start()
    patient = Thread(target=errand.result, args=(patience,))
    patient.start()
    settle()  # now it waits

    asked = time.monotonic()
    assert not errand.done()
    assert isinstance(raised_by(errand.start), RuntimeError), "it was started before"
    for timeout in (0, 3):
        came_back = raised_by(partial(errand.result, timeout))
        assert isinstance(came_back, TimeoutError), f"result(timeout={timeout}): {came_back!r}, not TimeoutError"
    waited = time.monotonic() - asked
    assert waited == pytest.approx(3), f"a thread waits in result({patience}); the calls of another took {waited:g} s"
    gate.set()
    patient.join()
    assert errand.done()


@pytest.mark.parametrize("timeout", [None, 10**9], ids=str)
@interleave(preemptions=0, schedules=2, steps=5000)
def test_waits_without_spinning(timeout: float | None) -> None:
    """While it waits, result() looks again and again whether the errand is back."""
    gate = Event()
    errand = Errand(gate.wait)
    errand.start()
    patient = Thread(target=errand.result, args=(timeout,))
    patient.start()
    settle()  # now it waits
    quiet = len(log())
    for seconds in (1, 10**8):  # at last more than three years
        time.sleep(seconds)
        woke = [step for step in log()[quiet:] if step.thread == patient.name]
        told = f"nothing happened for {seconds} s, and result(timeout={timeout}) looked {len(woke)} times: {woke[:1]}"
        assert not woke, told
    gate.set()
    patient.join()


@pytest.mark.parametrize("timeout", [None, 0, 5], ids=str)
@interleave(schedules=60)
def test_errand_asks_for_its_own_result(timeout: float | None) -> None:
    """An errand waits for itself: inside its own function result() has to raise RuntimeError."""
    errands: list[Errand[object]] = []

    def func() -> object:
        return raised_by(partial(errands[0].result, timeout))

    errands.append(Errand(func))
    errands[0].start()
    inside = errands[0].result()
    assert isinstance(inside, RuntimeError), f"result(timeout={timeout}) inside: {inside!r}, not RuntimeError"


@pytest.mark.timeout(10)
def test_a_later_thread_is_not_the_errand() -> None:
    """A thread was taken for the errand's own: a new thread may have the ident or the name of one that has ended."""
    threads: list[Thread] = []
    errand = Errand(lambda: threads.append(current_thread()))
    errand.start()
    errand.result()
    told: list[BaseException | None] = []
    for _ in range(20):  # the ident is a matter of chance
        later = Thread(target=lambda: told.append(raised_by(errand.result)), name=threads[0].name)
        later.start()
        later.join()
    refused = [error for error in told if error is not None]
    assert not refused, f"{len(refused)} of {len(told)} later threads got {refused[0]!r}"


@interleave
def test_errand_asks_for_another_result() -> None:
    """An errand could not start another one and wait for its result."""

    def buy() -> int:
        paper = Errand(lambda: 3)
        paper.start()
        return paper.result() + 4

    errand = Errand(buy)
    errand.start()
    assert errand.result() == 7


@interleave(preemptions=1, schedules=60)
def test_start_and_result_out_of_order() -> None:
    """Asked before the start, or started twice, the errand did not raise RuntimeError, or was lost by that."""
    calls: list[str] = []
    errand = Errand(calls.append, "called")
    for timeout in (None, 0, 5):
        with pytest.raises(RuntimeError):
            errand.result(timeout)
    assert not errand.done()
    errand.start()
    with pytest.raises(RuntimeError):
        errand.start()
    assert errand.result() is None
    with pytest.raises(RuntimeError):
        errand.start()
    assert errand.done()
    assert errand.result() is None
    settle()
    assert calls == ["called"]


@interleave(preemptions=2, schedules=80)
def test_started_by_two_at_once() -> None:
    """Two threads sent the same errand off: it ran twice, or both or none of them were told RuntimeError."""
    calls: list[str] = []
    errand = Errand(calls.append, "called")
    told = together(partial(raised_by, errand.start), partial(raised_by, errand.start))
    errand.result()
    settle()
    assert calls == ["called"], f"the function was called {len(calls)} times"
    refused = [error for error in told if error is not None]
    assert len(refused) == 1, f"one of two calls of start() is refused, not {len(refused)}"
    assert isinstance(refused[0], RuntimeError)


@interleave(preemptions=2, schedules=80)
def test_asked_while_it_is_being_started() -> None:
    """While one thread was in start(), another one asked, and got neither the result nor RuntimeError."""
    errand = Errand(lambda: "back")

    def ask() -> None:
        if errand.done():
            error = raised_by(partial(errand.result, 0))
            assert error is None, f"done() was True, but result(timeout=0) raised {error!r}"
        with suppress(RuntimeError):  # not started yet
            assert errand.result() == "back"

    together(errand.start, ask)
    assert errand.result() == "back"


@pytest.mark.timeout(10)
def test_started_by_two_inside_thread_start() -> None:
    """Up to 3.12, Thread.start looks whether it was called, then starts: two threads can get past the look."""
    calls: list[str] = []
    told: list[BaseException | None] = []
    errand = Errand(calls.append, "called")
    second = Thread(target=lambda: told.append(raised_by(errand.start)))

    def trace(frame: FrameType, event: str, arg: object) -> object:
        is_start = frame.f_code.co_name == "start" and frame.f_code.co_filename == threading.__file__
        if not is_start or frame.f_locals["self"] is second:
            return None
        lines: list[int] = []

        def stop_after_the_look(frame: FrameType, event: str, arg: object) -> object:
            lines.append(frame.f_lineno)
            if len(lines) == 3 and second.ident is None:
                second.start()
                second.join(0.2)  # it waits for the lock of the errand, or it gets past the look as well
            return stop_after_the_look

        return stop_after_the_look

    tracer = sys.gettrace()
    sys.settrace(trace)
    try:
        told.append(raised_by(errand.start))
    finally:
        sys.settrace(tracer)
    if second.ident is not None:
        second.join()
        assert sum(isinstance(error, RuntimeError) for error in told) == 1, f"two calls of start() raised {told}"
    errand.result()
    assert calls == ["called"], f"the function was called {len(calls)} times"


@pytest.mark.parametrize("call", [nothing, partial(fail, SystemExit())], ids=["value", "error"])
@interleave
def test_no_thread_left(call: Callable[[], None]) -> None:
    """An errand is back, or was never sent off, and has left a thread behind."""
    before = set(threading.enumerate())
    Errand(call)
    asked, left_alone = Errand(call), Errand(call)
    asked.start()
    left_alone.start()
    raised_by(asked.result)
    settle()
    left = set(threading.enumerate()) - before
    assert not left
