"""A price board and the code of strangers: whatever a callback does, the board does not freeze and nobody
misses a price.

Under `@interleave` a test is run again for every way in which its threads can take turns. A deadlock is
reported at once.
"""

from functools import partial
from threading import Thread, get_ident

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, together
from katas.s05_locks.stock_alerts import PriceBoard


def nothing(symbol: str, price: int) -> None:
    """A callback that does nothing."""


class Prices(list[int]):
    """A callback that notes the prices it is told. Like any list it is false while empty, and has no hash."""

    def __call__(self, symbol: str, price: int) -> None:
        self.append(price)


@interleave
def test_watch_and_update() -> None:
    """The plain life of a watch does not work: register, be told, leave, be left alone."""
    board = PriceBoard()
    told: list[tuple[str, int]] = []
    watch_id = board.watch("ACME", lambda symbol, price: told.append((symbol, price)))
    assert board.update("ACME", 7) == 1
    assert board.update("OTHER", 3) == 0, "nobody watches OTHER"
    assert board.price("ACME") == 7
    assert told == [("ACME", 7)]
    assert board.update("ACME", 7) == 1, "a price is told, also when it is the one from before"
    assert told == [("ACME", 7)] * 2
    assert board.unwatch(watch_id) is True
    assert board.unwatch(watch_id) is False, "it was removed already"
    assert board.update("ACME", 8) == 0
    assert told == [("ACME", 7)] * 2
    with pytest.raises(KeyError):
        board.price("NOBODY")
    assert board.price("ACME") == 8


@interleave
def test_same_callback_twice() -> None:
    """A callback that was registered twice was called once, or removing one of its watches removed both."""
    board = PriceBoard()
    told = Prices()
    first, second = board.watch("ACME", told), board.watch("ACME", told)
    assert board.update("ACME", 7) == 2
    assert told == [7, 7]
    assert board.unwatch(first) is True
    third = board.watch("ACME", told)
    assert len({first, second, third}) == 3, "an id is never used twice, not even after unwatch"
    assert board.update("ACME", 8) == 2
    assert board.unwatch(board.watch("OTHER", Prices())) is True, "it was registered, though its callback is false"


@interleave
def test_among_many_others() -> None:
    """Watches of one symbol lie scattered among others: their order was lost, or a similar symbol's were called."""
    board = PriceBoard()
    told: list[int] = []
    ids = [
        board.watch(symbol, lambda symbol, price, number=number: told.append(number))
        for number, symbol in enumerate(["Acme", "CME", "ACMES", "ACME"] * 3)
    ]
    count = board.update("ACME", 7)
    assert told == [3, 7, 11], "who watches ACME, in the order of registration"
    assert count == 3
    board.unwatch(ids[3])
    board.watch("ACME", lambda symbol, price: told.append(12))
    board.update("ACME", 8)
    assert told[3:] == [7, 11, 12], "one has left and one has come: the others keep their order"


NAMES = st.sampled_from(["watch", "watch", "update", "unwatch", "price"])


