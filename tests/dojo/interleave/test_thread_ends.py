"""With a thread under control ends what belongs to it, in every schedule, and everybody can see that it has ended."""

import contextvars
import gc
import signal
import sys
import threading
import time
import weakref

import pytest

from dojo.interleave import explore, interleave, random_walk, together

mine = threading.local()
context: contextvars.ContextVar[int] = contextvars.ContextVar("context", default=0)


def run_in_thread(function) -> threading.Thread:
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()
    return thread


@interleave(schedules=20)
def test_thread_locals_end_with_their_thread() -> None:
    def work() -> None:
        assert not hasattr(mine, "value")
        mine.value = 1

    run_in_thread(work)
    run_in_thread(work)


@interleave(schedules=20)
def test_values_of_a_thread_die_before_its_end_is_seen() -> None:
    class Value:
        pass

    seen: list[weakref.ref[Value]] = []

    def work() -> None:
        mine.value = Value()
        seen.append(weakref.ref(mine.value))

    run_in_thread(work)
    assert seen[0]() is None


@interleave(schedules=20)
def test_context_variables_end_with_their_thread() -> None:
    def work() -> None:
        assert context.get() == 0
        context.set(1)

    run_in_thread(work)
    run_in_thread(work)


@interleave(schedules=20)
def test_profile_functions_end_with_their_thread() -> None:
    def work() -> None:
        assert sys.getprofile() is None
        sys.setprofile(lambda frame, event, arg: None)

    run_in_thread(work)
    run_in_thread(work)


def test_threads_look_alive_and_ended_to_everybody() -> None:
    threads: list[threading.Thread] = []
    random_walk(lambda: threads.append(run_in_thread(lambda: None)), schedules=3)
    assert [thread.is_alive() for thread in threads] == [False] * 3
    for thread in threads:
        thread.join()


class Thing:
    """May be forgotten."""


class Carrier(threading.Thread):
    """Keeps what it has made, as a thread with a result does."""

    def run(self) -> None:
        self.made = Thing()


@interleave(preemptions=0, schedules=1)
def test_a_thread_that_is_let_go_takes_along_what_it_carries() -> None:
    things = weakref.WeakSet()
    for _ in range(5):
        thread = Carrier()
        thread.start()
        thread.join()
        things.add(thread.made)
        del thread
    gc.collect()
    assert not things


@pytest.mark.skipif(sys.platform == "win32", reason="signals do not end waits there")
def test_a_time_limit_that_strikes_while_another_thread_runs() -> None:
    """It raises in the main thread, which waits, as others do. Nothing of that run is left for the next."""

    def program() -> None:
        never, numbers = threading.Event(), []

        def work() -> None:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            for number in range(5_000):
                numbers.append(number)

        together(never.wait, never.wait, work, work)

    for _ in range(20):
        started = time.perf_counter()
        with pytest.raises(KeyboardInterrupt):
            explore(program, schedules=1)
        explore(lambda: together(lambda: None, lambda: None), schedules=3)
        assert time.perf_counter() - started < 2, "somebody was waited for in vain"
