"""Exact traces: with one thread and no preemption, things happen in one order only."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

import greenlet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from katas.s20_third_party.greenlet_channels import Channel, Closed, Deadlock, pause, run

pytestmark = pytest.mark.timeout(10)


class Trace(list[str]):
    """What happened, in order; and functions to pass to run() that tell it."""

    def steps(self, name: str, *steps: Callable[[], Any]) -> Callable[[], str]:
        """A function that takes these steps: notes name1, name2, ... before each, and its end."""

        def function() -> str:
            try:
                for number, step in enumerate(steps, 1):
                    self.append(f"{name}{number}")
                    step()
                self.append(f"{name} end")
            except BaseException as error:
                self.append(f"{name} {type(error).__name__}")
                raise
            return name

        return function

    def __str__(self) -> str:
        return ", ".join(self)


def sending(channel: Channel[Any], *items: Any) -> Callable[[], None]:
    """Send the items, then close."""

    def function() -> None:
        for item in items:
            channel.send(item)
        channel.close()

    return function


def received(channel: Channel[Any]) -> Iterator[Any]:
    """All that comes until the channel is closed."""
    while True:
        try:
            item = channel.receive()
        except Closed:
            return
        yield item


# ------------------------------------------------------------------------------------------------- the order of things


def test_results_in_order() -> None:
    """The results are not those of the functions, in their order."""
    assert run() == []
    assert run(lambda: 1, pause, lambda: pause() or "last") == [1, None, "last"]
    count = iter("abc").__next__
    assert run(count, count, count) == ["a", "b", "c"], "the same function, three times"


def test_round_robin() -> None:
    """Ready functions do not take turns, first in, first out."""
    trace = Trace()
    run(trace.steps("a", pause, pause), trace.steps("b"), trace.steps("c", pause))
    assert str(trace) == "a1, b end, c1, a2, c end, a end"


@pytest.mark.parametrize("receiver_first", [True, False])
def test_partner_is_only_made_ready(receiver_first: bool) -> None:
    """Who finds a partner waiting does not go on, or the partner goes on out of its turn."""
    trace, channel = Trace(), Channel()
    take, give = channel.receive, lambda: channel.send(7)
    first, second = (take, give) if receiver_first else (give, take)
    run(trace.steps("a", first, pause), trace.steps("b", second, pause, pause), trace.steps("c", pause, pause))
    assert str(trace) == "a1, b1, b2, c1, a2, b3, c2, a end, b end, c end"


def test_send_waits_for_receiver() -> None:
    """A send is over before somebody has taken its item."""
    trace, channel = Trace(), Channel()
    sends = [lambda item=item: channel.send(item) for item in (1, 2)]
    takes = [lambda: trace.append(f"got {channel.receive()}")] * 2
    run(trace.steps("s", *sends), trace.steps("r", pause, pause, takes[0], pause, takes[1]))
    assert str(trace) == "s1, r1, r2, r3, got 1, r4, s2, r5, got 2, r end, s end"


def test_items_in_order() -> None:
    """Items of several senders do not come in the order in which they were sent, or not as they were."""
    channel = Channel()
    items: list[Any] = [None, False, Closed.__new__(Closed), KeyError("an item"), (), (1,)]
    sends = [lambda item=item: channel.send(item) for item in items]
    *_, all_got = run(*sends, lambda: [channel.receive() for _ in items])
    assert all(mine is sent for mine, sent in zip_longest(all_got, items)), f"sent {items}, got {all_got}"
    for item in items:
        got, _ = run(channel.receive, lambda item=item: channel.send(item))
        assert got is item, f"one who was waiting got {got!r} when {item!r} was sent"


@given(items=st.lists(st.integers(0, 20), max_size=8), filters=st.lists(st.integers(1, 3), max_size=4))
def test_pipeline(items: list[int], filters: list[int]) -> None:
    """A source, some filters and a sink do not give what one plain loop gives."""
    pipes = [Channel() for _ in range(len(filters) + 1)]

    def passing(number: int) -> None:
        for item in received(pipes[number]):
            if item % (filters[number] + 1):
                pipes[number + 1].send(item * 2 + number)
        pipes[number + 1].close()

    *_, result = run(
        sending(pipes[0], *items),
        *(lambda number=number: passing(number) for number in range(len(filters))),
        lambda: list(received(pipes[-1])),
    )
    expected = items
    for number, divisor in enumerate(filters):
        expected = [item * 2 + number for item in expected if item % (divisor + 1)]
    assert result == expected


trees: st.SearchStrategy[Any] = st.recursive(
    st.none(), lambda inner: st.tuples(inner, st.integers(0, 2), inner), max_leaves=8
)


@given(left=trees, right=trees)
def test_send_from_recursion(left: Any, right: Any) -> None:
    """A function that sends from within its recursion does not come back to the right place."""

    def walk(tree: Any, channel: Channel[int]) -> None:
        if tree is not None:
            walk(tree[0], channel)
            channel.send(tree[1])
            walk(tree[2], channel)

    def walks(tree: Any, channel: Channel[int]) -> Callable[[], None]:
        return lambda: (walk(tree, channel), channel.close())[1]

    def flat(tree: Any) -> list[int]:
        return [*flat(tree[0]), tree[1], *flat(tree[2])] if tree is not None else []

    ours, theirs = Channel(), Channel()
    *_, fringes = run(
        walks(left, ours), walks(right, theirs), lambda: list(zip_longest(received(ours), received(theirs)))
    )
    assert fringes == list(zip_longest(flat(left), flat(right)))


def test_one_thread() -> None:
    """The functions run in threads, and not in greenlets of this one."""
    before, seen = threading.active_count(), []

    def look() -> None:
        pause()
        seen.append((threading.get_ident(), threading.active_count(), greenlet.getcurrent()))

    run(look, look)
    assert [(ident, count) for ident, count, _ in seen] == [(threading.get_ident(), before)] * 2
    greenlets = {id(current) for *_, current in seen} | {id(greenlet.getcurrent())}
    assert len(greenlets) == 3, "the functions do not run in greenlets of their own"


@pytest.mark.parametrize("where", ["thread", "greenlet"])
def test_run_elsewhere(where: str) -> None:
    """In another thread, or in a greenlet of somebody else, run() does not come back to its caller."""
    channel, results = Channel(), []

    def caller() -> None:
        results.append(run(channel.receive, pause, lambda: channel.send(7)))

    if where == "thread":
        thread = threading.Thread(target=caller)
        thread.start()
        thread.join()
    else:
        greenlet.greenlet(caller).switch()
    assert results == [[7, None, None]]


# ------------------------------------------------------------------------------------------------------------- closing


@pytest.mark.parametrize("what", ["send", "receive"])
def test_close_wakes_everybody(what: str) -> None:
    """Someone who waits at a channel does not hear that it is closed, or goes on out of turn."""
    trace, channel = Trace(), Channel()

    def waits() -> None:
        with pytest.raises(Closed):
            channel.receive() if what == "receive" else channel.send(1)

    closes = trace.steps("c", channel.close, pause)
    run(trace.steps("a", waits), trace.steps("b", waits), closes, trace.steps("d", waits))
    assert str(trace) == "a1, b1, c1, c2, d1, d end, a end, b end, c end"


@pytest.mark.parametrize("what", ["send", "receive"])
def test_closed_stays_closed(what: str) -> None:
    """A closed channel still takes or gives items, or the second close fails, or wakes somebody again."""
    channel, other = Channel(), Channel()

    def late() -> None:
        pause()
        channel.close()
        channel.close()
        for call in (channel.receive, lambda: channel.send(1), channel.receive):
            with pytest.raises(Closed):
                call()
        pause()  # those who wait hear of it, and wait elsewhere
        other.send("later")

    def left_alone() -> str:
        with pytest.raises(Closed):
            channel.receive() if what == "receive" else channel.send(5)
        return other.receive()

    assert run(left_alone, late) == ["later", None]


def test_close_after_handing_over() -> None:
    """An item has found its receiver before the channel is closed, and one of the two gets Closed all the same."""
    to_sender, to_receiver = Channel(), Channel()

    def takes_and_closes() -> int:
        item = to_sender.receive()
        to_sender.close()
        return item

    assert run(lambda: to_sender.send(1), takes_and_closes) == [None, 1]
    assert run(to_receiver.receive, sending(to_receiver, 2)) == [2, None]


@pytest.mark.parametrize("where", ["outside of run()", "in another run"])
def test_closed_before_the_run(where: str) -> None:
    """A channel was closed before the run, which did not work, or the functions of the run found it open."""
    channel = Channel()
    if where == "in another run":
        run(channel.close)
    else:
        channel.close()
    for call in (channel.receive, lambda: channel.send(1)):
        with pytest.raises(Closed):
            run(call)


# --------------------------------------------------------------------------------------------------- errors and the end


@pytest.mark.parametrize("position", [0, 1, 2, 3])
def test_error_ends_others(position: int) -> None:
    """An error is not raised as it is, or others go on, are not ended, or are ended without their clean-up."""
    trace, channel, silent = Trace(), Channel(), Channel()
    error = KeyError("broken")

    def fails() -> None:
        pause()
        pause()
        trace.append("fails")
        raise error

    functions = [
        trace.steps("a", silent.receive),
        trace.steps("b", pause, lambda: channel.send(1)),
        trace.steps("c", pause, pause, pause, pause),
    ]
    functions.insert(position, fails)
    with pytest.raises(KeyError) as caught:
        run(*functions)
    assert caught.value is error
    end = trace.index("fails")
    assert sorted(trace[end + 1 :])[-3:] == ["a GreenletExit", "b GreenletExit", "c GreenletExit"], trace
    told = len(trace)
    assert run(lambda: pause() or "again") == ["again"], "the next run goes wrong"
    assert len(trace) == told, f"after the end of run() there came {trace[told:]}"


def test_error_before_others_begin() -> None:
    """A function whose turn has not come when another one fails begins nevertheless."""
    trace = Trace()
    with pytest.raises(ZeroDivisionError):
        run(trace.steps("a", pause), lambda: 1 // 0, trace.steps("c"))
    assert str(trace) == "a1, a GreenletExit"


def test_closed_is_an_error_too() -> None:
    """A function that does not catch its Closed is taken for one that has ended well."""
    error = Closed.__new__(Closed)  # whatever arguments an answer's own Closed may ask for

    def fails() -> None:
        pause()
        raise error

    with pytest.raises(Closed) as caught:
        run(pause, fails, pause)
    assert caught.value is error


@pytest.mark.parametrize("first", [KeyError, Deadlock])
def test_first_error_is_raised(first: type[Exception]) -> None:
    """An error in the clean-up of one that is ended hides what was first, or keeps the others from being ended."""
    ended: list[str] = []

    def cleans_up_badly() -> None:
        try:
            Channel().receive()
        finally:
            ended.append("ended")
            raise ValueError("second")

    with pytest.raises(first):
        run(cleans_up_badly, cleans_up_badly, lambda: {}["first"] if first is KeyError else None, cleans_up_badly)
    assert ended == ["ended"] * (2 if first is KeyError else 3)


def test_clean_up_closes() -> None:
    """The clean-up of one that is ended closes a channel, and the others are not ended, or the error is lost."""
    channel, error, cleaned = Channel(), KeyError("broken"), list[str]()

    def stage(name: str, wait: Callable[[], Any], clean: Callable[[], None] = lambda: None) -> Callable[[], None]:
        def function() -> None:
            try:
                wait()
            finally:
                clean()
                cleaned.append(name)

        return function

    def fails() -> None:
        raise error

    reader = stage("reader", channel.receive)
    closers = [stage("paused", pause, channel.close), stage("waiting", Channel().receive, channel.close)]
    with pytest.raises(KeyError) as caught:
        run(reader, *closers, reader, fails)
    assert caught.value is error
    assert sorted(cleaned) == ["paused", "reader", "reader", "waiting"]


def test_clean_up_finds_a_closed_channel() -> None:
    """The clean-up of one that was ended sent or received at a closed channel, and did not hear Closed."""
    never, closed, heard = Channel(), Channel(), list[str]()

    def cleans_up(wait: Callable[[], Any], call: Callable[[], Any]) -> None:
        try:
            wait()
        finally:
            try:
                call()
            except (Closed, RuntimeError) as error:
                heard.append(type(error).__name__)

    def fails() -> None:
        closed.close()
        raise KeyError("broken")

    with pytest.raises(KeyError):
        run(lambda: cleans_up(never.receive, lambda: closed.send(1)), lambda: cleans_up(pause, closed.receive), fails)
    assert heard == ["Closed", "Closed"]


def test_deadlock_names_the_waiting() -> None:
    """All that are left wait for ever, and run() hangs, or does not say who they are, or lets them lie."""
    trace, never = Trace(), Channel()
    other = Channel()
    with pytest.raises(Deadlock) as caught:
        run(
            trace.steps("a", pause, pause),
            trace.steps("b", never.receive),
            trace.steps("c"),
            trace.steps("d", lambda: other.send(1)),
        )
    assert caught.value.waiting == [1, 3]
    assert isinstance(caught.value, RuntimeError)
    assert sorted(trace[-2:]) == ["b GreenletExit", "d GreenletExit"], trace


def test_deadlock_counts_positions() -> None:
    """The positions of those that wait are in the order of their waits, or wrong for a function that is there twice."""
    never = Channel()

    def late() -> None:
        pause()
        never.receive()

    with pytest.raises(Deadlock) as caught:
        run(late, lambda: None, never.receive, never.receive)
    assert caught.value.waiting == [0, 2, 3]


def test_no_deadlock_while_somebody_is_ready() -> None:
    """Some wait, but others will wake them, and run() calls that a deadlock."""
    channel = Channel()

    def late() -> None:
        for _ in range(5):
            pause()
        channel.send("late")

    assert run(channel.receive, late) == ["late", None]


@pytest.mark.parametrize("kind", ["normal", "error", "deadlock"])
def test_no_greenlet_left(kind: str) -> None:
    """When run() has ended, greenlets still lie where they waited."""
    alive: list[Any] = []
    channel = Channel()

    def waits() -> None:
        alive.append(greenlet.getcurrent())
        with contextlib.suppress(Closed):
            channel.receive()

    def last() -> None:
        alive.append(greenlet.getcurrent())
        pause()
        if kind == "error":
            raise KeyError("broken")
        if kind == "normal":
            channel.close()

    try:
        run(waits, last, waits)
    except (KeyError, Deadlock):
        assert kind != "normal"
    assert [one.dead for one in alive] == [True] * 3


# --------------------------------------------------------------------------------------------------------------- misuse


def test_misuse() -> None:
    """Outside of a function of run() things wait for ever or happen somehow; or run() runs inside run()."""

    def nested() -> str:
        with pytest.raises(RuntimeError):
            run(lambda: 1)
        pause()
        return "went on"

    def outside() -> None:
        channel = Channel()
        for call in (channel.receive, lambda: channel.send(1), pause):
            with pytest.raises(RuntimeError):
                call()

    outside()
    assert run(nested, pause) == ["went on", None]
    outside()
    with pytest.raises(KeyError):
        run(pause, lambda: {}["broken"])
    outside()
