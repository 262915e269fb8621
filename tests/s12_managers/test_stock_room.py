"""One stock room for many threads, and for many processes: nothing is sold twice, and nobody is blocked by the dead."""

from __future__ import annotations

import os
import pickle
import signal
import time
from collections.abc import Callable, Mapping
from functools import partial
from multiprocessing import Process
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, together
from dojo.leaks import no_descriptor_left
from dojo.processes import Started, is_running, started, within
from dojo.rendezvous import wait_until
from katas.s12_managers.stock_room import OutOfStock, StockRoom, stock_server

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
SECONDS = 15.0
"""After which a call is thought to hang."""


def outcome(call: Callable[[], Any]) -> Any:
    """What the call returns, or which of the errors it raises (one of a kind of it will do)."""
    errors = (OutOfStock, KeyError, ValueError)
    try:
        return call()
    except errors as error:
        return next(kind for kind in errors if isinstance(error, kind))


# The room as a plain object.


def test_reserve_cancel_ship() -> None:
    """The plain life of an order does not work: reserve, put back, reserve again, ship."""
    room = StockRoom({"tea": 3, "milk": 2})
    ticket = room.reserve({"tea": 2, "milk": 2})
    assert room.stock() == {"tea": 1, "milk": 0}
    with pytest.raises(OutOfStock) as short:
        room.reserve({"tea": 2, "milk": 1})
    assert short.value.article == "milk", "both are short, and milk comes first in the alphabet"
    room.cancel(ticket)
    assert room.stock() == {"tea": 3, "milk": 2}
    room.ship(room.reserve({"tea": 3}))
    assert room.stock() == {"tea": 0, "milk": 2}


STEPS = st.one_of(
    st.tuples(
        st.just("reserve"),
        st.dictionaries(st.sampled_from(["tea", "tea", "milk", "", "unknown"]), st.integers(-1, 2), max_size=2),
    ),
    st.tuples(
        st.just("reserve"), st.dictionaries(st.sampled_from(["milk", "", "tea"]), st.integers(1, 2), min_size=1)
    ),
    st.tuples(st.sampled_from(["cancel", "ship"]), st.integers(-3, -1)),
)


@pytest.mark.parametrize("kind", [MappingProxyType, lambda mapping: mapping], ids=["proxy", "dict"])
@given(steps=st.lists(STEPS, max_size=10))
@settings(max_examples=60)
def test_model(kind: Callable[[dict[str, int]], Mapping[str, int]], steps: list[tuple[str, Any]]) -> None:
    """For some calls, one after the other, the stock or an error is wrong; or a refused call has changed something."""
    given_stock = {"milk": 3, "": 1, "tea": 2}  # a name may be empty
    free, tickets, opened = dict(given_stock), [10**9], {}
    room = StockRoom(kind(given_stock))
    given_stock.clear()
    for what, argument in steps:
        room.stock().clear()  # the caller's own
        before, copy = room.stock(), dict(free)
        assert before == free
        if what == "reserve":
            order = dict(argument)
            refused = set()
            if not order or min(order.values()) < 1:
                refused.add(ValueError)
            if "unknown" in order:
                refused.add(KeyError)
            short = sorted(article for article in order if order[article] > free.get(article, 0))
            if refused:
                assert outcome(lambda order=order: room.reserve(order)) in refused, f"reserve({order})"  # type: ignore[misc]
            elif short:
                with pytest.raises(OutOfStock) as raised:
                    room.reserve(order)
                assert raised.value.article == short[0], f"reserve({order}) with {free}"
            else:
                ticket = room.reserve(kind(order))
                assert ticket not in tickets, f"ticket {ticket} was given out before"
                tickets.append(ticket)
                opened[ticket] = dict(order)
                for article, pieces in order.items():
                    free[article] -= pieces
                order.clear()
        else:
            ticket = tickets[max(argument, -len(tickets))]
            done = outcome(lambda what=what, ticket=ticket: getattr(room, what)(ticket))  # type: ignore[misc]
            assert done is (None if ticket in opened else KeyError), f"{what}({ticket}), open: {sorted(opened)}"
            for article, pieces in opened.pop(ticket, {}).items():
                free[article] += pieces if what == "cancel" else 0
        assert before == copy, "a list of the stock that was handed out has changed"
    if -1 not in opened:
        assert outcome(lambda: room.cancel(-1)) is KeyError, f"cancel(-1), open: {sorted(opened)}"
    assert room.stock() == free