@settings(max_examples=15)
@given(calls=st.lists(st.tuples(NAMES, st.sampled_from("AB"), st.integers(1, 4)), max_size=14))
@example(calls=[("watch", "A", 1), ("update", "A", 1), ("update", "A", 1)])  # the same price is news, too
@example(calls=[*[("watch", "A", number) for number in (1, 2, 1)], ("unwatch", "A", 2), ("update", "A", 1)])
@interleave
def test_against_a_model(calls: list[tuple[str, str, int]]) -> None:
    """One thread alone got something else than promised: wrong watches, order, thread or count."""
    board = PriceBoard()
    prices: dict[str, int] = {}
    watches: dict[int, tuple[str, str]] = {}  # id: symbol and callback, in order of registration
    ids: set[int] = set()
    told: list[tuple[str, str, int, int]] = []

    def tell(name: str, symbol: str, price: int) -> bool:
        told.append((name, symbol, price, get_ident()))
        return name != "one"  # and nobody minds

    callbacks = {name: partial(tell, name) for name in ("one", "two", "three", "four")}
    for call, initial, number in calls:
        symbol = initial + "CME"  # the same text, and each time an object of its own
        if call == "watch":
            name = list(callbacks)[number - 1]  # few callbacks: the same one is registered again and again
            watch_id = board.watch(symbol, callbacks[name])
            assert watch_id not in ids, "an id is never used twice, not even after unwatch"
            ids.add(watch_id)
            watches[watch_id] = symbol, name
        elif call == "unwatch":
            watch_id = list(watches)[number % len(watches)] if watches else 0
            assert board.unwatch(watch_id) == (watches.pop(watch_id, None) is not None)
        elif call == "update":
            told.clear()
            count = board.update(symbol, number)
            prices[symbol] = number
            names = [name for watched, name in watches.values() if watched == symbol]
            expected = [(name, symbol, number, get_ident()) for name in names]
            assert told == expected, "called: name, symbol, price, thread"
            assert count == len(expected), "how many were called, whatever they returned"
        elif symbol in prices:
            assert board.price(symbol) == prices[symbol]
        else:
            with pytest.raises(KeyError):
                board.price(symbol)


@interleave
def test_failing_callbacks() -> None:
    """A callback that failed kept the others from being called, or its error was lost."""
    board = PriceBoard()
    called = []
    errors = {"first": LookupError("no such widget"), "third": ValueError("no such colour")}
    errors["fourth"] = errors["first"]  # the same one once more

    def tell(name: str, symbol: str, price: int) -> None:
        called.append(name)
        if name in errors:
            raise errors[name]

    for name in ("first", "second", "third", "fourth"):
        board.watch("ACME", partial(tell, name))
    with pytest.raises(ExceptionGroup) as caught:
        board.update("ACME", 7)
    assert called == ["first", "second", "third", "fourth"]
    assert caught.value.exceptions == (errors["first"], errors["third"], errors["first"])
    assert board.price("ACME") == 7
    assert board.update("OTHER", 1) == 0, "the board still works"


@interleave
def test_one_failing_callback() -> None:
    """A single error did not come in an ExceptionGroup, or the price was taken back since nobody heard it."""
    board = PriceBoard()
    board.update("ACME", 6)

    def fails(symbol: str, price: int) -> None:
        raise LookupError("no such widget")

    board.watch("ACME", fails)
    for errors in ([LookupError], [LookupError] * 2):
        with pytest.raises(ExceptionGroup) as caught:
            board.update("ACME", 7)
        assert [type(error) for error in caught.value.exceptions] == errors
        assert board.price("ACME") == 7
        board.watch("ACME", fails)  # once more: a watch of its own


@interleave
def test_update_within_a_failing_update() -> None:
    """An update inside another one mixed up the errors or the counts of the two."""
    board = PriceBoard()
    errors = {"ACME": LookupError("no such widget"), "BROKEN": ValueError("no such colour")}
    inner: list[BaseException] = []
    counts = []

    def fails(symbol: str, price: int) -> None:
        raise errors[symbol]

    def passes_on(symbol: str, price: int) -> None:
        counts.append(board.update("QUIET", price))
        try:
            board.update("BROKEN", price)
        except ExceptionGroup as group:
            inner.append(group)
            raise

    for symbol, callback in [("ACME", fails), ("ACME", passes_on), ("QUIET", nothing), ("BROKEN", fails)]:
        board.watch(symbol, callback)
    with pytest.raises(ExceptionGroup) as caught:
        board.update("ACME", 7)
    assert counts == [1]
    assert caught.value.exceptions == (errors["ACME"], *inner), "each error as the callback raised it, also a group"
    assert [group.exceptions for group in inner] == [(errors["BROKEN"],)]


