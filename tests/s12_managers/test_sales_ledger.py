"""Sales are booked into one managed dict: they arrive, none is lost, and few messages are sent.

A CopyDict behaves like the proxy of a managed dict, without a manager: it hands out copies, and counts operations.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, together
from dojo.leaks import no_descriptor_left
from dojo.processes import Started, impatient, is_running, started, within
from dojo.rendezvous import wait_until
from katas.s12_managers.sales_ledger import record, tally

Sale = tuple[str, str, int]

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
SECONDS = 20.0
"""After which a call is thought to hang."""
sales_lists = st.lists(
    st.tuples(st.sampled_from(["north", "south"]), st.sampled_from(["tea", "milk"]), st.integers(-3, 5)), max_size=30
)


class CopyDict:
    """Has the methods of manager.dict(), each of them one operation, at one moment. What goes in or out is copied."""

    def __init__(self, rows: dict[str, dict[str, int]] | None = None) -> None:
        self._rows = deepcopy(rows or {})
        self.operations = 0

    def _operation(self, name: str, *args: Any, **kwargs: Any) -> Any:
        self.operations += 1
        args, kwargs = deepcopy((args, kwargs))
        return deepcopy(getattr(self._rows, name)(*args, **kwargs))

    def __getitem__(self, shop: str) -> Any:
        return self._operation("__getitem__", shop)

    def __setitem__(self, shop: str, row: dict[str, int]) -> None:
        self._operation("__setitem__", shop, row)

    def __delitem__(self, shop: str) -> None:
        self._operation("__delitem__", shop)

    def __contains__(self, shop: object) -> bool:
        return bool(self._operation("__contains__", shop))

    def __len__(self) -> int:
        return int(self._operation("__len__"))

    def __iter__(self) -> Iterator[str]:
        for shop in self._operation("copy"):
            self.operations += 1  # an iterator of a proxy is a proxy, too
            yield shop

    def get(self, *args: Any) -> Any:
        return self._operation("get", *args)

    def setdefault(self, *args: Any) -> Any:
        return self._operation("setdefault", *args)

    def pop(self, *args: Any) -> Any:
        return self._operation("pop", *args)

    def popitem(self) -> Any:
        return self._operation("popitem")

    def update(self, *args: Any, **kwargs: Any) -> None:
        self._operation("update", *args, **kwargs)

    def clear(self) -> None:
        self._operation("clear")

    def copy(self) -> Any:
        return self._operation("copy")

    def keys(self) -> Any:
        return list(self.copy().keys())

    def values(self) -> Any:
        return list(self.copy().values())

    def items(self) -> Any:
        return list(self.copy().items())


class Unplugged(CopyDict):
    """Its manager can no longer be reached."""

    def _operation(self, *_: Any, **__: Any) -> Any:
        raise ConnectionError("no manager")


class Slow(int):
    """Pieces that take a while to add."""

    def __add__(self, other: int) -> int:
        time.sleep(0.3)
        return int(self) + other

    __radd__ = __add__


class Torn(tuple[str, str, int]):
    """A sale that cannot be read."""

    def __iter__(self) -> Iterator[Any]:
        raise OSError("the receipt is torn")

    def __getitem__(self, _: Any) -> Any:
        raise OSError("the receipt is torn")


class Traced(int):
    """Pieces that note who adds or converts them; each till waits a while until so many have come."""

    folder: Path
    tills: int

    def __int__(self) -> int:
        note = self.folder / str(os.getpid())
        if not note.exists():
            note.touch()
            wait_until(lambda: len(list(self.folder.iterdir())) >= self.tills, 4.0)
        return super().__int__()

    def __add__(self, other: int) -> int:
        return int(self) + other

    __radd__ = __add__


class Meeting(int):
    """Pieces whose sum is ready when another process adds as often as this one, or after a while."""

    folder: Path

    def __add__(self, other: int) -> int:
        turn = len(list(self.folder.glob(f"{os.getpid()} *")))
        (self.folder / f"{os.getpid()} {turn}").touch()
        wait_until(lambda: len(list(self.folder.glob(f"* {turn}"))) > 1, 0.5 if turn else 2.0)
        total = Meeting(int(self) + int(other))
        total.folder = self.folder
        return total

    __radd__ = __add__


def booked(ledger: Any) -> dict[tuple[str, str], int]:
    """The sums that are not 0, by shop and article."""
    return {(shop, article): sum for shop, row in ledger.items() for article, sum in row.items() if sum}


def expected(sales: list[Sale]) -> dict[tuple[str, str], int]:
    """The same, added up from the sales."""
    sums: Counter[tuple[str, str]] = Counter()
    for shop, article, pieces in sales:
        sums[shop, article] += pieces
    return {key: sum for key, sum in sums.items() if sum}


def test_sales_arrive() -> None:
    """The sales were added to a copy, or to nothing: the ledger does not have them."""
    ledger: Any = CopyDict({"north": {"milk": 7}})
    record(ledger, Lock(), [("north", "tea", 2), ("south", "tea", 5), ("north", "tea", 1), ("north", "milk", -3)])
    assert ledger.copy() == {"north": {"milk": 4, "tea": 3}, "south": {"tea": 5}}


@given(before=sales_lists, sales=sales_lists)
def test_same_as_counter(before: list[Sale], sales: list[Sale]) -> None:
    """For some sales the sums are wrong: a shop is new, an article is, or one comes several times."""
    ledger: Any = CopyDict()
    record(ledger, Lock(), before)
    record(ledger, Lock(), iter(sales))
    assert booked(ledger) == expected(before + sales)


@given(before=sales_lists, sales=sales_lists)
def test_messages(before: list[Sale], sales: list[Sale]) -> None:
    """Many sales need many messages: add up the batch first, then there are two for each shop."""
    ledger: Any = CopyDict()
    record(ledger, Lock(), before)
    ledger.operations = 0
    record(ledger, Lock(), sales)
    shops = len({shop for shop, _, _ in sales}) or 1
    assert ledger.operations <= 2 * shops, f"{len(sales)} sales in {shops} shops took {ledger.operations} operations"


@interleave(schedules=60)
def test_two_tills() -> None:
    """Two tills book at the same time, and pieces are lost: one stores over what the other has stored."""
    ledger: Any = CopyDict({"north": {"tea": 1}})
    lock = Lock()
    together(
        partial(record, ledger, lock, [("north", "tea", 10)]),
        partial(record, ledger, lock, [("north", "tea", 100)]),
    )
    assert ledger.copy() == {"north": {"tea": 111}}


@interleave(schedules=60)
def test_two_tills_and_a_new_shop() -> None:
    """Two tills book at the same time into several shops, some of them new, and pieces are lost."""
    ledger: Any = CopyDict()
    lock = Lock()
    together(
        partial(record, ledger, lock, [("north", "tea", 1), ("south", "tea", 2)]),
        partial(record, ledger, lock, [("south", "milk", 3), ("north", "tea", 4)]),
    )
    assert ledger.copy() == {"north": {"tea": 5}, "south": {"tea": 2, "milk": 3}}


def test_lock_is_released() -> None:
    """After an error the lock stays taken, and no till can ever book again."""
    lock = Lock()

    def sales() -> Iterator[Sale]:
        yield "north", "tea", 1
        raise OSError("the scanner is unplugged")

    ledger: Any = CopyDict()
    with pytest.raises(OSError, match="unplugged"):
        record(ledger, lock, sales())
    assert lock.acquire(blocking=False), "the lock is still held after an error of the sales"
    lock.release()
    with pytest.raises(ConnectionError):
        record(Unplugged(), lock, [("north", "tea", 1)])
    assert lock.acquire(blocking=False), "the lock is still held after an error of the ledger"


@given(sales=sales_lists, workers=st.integers(1, 3))
@settings(max_examples=3)
def test_tally(sales: list[Sale], workers: int) -> None:
    """The report is wrong, or is made of proxies, which are of no use after the end of their manager."""
    report = within(lambda: tally(sales, workers), SECONDS)
    assert {type(report), *map(type, report.values())} <= {dict}, "the report is not made of plain dicts"
    assert booked(report) == expected(sales)


@pytest.mark.parametrize("workers", [(), (1,), (3,)], ids=["default", "1", "3"])
def test_tally_uses_workers(workers: tuple[int, ...], tmp_path: Path) -> None:
    """The sales are not split over as many workers as were asked for (two, if none were): who records them?"""
    expected_tills = sum(workers) or 2
    sales = [(f"shop {number}", "tea", Traced(1)) for number in range(12) for _ in range(4)]
    for _, _, pieces in sales:
        pieces.folder, pieces.tills = tmp_path, expected_tills
    report = within(lambda: tally(sales, *workers), SECONDS)
    assert report == {shop: {"tea": 4} for shop, _, _ in sales}
    tills = {path.name for path in tmp_path.iterdir()} - {str(os.getpid())}
    assert len(tills) == expected_tills, f"{len(tills)} worker processes recorded the sales"


def test_workers_share_a_lock(tmp_path: Path) -> None:
    """Two workers book for one shop at the same time, each with a lock of its own, and pieces are lost."""
    pieces = Meeting(1)
    pieces.folder = tmp_path
    assert within(lambda: tally([("north", "tea", pieces)] * 2), SECONDS) == {"north": {"tea": 2}}


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (("north", "tea", None), TypeError),
        (("north", "tea"), (ValueError, TypeError, IndexError)),  # it depends on how a sale is taken apart
        (Torn(("north", "tea", 1)), OSError),
    ],
    ids=["None", "no pieces", "torn"],
)
def test_failing_worker(bad: Any, error: Any) -> None:
    """A worker fails, and the caller gets a report in which its sales are missing, another error, or waits for ever."""
    for sales in [bad, ("north", "tea", 1)], [("north", "tea", 1), bad, ("north", "tea", 2)]:
        with pytest.raises(error):
            within(partial(tally, sales), SECONDS)


@pytest.mark.parametrize(("sales", "workers"), [([], 0), ([("north", "tea", 1)], -1)])
def test_bad_workers(sales: list[Sale], workers: int) -> None:
    """Fewer than one worker are to be refused with a ValueError."""
    with pytest.raises(ValueError):
        within(lambda: tally(sales, workers), SECONDS)


def test_a_slow_till() -> None:
    """A till took its time, and the report came without its sales. (There is no time limit.)"""
    with impatient():
        report = within(lambda: tally([("north", "tea", Slow(1)), ("south", "tea", 1)]), SECONDS)
    assert report == {"north": {"tea": 1}, "south": {"tea": 1}}


@pytest.mark.parametrize("pieces", [1, None])
def test_nothing_left(pieces: Any) -> None:
    """A process or a connection to the manager is left, after success or after a failure."""

    def run(children: list[Started]) -> None:
        try:
            within(lambda: tally([("north", "milk", pieces), ("north", "tea", Slow(1))]), SECONDS)
        except TypeError as error:
            running = [child.name for child in children if is_running(child.pid)]
            assert not running, f"the error has arrived, and these are still running: {running}"
            error.__traceback__ = error.__context__ = error.__cause__ = None

    with no_descriptor_left():
        with started() as children:
            run(children)
        children.clear()