def test_rooms_are_apart() -> None:
    """A ticket is given out a second time, or one room's ticket is good in another one."""
    one, other = StockRoom({"tea": 1}), StockRoom({"tea": 1})
    tickets = set()
    for _ in range(20):
        ticket = one.reserve({"tea": 1})
        assert outcome(partial(other.cancel, ticket)) is KeyError, "this ticket is another room's"
        one.cancel(ticket)
        tickets.add(ticket)
    assert len(tickets) == 20, f"20 orders got these tickets: {sorted(tickets)}"
    assert one.stock() == other.stock() == {"tea": 1}


@pytest.mark.parametrize("timeout", [0, 60])
@interleave(preemptions=0, schedules=1)
def test_bad_orders_do_not_wait(timeout: float) -> None:
    """An order that nobody can ever serve is refused only after its timeout, or as one that is short, or not at all."""
    room = StockRoom({"tea": 0})
    for order in ({}, {"tea": 0}, {"tea": -1}, {"unknown": 1}, {"tea": 1, "unknown": 1}):
        begin = time.monotonic()
        with pytest.raises(KeyError if "unknown" in order else ValueError):
            room.reserve(order, timeout)
        assert time.monotonic() - begin < 1, f"reserve({order}, {timeout}) waited"


@interleave(schedules=60)
def test_all_or_nothing() -> None:
    """Two orders that overlap both get the last piece, or the one that fails keeps a part of its order."""
    room = StockRoom({"milk": 1, "rice": 1, "tea": 1})
    first, second, seen = together(
        partial(outcome, lambda: room.reserve({"tea": 1, "rice": 1})),
        partial(outcome, lambda: room.reserve({"rice": 1, "milk": 1})),
        room.stock,
    )
    after_first, after_second = {"milk": 1, "rice": 0, "tea": 0}, {"milk": 0, "rice": 0, "tea": 1}
    assert [first, second].count(OutOfStock) == 1, f"one piece of rice, and the two orders got {first}, {second}"
    after = after_first if second is OutOfStock else after_second
    assert room.stock() == after
    assert seen in ({"milk": 1, "rice": 1, "tea": 1}, after), f"seen meanwhile: {seen}"


@interleave(schedules=40)
def test_goods_come_back_at_once() -> None:
    """Of an order that is cancelled some goods are back before the others: the stock shown is of no one moment."""
    room = StockRoom({"milk": 1, "tea": 2})
    ticket = room.reserve({"tea": 2, "milk": 1})
    _, seen = together(lambda: room.cancel(ticket), room.stock)
    assert seen in ({"milk": 0, "tea": 0}, {"milk": 1, "tea": 2}), f"seen meanwhile: {seen}"


@pytest.mark.parametrize(("short", "there"), [("milk", "tea"), ("tea", "milk")])
@interleave(schedules=60)
def test_failing_order_takes_nothing(short: str, there: str) -> None:
    """An order that fails has taken some goods for a moment, and another order fails for the lack of them."""
    room = StockRoom({short: 0, there: 1})
    failing, fine = together(
        partial(outcome, lambda: room.reserve({there: 1, short: 1})),
        partial(outcome, lambda: room.reserve({there: 1})),
    )
    assert failing is OutOfStock
    assert fine is not OutOfStock, f"there was one piece of {there}, and nobody else could have it"
    assert room.stock() == {short: 0, there: 0}


@interleave(schedules=40)
def test_tickets_are_unique() -> None:
    """Two orders at the same time get the same ticket, or pieces are lost when both go in or come back."""
    room = StockRoom({"tea": 5})
    first, second = together(lambda: room.reserve({"tea": 1}), lambda: room.reserve({"tea": 2}))
    assert first != second
    assert room.stock() == {"tea": 2}
    together(lambda: room.cancel(first), lambda: room.cancel(second))
    assert room.stock() == {"tea": 5}


@pytest.mark.parametrize(("one", "other"), [("cancel", "cancel"), ("ship", "cancel"), ("cancel", "ship")])
@interleave(schedules=40)
def test_a_ticket_is_good_for_once(one: str, other: str) -> None:
    """Two calls with one ticket both succeed, and the goods come back twice, or are shipped and come back."""
    room = StockRoom({"tea": 2})
    ticket = room.reserve({"tea": 2})
    first, second = together(
        partial(outcome, lambda: getattr(room, one)(ticket)), partial(outcome, lambda: getattr(room, other)(ticket))
    )
    assert (first, second) in ((None, KeyError), (KeyError, None)), f"{one}, {other} of one ticket: {first}, {second}"
    assert room.stock() == {"tea": 2 if (one if first is None else other) == "cancel" else 0}


