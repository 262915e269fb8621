"""Goods are moved in all directions at once: nothing hangs, nothing gets lost, and the auditor never misses a pallet.

Under `@interleave` a test is run again for many ways in which its threads can take turns. A deadlock is reported at
once, with who holds what and who waits for what.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import combinations
from threading import Barrier, Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from katas.s14_deadlocks_races.stock_transfer import OutOfStock, Warehouse, audit, move


class Shelf:
    """Each of the `failing` calls, by name, fails once."""

    def __init__(self, qty: int) -> None:
        self.qty = qty
        self.failing: list[str] = []
        self.error: OSError | None = None
        self.on_read: Callable[[], object] = lambda: None
        self.on_failure: Callable[[], object] = lambda: None

    def read(self) -> int:
        self._fail_if_asked("read")
        self.on_read()
        return self.qty

    def write(self, qty: int) -> None:
        assert qty >= 0, f"{qty} was written on a shelf"
        self._fail_if_asked("write")
        self.qty = qty

    def _fail_if_asked(self, call: str) -> None:
        if call in self.failing:
            self.failing.remove(call)
            self.on_failure()
            self.error = OSError(f"{call} failed")
            raise self.error


class CarefulShelf(Shelf):
    """Complains when two threads use it at once, and notes what is written."""

    def __init__(self, qty: int) -> None:
        super().__init__(qty)
        self.users: list[str] = []
        self.written: list[int] = []

    def read(self) -> int:
        with self._in_use("read"):
            return super().read()

    def write(self, qty: int) -> None:
        with self._in_use("write"):
            super().write(qty)
            self.written.append(qty)

    @contextmanager
    def _in_use(self, call: str) -> Iterator[None]:
        assert not self.users, f"{call}() while another thread was in {self.users[0]}() of the same shelf"
        self.users.append(call)
        yield
        self.users.clear()


class Company:
    """Warehouses with these stocks, all with the same name."""

    def __init__(self, *stocks: int, shelf: type[Shelf] = Shelf) -> None:
        self.shelves = [shelf(qty) for qty in stocks]
        self.places = [Warehouse("depot", shelf) for shelf in self.shelves]
        self.total = sum(stocks)

    def stocks(self) -> list[int]:
        return [shelf.qty for shelf in self.shelves]

    def move(self, src: int, dst: int, qty: int) -> str:
        """How it went."""
        try:
            move(self.places[src], self.places[dst], qty)
        except OutOfStock:
            return "OutOfStock"
        except ValueError:
            return "ValueError"
        except OSError as error:  # the shelf's own goes on
            return type(error).__name__
        return "moved"

    def check_total(self, *listed: int) -> None:
        """The auditor finds the total in the places listed, or in all of them."""
        found = audit([self.places[number] for number in listed or range(len(self.places))])
        assert found == self.total, f"the audit found {found}, there are {self.total}; on the shelves: {self.stocks()}"


def writes(company: Company) -> list[list[int]]:
    """What was written on each shelf."""
    return [shelf.written for shelf in company.shelves if isinstance(shelf, CarefulShelf)]


@interleave
def test_one_thread() -> None:
    """Without any other thread, a move or an audit does not do what it says, or waits for itself."""
    company = Company(5, 1)
    assert company.move(0, 1, 2) == "moved"
    assert company.stocks() == [3, 3]
    assert company.move(1, 0, 3) == "moved", "everything that is there can be moved"
    assert company.stocks() == [6, 0]
    left, right = company.places
    assert audit([left, right]) == 6
    assert audit([left, left]) == 6, "a warehouse that is listed twice counts once"
    assert audit(place for place in (right, left, right)) == 6
    assert audit([]) == 0


@interleave
def test_out_of_stock_writes_nothing() -> None:
    """There was less than asked for: that was not said with OutOfStock, or something was written all the same."""
    company = Company(5, 1, shelf=CarefulShelf)
    assert company.move(0, 1, 6) == "OutOfStock"
    assert company.move(1, 0, 2) == "OutOfStock"
    assert writes(company) == [[], []]
    assert company.move(0, 1, 5) == "moved", "the locks are free after an OutOfStock"


@interleave
def test_move_to_itself() -> None:
    """Moving within one warehouse waits for itself, or writes, or does not check the stock."""
    company = Company(5, shelf=CarefulShelf)
    assert company.move(0, 0, 5) == "moved"
    assert company.move(0, 0, 6) == "OutOfStock"
    assert writes(company) == [[]]
    company.check_total()


@pytest.mark.parametrize("qty", [0, -1])
@pytest.mark.parametrize("dst", [0, 1])
@interleave
def test_bad_quantity(dst: int, qty: int) -> None:
    """A move of nothing, or backwards, was not refused with ValueError."""
    company = Company(5, 5)
    assert company.move(0, dst, qty) == "ValueError"
    assert company.stocks() == [5, 5]


PLACES = st.integers(0, 2)
MOVES = st.lists(st.tuples(PLACES, PLACES, st.integers(0, 4)), max_size=6)


@given(moves=MOVES)
@settings(max_examples=15)
@interleave(schedules=1)
def test_moves_one_after_another(moves: list[tuple[int, int, int]]) -> None:
    """Some moves in one thread left other stocks than they should, or went through when they should not."""
    company = Company(3, 2, 0)
    stocks = company.stocks()
    for src, dst, qty in moves:
        expected = "ValueError" if qty == 0 else "OutOfStock" if stocks[src] < qty else "moved"
        if expected == "moved":
            stocks[src] -= qty
            stocks[dst] += qty
        assert company.move(src, dst, qty) == expected, f"moving {qty} from {src} to {dst}"
        assert company.stocks() == stocks, f"after moving {qty} from {src} to {dst}"


@interleave(schedules=100, steps=2000)
def test_opposite_moves() -> None:
    """One thread moves from A to B and another from B to A: each holds one lock and waits for the other."""
    company = Company(5, 5)
    came = together(partial(company.move, 0, 1, 2), partial(company.move, 1, 0, 3))
    assert came == ["moved", "moved"]
    assert company.stocks() == [6, 4]


@interleave(schedules=100, steps=2000)
def test_ring_of_moves() -> None:
    """Moves in a ring of warehouses with one name wait for each other."""
    company = Company(2, 2, 2)
    ring = [partial(company.move, place, (place + 1) % 3, 2) for place in range(3)]
    assert together(*ring) == ["moved"] * 3
    assert company.stocks() == [2, 2, 2]


@given(moves=st.lists(st.lists(st.tuples(PLACES, PLACES, st.integers(1, 3)), max_size=2), min_size=2, max_size=3))
@settings(max_examples=12)
@interleave(preemptions=1, schedules=6)
def test_any_moves_keep_the_total(moves: list[list[tuple[int, int, int]]]) -> None:
    """After moves in several threads the stocks are not what was there and what was moved."""
    company = Company(3, 2, 1)
    stocks = company.stocks()

    def driver(rounds: list[tuple[int, int, int]]) -> list[str]:
        return [company.move(*one) for one in rounds]

    for rounds, came in zip(moves, together(*(partial(driver, rounds) for rounds in moves)), strict=True):
        for (src, dst, qty), how in zip(rounds, came, strict=True):
            if how == "moved":
                stocks[src] -= qty
                stocks[dst] += qty
    assert company.stocks() == stocks, f"each thread's moves (from, to, quantity): {moves}"


@pytest.mark.parametrize("src", [0, 1])
@pytest.mark.parametrize("listed", [(0, 1), (1, 0)])
@interleave(schedules=25, steps=2000)
def test_audit_sees_one_moment(listed: tuple[int, ...], src: int) -> None:
    """The auditor missed a pallet that was on its way, or counted it twice, or locked himself up with the driver."""
    company = Company(5, 5)
    together(partial(company.move, src, 1 - src, 2), partial(company.check_total, *listed))
    company.check_total()


@pytest.mark.parametrize("between", range(4))
@interleave(preemptions=0, schedules=2, steps=2000)
def test_nothing_moves_behind_the_auditor(between: int) -> None:
    """While the auditor read one shelf, goods went between two others of his list, and he missed or doubled them."""
    for src, dst in combinations([place for place in range(4) if place != between], 2):
        company = Company(5, 5, 5, 5)
        arrived = Event()
        company.shelves[between].on_read = partial(read_slowly, arrived)
        together(company.check_total, partial(drive, company, src, dst, arrived))


def read_slowly(arrived: Event) -> None:
    arrived.set()
    settle()  # the driver goes as far as he can


def drive(company: Company, src: int, dst: int, arrived: Event) -> None:
    arrived.wait()
    company.move(src, dst, 2)


@interleave(schedules=40, steps=2000)
def test_audits_beside_each_other() -> None:
    """Two auditors with different lists, and a driver, wait for each other."""
    company = Company(5, 5, 5)
    together(
        partial(company.check_total, 0, 1, 2),
        partial(company.check_total, 2, 0, 1),
        partial(company.move, 1, 2, 1),
    )


@interleave(preemptions=0, schedules=5, steps=2000)
def test_shelf_is_read_by_one_auditor() -> None:
    """Two auditors used one shelf at the same time. (Reading is using it.)"""
    company = Company(5, shelf=CarefulShelf)
    company.shelves[0].on_read = once(settle)  # the other one goes as far as it can
    together(company.check_total, company.check_total)


@pytest.mark.parametrize("moves", [((0, 1), (0, 2)), ((0, 2), (1, 2)), ((0, 1), (1, 2)), ((0, 0), (0, 1))], ids=str)
@interleave(schedules=15, steps=2000)
def test_shelf_is_used_by_one_thread(moves: tuple[tuple[int, int], ...]) -> None:
    """Two moves with a common warehouse used its shelf at the same time, or one wiped out what the other did."""
    company = Company(5, 5, 5, shelf=CarefulShelf)
    stocks = company.stocks()
    for src, dst in moves:
        stocks[src] -= 2
        stocks[dst] += 2
    together(*(partial(company.move, src, dst, 2) for src, dst in moves))
    assert company.stocks() == stocks, f"moved 2 each: {moves}"


@interleave(schedules=25, steps=2000)
def test_two_want_the_last_goods() -> None:
    """Two moves wanted all that was there, and both went through: whoever looks before the locks looks too early."""
    company = Company(5, 0, 0)
    came = together(partial(company.move, 0, 1, 5), partial(company.move, 0, 2, 5))
    assert sorted(came) == ["OutOfStock", "moved"]
    assert sorted(company.stocks()) == [0, 0, 5]


@pytest.mark.parametrize("broken", [0, 1])
@pytest.mark.parametrize("call", ["read", "write"])
@interleave(schedules=10)
def test_failed_move_changes_nothing(call: str, broken: int) -> None:
    """A shelf failed during a move, and goods have vanished or doubled, or a lock was kept, or the error."""
    company = Company(5, 1)
    company.shelves[broken].failing.append(call)
    with pytest.raises(OSError) as came:
        move(*company.places, 2)
    assert came.value is company.shelves[broken].error, "the error of the shelf goes on, that very one"
    assert company.stocks() == [5, 1], f"5 and 1 were there, then {call}() of shelf {broken} failed in a move of 2"
    assert company.move(0, 1, 2) == "moved", "the next one goes through"
    assert company.stocks() == [3, 3]


@pytest.mark.parametrize("broken", [0, 1])
@interleave(schedules=10)
def test_nothing_can_be_read_after_a_failed_write(broken: int) -> None:
    """A write failed, and then the reads, too: what was there before was not written back."""
    company = Company(5, 1)
    company.shelves[broken].failing.append("write")
    company.shelves[broken].on_failure = lambda: [shelf.failing.append("read") for shelf in company.shelves]
    assert company.move(0, 1, 2) == "OSError"
    assert company.stocks() == [5, 1], f"5 and 1 were there, then write() of shelf {broken} failed in a move of 2"


@pytest.mark.parametrize("broken", [0, 1])
@interleave(schedules=15, steps=2000)
def test_failed_write_is_rolled_back(broken: int) -> None:
    """A write failed, and the auditor saw what was only half done."""
    company = Company(5, 1)
    company.shelves[broken].failing.append("write")
    how, _ = together(partial(company.move, 0, 1, 5), partial(company.check_total, 0, 1))
    assert how == "OSError"
    assert company.stocks() == [5, 1]


@interleave(schedules=30, steps=2000)
def test_second_driver_after_a_failed_write() -> None:
    """A write failed while another driver wanted the same goods: he did not get them, or more than there were."""
    company = Company(5, 1)
    company.shelves[1].failing.append("write")
    came = together(partial(company.move, 0, 1, 5), partial(company.move, 0, 1, 5))
    assert sorted(came) == ["OSError", "moved"], "5 are there: the one whose write works can move them"
    assert company.stocks() == [0, 6]


@interleave
def test_failed_move_to_itself_lets_go() -> None:
    """A shelf failed during a move within one warehouse: its error did not come, or the lock was kept."""
    company = Company(5)
    company.shelves[0].failing.append("read")
    assert company.move(0, 0, 2) == "OSError"
    assert company.move(0, 0, 2) == "moved", "the next one goes through"


@interleave
def test_failed_audit_lets_go() -> None:
    """A shelf failed during an audit: its error did not come, or a lock was kept."""
    company = Company(5, 5)
    for shelf in company.shelves:  # one of them is the first one in every order
        shelf.failing.append("read")
        with pytest.raises(OSError) as came:
            audit(company.places)
        assert came.value is shelf.error, "the error of the shelf goes on, that very one"
        assert company.move(0, 1, 2) == "moved"
    company.check_total()


@interleave(schedules=20, steps=2000)
def test_disjoint_moves_overlap() -> None:
    """A move waited for another one that has no warehouse in common with it."""
    company = Company(5, 5, 5, 5)
    meeting = Barrier(2)
    for place in (0, 2):
        company.shelves[place].on_read = once(meeting.wait)
    together(partial(company.move, 0, 1, 1), partial(company.move, 2, 3, 1))
    assert company.stocks() == [4, 6, 4, 6]


@interleave(schedules=20, steps=2000)
def test_disjoint_audit_overlaps() -> None:
    """An audit waited for a move that has nothing to do with the warehouses it was to look at."""
    company = Company(5, 5, 5)
    meeting = Barrier(2)
    for place in (0, 2):
        company.shelves[place].on_read = once(meeting.wait)
    found, _ = together(lambda: audit(company.places[:1]), partial(company.move, 1, 2, 1))
    assert found == 5


@interleave(schedules=10, steps=2000)
def test_disjoint_audits_overlap() -> None:
    """An audit waited for another one that looks at other warehouses."""
    company = Company(5, 6)
    meeting = Barrier(2)
    for shelf in company.shelves:
        shelf.on_read = once(meeting.wait)
    assert together(*(partial(audit, [place]) for place in company.places)) == [5, 6]


def once(wait: Callable[[], object]) -> Callable[[], None]:
    """Waits the first time it is called."""
    calls: list[None] = []

    def first() -> None:
        calls.append(None)
        if len(calls) == 1:
            wait()

    return first


@interleave(preemptions=0, schedules=2, steps=1_000_000)
def test_slow_shelf_is_waited_for() -> None:
    """A shelf needed ninety seconds, and somebody gave up waiting: with an error, or by going in without a lock."""
    company = Company(5, 5, shelf=CarefulShelf)
    company.shelves[0].on_read = once(partial(Event().wait, 90))
    came = together(partial(company.move, 0, 1, 1), partial(company.move, 1, 0, 3), company.check_total)
    assert came[:2] == ["moved", "moved"]
    assert company.stocks() == [7, 3]


@pytest.mark.parametrize("waiting", ["move", "audit"])
@interleave(preemptions=0, schedules=5, steps=2000)
def test_who_waits_holds_up_nobody_else(waiting: str) -> None:
    """A move or an audit that had to wait for a slow one held up a third one, which has nothing to do with either."""
    company = Company(5, 5, 5, 5)
    read, arrived = Event(), Event()

    def slow_read() -> None:
        arrived.set()
        read.wait()

    company.shelves[0].on_read = slow_read

    def waits() -> None:
        arrived.wait()
        if waiting == "move":
            company.move(1, 0, 1)
        else:
            audit([company.places[1], company.places[0]])

    def third() -> None:
        arrived.wait()
        settle()  # now the second one waits for the first
        company.move(2, 3, 1)
        audit(company.places[2:])
        read.set()

    together(partial(company.move, 0, 1, 1), waits, third)
    company.check_total()


@pytest.mark.parametrize("ends", ["move", "move within one", "audit"])
@interleave(preemptions=0, schedules=5, steps=2000)
def test_who_can_go_on_is_woken(ends: str) -> None:
    """Two moves waited. One of them could go on, but only the other one was woken, or none."""
    company = Company(5, 5, 5, 5)
    ended, through = Event(), Event()
    company.shelves[0].on_read = once(ended.wait)
    company.shelves[2].on_read = once(through.wait)

    def waits() -> None:
        settle()  # two moves are at their shelves
        together(partial(company.move, 2, 3, 1), goes_on)

    def goes_on() -> None:
        settle()  # the other one waits
        together(partial(company.move, 0, 1, 1), lets_go)
        through.set()

    def lets_go() -> None:
        settle()  # both wait
        ended.set()

    calls: dict[str, Callable[[], object]] = {
        "move": partial(company.move, 0, 1, 1),
        "move within one": partial(company.move, 0, 0, 1),
        "audit": lambda: audit(company.places[:1]),
    }
    together(calls[ends], partial(company.move, 2, 3, 1), waits)
    assert company.stocks() == ([3, 7, 3, 7] if ends == "move" else [4, 6, 3, 7])


@interleave(schedules=200, steps=2000)
def test_warehouses_that_open_at_once() -> None:
    """Two warehouses were made at the same time, and moves between them wait for each other."""
    shelves = [Shelf(5), Shelf(5)]
    one, two = together(*(partial(Warehouse, "depot", shelf) for shelf in shelves))
    together(partial(move, one, two, 2), partial(move, two, one, 3))
    assert [shelf.qty for shelf in shelves] == [6, 4]
