"""A catalogue whose methods call each other: nobody waits for himself, and every cost is of one price list.

Under `@interleave` a test is run again for every way in which its threads can take turns. A deadlock is
reported at once, also that of a thread with itself.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import current_thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojo.interleave import interleave, together
from katas.s13_advanced_sync.parts_catalogue import Catalogue

CART = 2 * (4 * 10 + 2 * 25)


def factory() -> Catalogue:
    """A cart is two frames; a frame is four bolts for 10 each and two plates for 25 each."""
    catalogue = Catalogue()
    catalogue.add_part("bolt", 10)
    catalogue.add_part("plate", 25)
    catalogue.add_assembly("frame", {"bolt": 4, "plate": 2})
    catalogue.add_assembly("cart", {"frame": 2})
    return catalogue


def bolt_and_plate() -> Catalogue:
    """The smallest catalogue with two parts in one assembly: the cost tells both prices."""
    catalogue = Catalogue()
    catalogue.add_part("bolt", 1)
    catalogue.add_part("plate", 1)
    catalogue.add_assembly("frame", {"bolt": 1, "plate": 100})
    return catalogue


def times_ten(name: str, price: int) -> int:
    return price * 10


class TooDear(Exception):
    """What a change raises."""


@interleave
def test_nested_assembly_costs() -> None:
    """An assembly does not cost what its components cost together."""
    catalogue = factory()
    assert catalogue.cost("bolt") == 10
    assert catalogue.cost("frame") == 4 * 10 + 2 * 25
    assert catalogue.cost("cart") == CART
    catalogue.reprice("bolt", 0)
    assert catalogue.cost("cart") == 2 * 2 * 25, "a part may cost nothing"
    catalogue.add_assembly("nothing", {})
    assert catalogue.cost("nothing") == 0
    catalogue.add_assembly("mixed", {"cart": 1, "bolt": 3, "plate": 1})
    assert catalogue.cost("mixed") == 2 * 2 * 25 + 25


@interleave
def test_bad_input() -> None:
    """A mistake was accepted, refused with another error, or left something behind."""
    catalogue = factory()
    refused: list[tuple[type[Exception], Callable[[], object]]] = [
        (ValueError, partial(catalogue.add_part, "bolt", 1)),
        (ValueError, partial(catalogue.add_part, "frame", 1)),
        (ValueError, partial(catalogue.add_part, "new", -1)),
        (ValueError, partial(catalogue.add_assembly, "bolt", {"plate": 1})),
        (ValueError, partial(catalogue.add_assembly, "frame", {"plate": 1})),
        (ValueError, partial(catalogue.add_assembly, "new", {"plate": 0})),
        (ValueError, partial(catalogue.add_assembly, "new", {"bolt": 1, "plate": -1})),
        (ValueError, partial(catalogue.add_assembly, "new", {"bolt": 0, "plate": 5})),
        (KeyError, partial(catalogue.add_assembly, "new", {"bolt": 1, "nut": 1})),
        (KeyError, partial(catalogue.add_assembly, "new", {"new": 1})),
        (KeyError, partial(catalogue.cost, "new")),
        (KeyError, partial(catalogue.reprice, "new", 1)),
        (KeyError, partial(catalogue.reprice, "frame", 1)),
        (ValueError, partial(catalogue.reprice, "bolt", -1)),
    ]
    for _ in range(2):  # and again: after a refusal nothing has changed
        for error, call in refused:
            with pytest.raises(error):
                call()
    assert catalogue.cost("cart") == CART
    catalogue.add_part("new", 7)
    assert catalogue.cost("new") == 7


@interleave
def test_assembly_is_a_copy() -> None:
    """Who changed the list of components after handing it in changed the catalogue."""
    catalogue = factory()
    parts = {"bolt": 1}
    catalogue.add_assembly("hinge", parts)
    parts["plate"] = 1000
    assert catalogue.cost("hinge") == 10


COUNTS = st.lists(st.integers(0, 3), min_size=6, max_size=6)


@given(
    prices=st.lists(st.integers(0, 50), min_size=3, max_size=3),
    bills=st.lists(COUNTS, max_size=3),
    changes=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50)), max_size=4),
)
@interleave
def test_costs_match_a_model(prices: list[int], bills: list[list[int]], changes: list[tuple[int, int]]) -> None:
    """One thread alone got another cost than plain arithmetic gives."""
    catalogue = Catalogue()
    for number, price in enumerate(prices):
        catalogue.add_part(str(number), price)
    for number, counts in enumerate(bills, start=3):  # made of what has a smaller number
        catalogue.add_assembly(str(number), {str(i): n for i, n in enumerate(counts[:number]) if n})

    def expected() -> list[int]:
        costs = list(prices)
        for counts in bills:
            costs.append(sum(n * cost for n, cost in zip(counts, costs, strict=False)))
        return costs

    def came() -> list[int]:
        return [catalogue.cost(str(number)) for number in range(len(prices) + len(bills))]

    assert came() == expected()
    for number, value in changes:
        if number < 3:
            catalogue.reprice(str(number), value)
            prices[number] = value
        else:
            catalogue.reprice_all(lambda name, price, more=value: price + more + int(name))
            prices = [price + value + i for i, price in enumerate(prices)]
        assert came() == expected()


@pytest.mark.parametrize("call", ["add_part", "add_assembly", "cost", "reprice", "reprice_all"])
@interleave
def test_no_method_waits_for_itself(call: str) -> None:
    """A call waits for a lock that its own thread holds, or leaves it locked."""
    catalogue = factory()
    calls: dict[str, Callable[[], object]] = {
        "add_part": partial(catalogue.add_part, "nut", 1),
        "add_assembly": partial(catalogue.add_assembly, "two carts", {"cart": 2}),
        "cost": partial(catalogue.cost, "cart"),
        "reprice": partial(catalogue.reprice, "bolt", 10),
        "reprice_all": partial(catalogue.reprice_all, lambda name, price: price),
    }
    calls[call]()
    assert together(partial(catalogue.cost, "cart")) == [CART], "another thread finds the door open"


@interleave
def test_change_may_read_old_prices() -> None:
    """A change that asked for a cost got a mixture of old and new prices, was called too often, or may not return 0."""
    catalogue = factory()
    calls: list[tuple[str, int]] = []
    costs: list[int] = []

    def change(name: str, price: int) -> int:
        assert current_thread() is caller, "change was called in another thread"
        calls.append((name, price))
        costs.append(catalogue.cost("cart"))
        return price + 1

    caller = current_thread()
    catalogue.reprice_all(change)
    assert sorted(calls) == [("bolt", 10), ("plate", 25)], "change(name, old price), once for each part"
    assert costs == [CART, CART], "the cost of a cart during the repricing is the old one"
    assert catalogue.cost("cart") == 2 * (4 * 11 + 2 * 26)
    Catalogue().reprice_all(change)  # no parts, no calls
    assert len(calls) == 2
    catalogue.reprice_all(lambda name, price: 0)
    assert catalogue.cost("cart") == 0, "a new price of 0 is not below zero"


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("mistake", [TooDear, StopIteration, "returns -1"])
@interleave
def test_failed_change_changes_nothing(mistake: str | type[BaseException], nth: int) -> None:
    """A change failed, and some prices are new, the error is another one, or the catalogue is locked.

    StopIteration ends whatever asks for a next value: list(map(change, ...)) gets shorter. A generator makes a
    RuntimeError of it: that will do.
    """
    catalogue = factory()
    calls: list[str] = []

    def change(name: str, price: int) -> int:
        calls.append(name)
        if len(calls) < nth:
            return price + 1
        if isinstance(mistake, type):
            raise mistake
        return -1

    expected = mistake if isinstance(mistake, type) else ValueError
    with pytest.raises((expected, RuntimeError) if mistake is StopIteration else expected):
        catalogue.reprice_all(change)
    assert together(partial(catalogue.cost, "bolt")) == [10], "another thread finds the old price"
    assert together(partial(catalogue.cost, "plate")) == [25]
    catalogue.reprice("bolt", 11)
    assert catalogue.cost("bolt") == 11, "a later price, but cost still tells that of the repricing that failed"
    catalogue.reprice("bolt", 10)
    catalogue.reprice_all(times_ten)
    assert catalogue.cost("cart") == 10 * CART, "ten times the old cost: a repricing that failed left something behind"


@interleave
def test_cost_is_from_one_price_list() -> None:
    """A customer saw a cost made of some old and some new prices."""
    catalogue = bolt_and_plate()
    cost, _ = together(partial(catalogue.cost, "frame"), partial(catalogue.reprice_all, times_ten))
    assert cost in (101, 1010), f"a frame costs 101 before and 1010 after it, the customer saw {cost}"
    assert catalogue.cost("frame") == 1010


@pytest.mark.parametrize("fails", [False, True])
@interleave
def test_a_repricer_is_a_customer_again(fails: bool) -> None:
    """Who once repriced all parts saw a cost made of old and new prices later: he still counts as the repricer."""
    catalogue = bolt_and_plate()

    def customer() -> int:
        def change(name: str, price: int) -> int:
            if fails:
                raise TooDear
            return price

        with suppress(TooDear):
            catalogue.reprice_all(change)
        return catalogue.cost("frame")

    cost, _ = together(customer, partial(catalogue.reprice_all, times_ten))
    assert cost in (101, 1010), f"a frame costs 101 before and 1010 after it, the customer saw {cost}"


@interleave
def test_deep_cost_is_from_one_price_list() -> None:
    """A part that is used in two places had two prices in one cost."""
    catalogue = Catalogue()
    catalogue.add_part("bolt", 1)
    catalogue.add_assembly("frame", {"bolt": 1})
    catalogue.add_assembly("cart", {"frame": 1, "bolt": 1})
    cost, _ = together(partial(catalogue.cost, "cart"), partial(catalogue.reprice, "bolt", 10))
    assert cost in (2, 20), f"a cart costs 2 before and 20 after the repricing, the customer saw {cost}"


@interleave
def test_failed_repricing_is_never_seen() -> None:
    """A customer saw prices of a repricing that failed in the end."""
    catalogue = bolt_and_plate()
    calls: list[str] = []

    def change(name: str, price: int) -> int:
        calls.append(name)
        if len(calls) == 2:
            raise TooDear
        return price * 10

    def repricer() -> None:
        with pytest.raises(TooDear):
            catalogue.reprice_all(change)

    cost, _ = together(partial(catalogue.cost, "frame"), repricer)
    assert cost == 101, f"a frame costs 101, the customer saw {cost}"


@interleave
def test_two_repricers_are_serial() -> None:
    """Two repricings at the same time: one was lost, or the parts went through them in different orders."""
    catalogue = bolt_and_plate()
    together(
        partial(catalogue.reprice_all, lambda name, price: price + 1),
        partial(catalogue.reprice_all, times_ten),
    )
    prices = catalogue.cost("bolt"), catalogue.cost("plate")
    assert prices in ((20, 20), (11, 11)), f"(1 + 1) * 10 or 1 * 10 + 1 for both parts, not {prices}"


@interleave
def test_a_price_set_beside_a_repricing_counts() -> None:
    """A new price given during a repricing of all parts was lost, repriced from the old value, or change ran again."""
    catalogue = bolt_and_plate()
    calls: list[str] = []

    def change(name: str, price: int) -> int:
        calls.append(name)
        return price * 10

    together(partial(catalogue.reprice, "bolt", 5), partial(catalogue.reprice_all, change))
    assert sorted(calls) == ["bolt", "plate"], f"change is called once for each part, not for {calls}"
    assert catalogue.cost("bolt") in (5, 50), "before or after all prices went up by ten"
    assert catalogue.cost("plate") == 10


@interleave
def test_a_part_added_beside_a_repricing_stays() -> None:
    """A part that was added during a repricing of all parts is gone, or broke the repricing."""
    catalogue = bolt_and_plate()

    def add() -> None:
        catalogue.add_part("nut", 3)
        catalogue.add_assembly("hinge", {"nut": 1, "bolt": 1})

    together(add, partial(catalogue.reprice_all, times_ten))
    assert catalogue.cost("nut") in (3, 30), "before or after all prices went up by ten"
    assert catalogue.cost("hinge") == catalogue.cost("nut") + 10


@pytest.mark.parametrize("second", ["plate", "no such part"])
@interleave
def test_assembly_is_never_seen_half_made(second: str) -> None:
    """An assembly was seen with a part of its components only, or although it was refused."""
    catalogue = bolt_and_plate()

    def add() -> None:
        try:
            catalogue.add_assembly("hinge", {"bolt": 1, second: 100})
        except KeyError:
            assert second == "no such part"

    def look() -> None:
        try:
            cost = catalogue.cost("hinge")
        except KeyError:
            return  # not yet, or never
        assert second == "plate", f"the hinge was refused, the customer saw a cost of {cost}"
        assert cost == 101, f"a hinge costs 1 + 100, the customer saw {cost}"

    together(add, look)


@pytest.mark.parametrize("kinds", ["two parts", "part and assembly", "two assemblies"])
@interleave
def test_same_name_added_twice(kinds: str) -> None:
    """Two threads added the same name, and both or neither succeeded."""
    catalogue = bolt_and_plate()
    adders: dict[str, list[Callable[[], None]]] = {
        "two parts": [partial(catalogue.add_part, "x", 0), partial(catalogue.add_part, "x", 1)],
        "part and assembly": [
            partial(catalogue.add_part, "x", 0),
            partial(catalogue.add_assembly, "x", {"bolt": 1}),
        ],
        "two assemblies": [
            partial(catalogue.add_assembly, "x", {}),
            partial(catalogue.add_assembly, "x", {"bolt": 1}),
        ],
    }

    def added(add: Callable[[], None]) -> bool:
        try:
            add()
        except ValueError:
            return False
        return True

    successes = together(*(partial(added, add) for add in adders[kinds]))
    assert sorted(successes) == [False, True], "one of the two gets ValueError"
    assert catalogue.cost("x") == successes.index(True), "the one that was accepted counts"