def reserving(room: StockRoom, order: dict[str, int], timeout: float) -> tuple[Any, float]:
    """The ticket, or the article that is short; and how long it took."""
    begin = time.monotonic()
    try:
        result: Any = room.reserve(order, timeout)
    except OutOfStock as error:
        result = error.article
    return result, time.monotonic() - begin


@pytest.mark.parametrize("free", [0, 1])
@interleave(preemptions=0)
def test_waiting_is_served(free: int) -> None:
    """Goods are put back while somebody waits for them, and he does not get them then."""
    room = StockRoom({"tea": free + 1})
    ticket = room.reserve({"tea": 1})

    def cancel() -> None:
        time.sleep(3)
        room.cancel(ticket)

    (result, seconds), _ = together(lambda: reserving(room, {"tea": free + 1}, 5), cancel)
    assert isinstance(result, int), f"it gave up after {seconds:g} seconds: {result} is short"
    assert seconds < 4, f"the goods came back after 3 seconds, and it had them after {seconds:g}"
    assert room.stock() == {"tea": 0}


@interleave(preemptions=1, schedules=60)
def test_goods_at_the_first_moment() -> None:
    """Goods come back just when somebody begins to wait for them, and he sleeps on."""
    room = StockRoom({"tea": 1})
    ticket = room.reserve({"tea": 1})
    (result, seconds), _ = together(lambda: reserving(room, {"tea": 1}, 60), lambda: room.cancel(ticket))
    assert isinstance(result, int), f"it gave up after {seconds:g} seconds: {result} is short"
    assert seconds < 1, f"it got the goods after {seconds:g} seconds"


@interleave(preemptions=0)
def test_waiting_ends_in_time() -> None:
    """Cancelled goods that are of no use yet were kept by one who waits for the rest: nobody else can have them.

    Or they start the waiting anew; or the error names what is not short any more.
    """
    room = StockRoom({"milk": 2, "tea": 1})
    room.reserve({"tea": 1})
    tickets = [room.reserve({"milk": 1}), room.reserve({"milk": 1})]

    def cancel() -> None:
        for back, ticket in enumerate(tickets):
            time.sleep(2)
            assert room.stock() == {"milk": back, "tea": 0}, f"came back: {back} of milk; the order waits for tea"
            room.cancel(ticket)

    (result, seconds), _ = together(lambda: reserving(room, {"milk": 1, "tea": 1}, 5), cancel)
    assert result == "tea", "milk is there again"
    assert seconds == pytest.approx(5, abs=0.1)
    assert room.stock() == {"milk": 2, "tea": 0}


@interleave(timeouts=True, schedules=60)
def test_goods_at_the_last_moment() -> None:
    """Goods come back when the time of one who waits is over: nobody has them, or two do."""
    room = StockRoom({"tea": 1})
    ticket = room.reserve({"tea": 1})
    (result, _), _ = together(lambda: reserving(room, {"tea": 1}, 1), lambda: room.cancel(ticket))
    assert room.stock() == {"tea": 0 if isinstance(result, int) else 1}, f"reserve has given {result}"


@interleave(preemptions=1, schedules=12)
def test_all_who_can_go_go() -> None:
    """Goods come back, and of those who wait, one who could have them sleeps on."""
    room = StockRoom({"milk": 1, "tea": 2})
    milk, tea = room.reserve({"milk": 1}), room.reserve({"tea": 2})

    def cancel() -> None:
        time.sleep(0.2)
        room.cancel(tea)

    begin = time.monotonic()
    (_, late), *served, _ = together(
        lambda: reserving(room, {"milk": 1}, 1.2),
        lambda: (room.reserve({"tea": 1}, 1.2), time.monotonic() - begin),
        lambda: (room.reserve({"tea": 1}, 1.2), time.monotonic() - begin),
        cancel,
    )
    room.ship(milk)
    assert max(seconds for _, seconds in served) < 1, f"goods came back after 0.2 s; served: {served}"
    assert late > 1.1, "there was no milk"


def test_error_survives_pickling() -> None:
    """The error that a client gets is not the one that was raised: pickle makes it again from its args."""
    error = OutOfStock("tea")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.article, again.args, str(again)) == (OutOfStock, "tea", error.args, str(error))
    assert "tea" in str(error)


# The room in a process of its own.


def touched(text: str, path: str) -> str:
    Path(path).touch()
    return text


