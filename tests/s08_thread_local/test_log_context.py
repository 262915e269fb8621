"""Each thread logs under its own request, and goes back to the outer one whatever happens.

Under `@interleave` a test is run again for every way in which its threads can take turns.
"""

import gc
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from threading import Barrier, Thread, current_thread
from typing import TypeVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dojo.interleave import interleave, together
from katas.s08_thread_local.log_context import request, tag

T = TypeVar("T")
IDS = st.text("ab-", max_size=2)


def in_a_new_thread(call: Callable[[], T]) -> T:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()


def test_outside_any_request() -> None:
    """A line that belongs to no request was not tagged with "-", in the main thread or in another one."""
    assert tag("hello") == "[-] hello"
    assert in_a_new_thread(lambda: tag("hello")) == "[-] hello"


@pytest.mark.parametrize("name", ["A17", "", "-", " {x} "])
def test_inside_a_request(name: str) -> None:
    """A line of a request did not carry the request's id, in the main thread or in another one."""

    def serve() -> list[str]:
        with request(name):
            inside = [tag("paid 5 % of {x}"), tag("")]
        return [*inside, tag("idle")]

    expected = [f"[{name}] paid 5 % of {{x}}", f"[{name}] ", "[-] idle"]
    assert serve() == expected
    assert in_a_new_thread(serve) == expected


@given(steps=st.lists(st.none() | IDS, max_size=8))
@example(steps=["A", "B", "A", None])  # the block that ends is the last one that began, not the first one of that id
def test_blocks_nest(steps: list[str | None]) -> None:
    """After an inner request the thread does not go on with the outer one."""
    stack, blocks = ["-"], [ExitStack()]
    with blocks[0]:
        for name in steps:  # a name enters a request, None leaves the innermost one
            if name is not None:
                block = ExitStack()
                block.enter_context(request(name))
                blocks.append(block)
                stack.append(name)
            elif len(stack) > 1:
                blocks.pop().close()
                stack.pop()
            assert tag("x") == f"[{stack[-1]}] x", f"steps {steps} (None: leave), now inside {stack[1:]}"
        while len(blocks) > 1:
            blocks.pop().close()
    assert tag("x") == "[-] x"


def test_begins_where_it_is_entered() -> None:
    """A request began, or looked up what to go back to, when it was made; it is not begun before `with`."""
    outer, inner = request("A"), request("B")
    assert tag("x") == "[-] x", "two requests were made, none was entered"
    with outer:
        with inner:
            assert tag("x") == "[B] x"
        assert tag("x") == "[A] x", "request B was made outside A, and entered inside it"
    assert tag("x") == "[-] x"


def test_made_in_one_thread_entered_in_another() -> None:
    """A request was made in one thread and entered in another: it is for the thread that is inside the block."""
    made_here = request("B")

    def serve() -> list[str]:
        with made_here:
            inside = tag("x")
        return [inside, tag("idle")]

    with request("A"):
        assert in_a_new_thread(serve) == ["[B] x", "[-] idle"]
        assert tag("x") == "[A] x", "the thread that made the request noticed something"


class PaymentError(Exception):
    pass


@given(names=st.lists(IDS, min_size=1, max_size=4), data=st.data())
def test_restored_after_an_error(names: list[str], data: st.DataObject) -> None:
    """A request failed, and the thread went on logging under its id, or the error did not come out as it was."""
    caught_at = data.draw(st.integers(0, len(names) - 1), label="how many requests go on")
    kind = data.draw(st.sampled_from([PaymentError, SystemExit, GeneratorExit, StopIteration]), label="error")
    error = kind("card refused")
    with ExitStack() as outer:
        for name in names[:caught_at]:
            outer.enter_context(request(name))
        with pytest.raises(kind) as raised, ExitStack() as inner:
            for name in names[caught_at:]:
                inner.enter_context(request(name))
            raise error
        assert raised.value is error
        assert (error.args, vars(error)) == (("card refused",), {}), "the error was changed on its way out"
        hidden = error.__cause__ is not None or error.__suppress_context__
        assert not hidden, "it was raised again with `from`: the traceback no longer shows what led to it"
        expected = ["-", *names][caught_at]
        assert tag("x") == f"[{expected}] x", f"{error!r} left {names[caught_at:]}, inside {names[:caught_at]}"
    assert tag("x") == "[-] x"


