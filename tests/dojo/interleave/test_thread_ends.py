"""With a thread under control ends what belongs to it, in every schedule, and everybody can see that it has ended."""

import contextvars
import sys
import threading
import weakref

from dojo.interleave import interleave, random_walk

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