@interleave
def test_watches_added_or_removed_by_a_callback() -> None:
    """A callback that registers or removes watches upset the update that called it."""
    board = PriceBoard()
    called = []

    def newcomer(symbol: str, price: int) -> None:
        called.append(("newcomer", price))

    def brings_a_newcomer(symbol: str, price: int) -> None:
        called.append(("host", price))
        if price == 1:
            board.watch("ACME", newcomer)
            board.unwatch(host)

    host = board.watch("ACME", brings_a_newcomer)
    assert board.update("ACME", 1) == 1, "the newcomer was not registered when this price was stored"
    assert board.update("ACME", 2) == 1, "the host has left, the newcomer is there"
    assert called == [("host", 1), ("newcomer", 2)]


@interleave
def test_watches_removed_before_their_turn() -> None:
    """A callback removed a watch whose turn was still to come, and the count no longer fits the calls."""
    board = PriceBoard()
    called = []

    def removes_the_second(symbol: str, price: int) -> None:
        called.append("first")
        board.unwatch(second)

    board.watch("ACME", removes_the_second)
    second = board.watch("ACME", lambda symbol, price: called.append("second"))
    board.watch("ACME", lambda symbol, price: called.append("third"))
    count = board.update("ACME", 7)
    assert called in (["first", "second", "third"], ["first", "third"])  # both are right
    assert count == len(called)
    called.clear()
    assert board.update("ACME", 8) == 2
    assert called == ["first", "third"]


@interleave
def test_update_after_unwatch_within_a_callback() -> None:
    """A callback removed a watch, then updated the price, and that later update called the watch all the same."""
    board = PriceBoard()
    told = Prices()

    def removes_and_updates(symbol: str, price: int) -> None:
        if board.unwatch(other):
            board.update("ACME", 8)

    board.watch("ACME", removes_and_updates)
    other = board.watch("ACME", told)
    board.update("ACME", 7)
    assert told in ([], [7]), "7 was under way when the watch was removed, 8 came later"


@interleave
def test_callback_may_use_the_board() -> None:
    """A callback used the board and got stuck, since its own update holds the lock, or mixed up the counts."""
    board = PriceBoard()
    seen = []

    def converts(symbol: str, price: int) -> None:
        seen.append(board.price("ACME"))
        watch_id = board.watch("EURO", nothing)
        seen.append(board.update("EURO", 2 * price))
        board.unwatch(watch_id)

    for callback in (nothing, converts, nothing):
        board.watch("ACME", callback)
    assert board.update("ACME", 7) == 3
    assert seen == [7, 1], "the price, and how many callbacks the inner update called"
    assert board.price("EURO") == 14


@interleave
def test_callback_may_update_its_own_symbol() -> None:
    """An update inside an update of the same symbol got stuck or was lost."""
    board = PriceBoard()
    heard = []

    def counts_down(symbol: str, price: int) -> None:
        heard.append(price)
        if price:
            board.update(symbol, price - 1)

    board.watch("ACME", counts_down)
    board.update("ACME", 5)
    assert heard == [5, 4, 3, 2, 1, 0]
    assert board.price("ACME") == 0


@pytest.mark.parametrize("errand", ["price", "watch", "unwatch", "update", "update the same"])
@interleave
def test_callback_may_wait_for_another_thread(errand: str) -> None:
    """A callback waits for a thread that uses the board, and that thread waits for the update: for ever."""
    board = PriceBoard()
    errands = {
        "price": partial(board.price, "ACME"),
        "watch": partial(board.watch, "OTHER", nothing),
        "unwatch": partial(board.unwatch, 0),
        "update": partial(board.update, "OTHER", 1),
        "update the same": partial(board.update, "ACME", 8),
    }
    told = Prices()

    def sends_a_helper(symbol: str, price: int) -> None:
        if price == 7:
            helper = Thread(target=errands[errand])
            helper.start()
            helper.join()

    board.watch("ACME", sends_a_helper)
    board.watch("OTHER", told)
    assert board.update("ACME", 7) == 1
    assert told == ([1] if errand == "update" else [])