def serve(name: str) -> list[str]:
    """One request with another one inside it."""
    lines = []
    with request(name):
        lines.append(tag("begin"))
        with request(f"{name}.1"):
            lines.append(tag("pay"))
        lines.append(tag("end"))
    return [*lines, tag("idle")]


def lines_of(name: str) -> list[str]:
    return [f"[{name}] begin", f"[{name}.1] pay", f"[{name}] end", "[-] idle"]


@pytest.mark.parametrize("threads", [2, 3])
@interleave(schedules=40)
def test_threads_do_not_mix(threads: int) -> None:
    """A line carries the id of a request that another thread was serving."""
    names = ["A", "B", "C"][:threads]
    came = together(*[lambda name=name: serve(name) for name in names])
    assert came == [lines_of(name) for name in names]


@interleave(schedules=40)
def test_threads_with_the_same_name() -> None:
    """Two threads that have the same name got each other's id, or a request changed the name, which others see."""

    def worker(name: str) -> list[str]:
        current_thread().name = "worker"
        with request(name):
            assert current_thread().name == "worker", "the thread was given another name"
        return serve(name)

    assert together(lambda: worker("A"), lambda: worker("B")) == [lines_of("A"), lines_of("B")]


@interleave(schedules=40)
def test_one_fails_beside_another() -> None:
    """A request failed, and a thread that was serving another one lost or changed its id."""

    def failing() -> str:
        with suppress(PaymentError), request("A"):
            raise PaymentError("card refused")
        return tag("next")

    failed, served = together(failing, lambda: serve("B"))
    assert failed == "[-] next"
    assert served == lines_of("B")


@interleave(preemptions=0, schedules=5)
def test_both_inside_at_once() -> None:
    """A request made another thread wait until it was over: they must be served at the same time."""
    both_there = Barrier(2)

    def meet(name: str) -> str:
        with request(name):
            both_there.wait()
            return tag("here")

    assert together(lambda: meet("A"), lambda: meet("B")) == ["[A] here", "[B] here"]


def test_pool_worker_starts_clean() -> None:
    """A job failed inside a request, and the next job of the same thread was logged under the dead id."""

    def failing() -> None:
        with request("A17"):
            raise PaymentError("card refused")

    with ThreadPoolExecutor(1) as pool:
        assert isinstance(pool.submit(failing).exception(), PaymentError)
        assert pool.submit(tag, "next job").result() == "[-] next job"


def test_new_thread_starts_outside() -> None:
    """A thread that was started inside a request logs under its id: it must begin outside any request."""
    with request("A17"):
        assert in_a_new_thread(lambda: tag("cleaning")) == "[-] cleaning"
        assert in_a_new_thread(lambda: serve("B")) == lines_of("B")
        assert tag("still here") == "[A17] still here"


class Id(str):
    """A str that can be referred to weakly."""


def test_nothing_is_remembered() -> None:
    """Threads have finished, and something still holds their ids or the threads themselves."""
    left: list[weakref.ref[object]] = []

    def work(number: int) -> None:
        outer, inner = Id(f"A{number}"), Id(f"B{number}")
        left.extend(map(weakref.ref, (outer, inner, current_thread())))
        with suppress(PaymentError), request(outer), request(inner):
            tag("x")
            if number % 2:
                raise PaymentError("card refused")

    for number in range(20):
        thread = Thread(target=work, args=(number,))
        thread.start()
        thread.join()
    del thread
    gc.collect()
    held = [reference() for reference in left if reference() is not None]
    assert not held, f"20 threads have ended; still held: {held[:4]}"