class Announced(str):
    """An article. Whoever unpickles it leaves a file: so the request has arrived."""

    path = ""

    def __reduce__(self) -> Any:
        return touched, (str(self), self.path)


class Deadly(str):
    """An article. Whoever pickles it dies."""

    def __reduce__(self) -> Any:
        os._exit(1)


def wait_in_reserve(room: StockRoom, folder: Path) -> None:
    """A client that waits for tea."""
    tea = Announced("tea")
    tea.path = str(folder / "arrived")
    ticket = room.reserve({tea: 1}, timeout=60)
    (folder / "ticket").write_text(str(ticket))


def die(room: StockRoom, how: str) -> None:
    """A client that dies."""
    if how == "after":
        room.reserve({"tea": 1})
        os._exit(1)
    room.reserve({Deadly("milk"): 1})


def client(target: Callable[..., None], *args: Any) -> Process:
    process = Process(target=target, args=args)
    process.start()
    return process


def test_shared_by_processes(tmp_path: Path) -> None:
    """A client that waits in reserve holds up the others, or does not get what another one puts back."""

    def run() -> tuple[str, dict[str, int]]:
        with stock_server({"tea": 1}) as room:
            ticket = room.reserve({"tea": 1})
            waiting = client(wait_in_reserve, room, tmp_path)
            assert wait_until((tmp_path / "arrived").exists)
            assert room.stock() == {"tea": 0}
            room.cancel(ticket)
            waiting.join()
            mine = (tmp_path / "ticket").read_text()
            room.cancel(int(mine))
            return mine, room.stock()

    mine, stock = within(run, SECONDS)
    assert mine.isdigit()
    assert stock == {"tea": 1}


def test_dead_client() -> None:
    """A client that died blocks the others, because it held a lock; or goods that nobody reserved are missing."""

    def run() -> dict[str, int]:
        with stock_server({"tea": 3, "milk": 2}) as room:
            assert room.stock() == {"tea": 3, "milk": 2}
            for how in ("after", "during"):
                client(die, room, how).join()
            room.ship(room.reserve({"tea": 1, "milk": 1}))
            return room.stock()

    assert within(run, SECONDS) == {"tea": 1, "milk": 1}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal there")
def test_client_dies_while_it_waits(tmp_path: Path) -> None:
    """A client that is killed while it waits blocks the others."""

    def run() -> dict[str, int]:
        with stock_server({"tea": 0, "milk": 1}) as room:
            assert room.stock() == {"tea": 0, "milk": 1}
            waiting = client(wait_in_reserve, room, tmp_path)
            assert wait_until((tmp_path / "arrived").exists)
            waiting.kill()
            waiting.join()
            room.cancel(room.reserve({"milk": 1}))
            return room.stock()

    assert within(run, SECONDS) == {"tea": 0, "milk": 1}


def test_proxy() -> None:
    """The proxy shows more or less than the four methods, or an error does not arrive as it was raised."""

    def run() -> None:
        with stock_server({"tea": 1}) as room:
            public = [name for name in dir(room) if not name.startswith("_")]
            assert sorted(public) == ["cancel", "reserve", "ship", "stock"]
            with pytest.raises(OutOfStock) as short:
                room.reserve({"tea": 2}, timeout=0.01)
            assert (short.value.article, short.value.args) == ("tea", OutOfStock("tea").args)
            assert outcome(lambda: room.cancel(77)) is KeyError
            assert outcome(lambda: room.reserve({})) is ValueError
            assert room.stock() == {"tea": 1}

    within(run, SECONDS)


@pytest.mark.parametrize("fails", [None, OutOfStock, KeyboardInterrupt])
def test_nothing_left(fails: type[BaseException] | None) -> None:
    """The manager's process or a connection to it is left after the block, or an error in the block is lost."""

    def run() -> None:
        with stock_server({"tea": 1}) as room:
            room.reserve({"tea": 1})
            if fails:
                raise fails("tea")

    def check(children: list[Started]) -> None:
        try:
            within(run, SECONDS)
        except (OutOfStock, KeyboardInterrupt) as error:
            assert fails
            assert not is_running(children[0].pid), "the block ended with an error, and the process is still there"
            error.__traceback__ = None
        else:
            assert not fails, "the error in the block was lost"

    with no_descriptor_left():
        with started() as children:
            check(children)
        pids = [child.pid for child in children]
        children.clear()
    assert len(pids) == 1, "the room has one process"
    assert not is_running(pids[0])