@interleave(schedules=60)
def test_two_boards_mirror_each_other() -> None:
    """Two boards that pass prices on to each other each wait for the other one's lock, or are one and the same."""
    here, there = PriceBoard(), PriceBoard()
    here.watch("ACME", lambda symbol, price: there.update("copy of ACME", price))
    there.watch("EURO", lambda symbol, price: here.update("copy of EURO", price))
    together(partial(here.update, "ACME", 7), partial(there.update, "EURO", 9))
    assert there.price("copy of ACME") == 7
    assert here.price("copy of EURO") == 9
    assert there.update("ACME", 1) == 0, "ACME is watched on the other board only"
    with pytest.raises(KeyError):
        there.price("copy of EURO")


@interleave
def test_nobody_misses_an_update() -> None:
    """A widget registered, read the old price and was never told the new one."""
    board = PriceBoard()
    board.update("ACME", 5)
    told = []

    def widget() -> int:
        board.watch("ACME", lambda symbol, price: told.append(price))
        return board.price("ACME")

    _, seen = together(partial(board.update, "ACME", 7), widget)
    assert told == [7] or seen == 7, f"registered, then read {seen}, and was told {told}"


@interleave
def test_no_call_for_a_price_already_seen() -> None:
    """A widget read the new price, registered after that, and was told the same price as if it were news."""
    board = PriceBoard()
    board.update("ACME", 5)
    told = []

    def widget() -> int:
        seen = board.price("ACME")
        board.watch("ACME", lambda symbol, price: told.append(price))
        return seen

    _, seen = together(partial(board.update, "ACME", 7), widget)
    assert not (seen == 7 and told), "read 7, then registered, and was told 7 all the same"


@interleave(schedules=80)
def test_each_update_tells_its_own_price() -> None:
    """Two prices came at the same time, and one of them was never told."""
    board = PriceBoard()
    told = []
    board.watch("ACME", lambda symbol, price: told.append(price))
    together(partial(board.update, "ACME", 7), partial(board.update, "ACME", 9))
    assert sorted(told) == [7, 9]
    assert board.price("ACME") in (7, 9)


@interleave
def test_two_symbols_at_once() -> None:
    """Of two updates at the same time one called the callbacks of the other, or counted them."""
    board = PriceBoard()
    acme, euro = Prices(), Prices()
    for symbol, callback in [("ACME", acme), ("EURO", euro), ("ACME", acme)]:
        board.watch(symbol, callback)
    counts = together(partial(board.update, "ACME", 7), partial(board.update, "EURO", 9))
    assert (acme, euro) == ([7, 7], [9])
    assert counts == [2, 1]


@interleave
def test_unwatch_before_update() -> None:
    """A widget that had left before the update began was called, or two threads removed the same watch."""
    board = PriceBoard()
    told = []
    watch_id = board.watch("ACME", lambda symbol, price: told.append(price))

    def leaves_then_updates() -> bool:
        removed = board.unwatch(watch_id)
        board.update("ACME", 7)
        return removed

    removed = together(leaves_then_updates, partial(board.unwatch, watch_id))
    assert sorted(removed) == [False, True]
    assert told == []


@interleave
def test_ids_are_unique() -> None:
    """Two widgets got the same id, and one of them will never be told anything."""
    board = PriceBoard()
    ids = together(*(partial(board.watch, "ACME", nothing) for _ in range(3)))
    assert len(set(ids)) == 3
    assert board.update("ACME", 7) == 3


@interleave
def test_widgets_come_and_go() -> None:
    """A widget registered while another one left, and was never told anything; or two left, and one was told on."""
    board = PriceBoard()
    first, second = board.watch("ACME", nothing), board.watch("ACME", nothing)
    together(partial(board.watch, "ACME", nothing), partial(board.unwatch, first), partial(board.unwatch, second))
    assert board.update("ACME", 8) == 1


@interleave
def test_widgets_come_while_prices_change() -> None:
    """Registering or leaving during an update of another thread upset the update."""
    board = PriceBoard()
    told = []
    board.watch("ACME", lambda symbol, price: told.append(price))
    visitor = board.watch("ACME", nothing)
    _, _, count = together(
        partial(board.watch, "ACME", nothing),
        partial(board.unwatch, visitor),
        partial(board.update, "ACME", 7),
    )
    assert told == [7]
    assert count in (1, 2, 3)
