"""One owner for a seat, and no seat without a customer, wherever an await is cut off."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojo.eventloop import now, tasks_left, virtual_time
from katas.s19_asyncio.seat_hold import SeatMap

pytestmark = pytest.mark.timeout(20)
MOMENTS = (0.0, 0.5, 1.0)


class Store:
    """The remote store: its calls take `delays` seconds in turn, and do their work at `moments`: 0 first, 1 last."""

    def __init__(self, delays: Sequence[int] = (2,), moments: Sequence[float] = (1.0,)) -> None:
        self.owners: dict[str, str | None] = {}
        self.ever_owned: set[str] = set()
        self.busy = 0
        self._pace = zip(itertools.cycle(delays), itertools.cycle(moments), strict=False)

    async def read(self, seat: str) -> str | None:
        owner, pause = None, self._pauses()
        async for _ in pause:
            owner = self.owners.get(seat)
        return owner

    async def write(self, seat: str, owner: str | None) -> None:
        async for _ in self._pauses():
            self.owners[seat] = owner
            if owner is not None:
                self.ever_owned.add(seat)

    async def _pauses(self) -> Any:
        delay, moment = next(self._pace)
        self.busy += 1
        try:
            if moment > 0:
                await asyncio.sleep(delay * moment)
            yield
            if moment < 1:
                await asyncio.sleep(delay * (1 - moment))
        finally:
            self.busy -= 1


stores = st.builds(
    Store,
    st.lists(st.sampled_from((0, 2, 4)), min_size=1, max_size=5),
    st.lists(st.sampled_from(MOMENTS), min_size=1, max_size=4),
)


def paying(seconds: float = 1, error: BaseException | None = None) -> Callable[[], Coroutine[Any, Any, None]]:
    """Something that pays for so long, and then is content or fails."""

    async def pay() -> None:
        await asyncio.sleep(seconds)
        if error is not None:
            raise error

    return pay


async def end_of(store: Store, call: Awaitable[Any], *cuts: float) -> tuple[Any, str | None, bool]:
    """How a call on seat A1 ends that is cancelled at these times, the owner then, and whether it was cut off."""
    accepted: list[bool] = []

    async def watched() -> tuple[Any, str | None]:
        try:
            end: Any = await call
        except (asyncio.CancelledError, Exception) as error:
            end = error
        assert not store.busy, f"when the call had ended with {end!r}, one of its reads or writes still went on"
        return end, store.owners.get("A1")

    task = asyncio.ensure_future(watched())
    for cut in cuts:
        asyncio.get_running_loop().call_later(cut, lambda: accepted.append(task.cancel()))
    end, owner = await task
    return end, owner, any(accepted)


# ------------------------------------------------------------------------------------------------- nobody is cancelled


@virtual_time
async def test_hold_and_buy() -> None:
    """A free seat cannot be held or bought, or an owned one can."""
    store = Store()
    seats = SeatMap(store)
    assert await seats.hold("A1", "ada") is True
    assert store.owners == {"A1": "ada"}
    assert await seats.hold("A1", "bob") is False
    assert await seats.hold("A1", "ada") is False, "the seat is owned, also if it is by the same user"
    assert await seats.buy("A1", "bob", paying(), limit=5) == "taken"
    assert await seats.buy("B2", "bob", paying(), limit=5) == "sold"
    assert store.owners == {"A1": "ada", "B2": "bob"}


@given(store=stores, users=st.lists(st.sampled_from(("ada", "bob", "cleo")), min_size=2, max_size=3))
@virtual_time
async def test_seat_held_once(store: Store, users: list[str]) -> None:
    """Two customers both hear that the seat is theirs, or none of them does."""
    seats = SeatMap(store)
    held = await asyncio.gather(*(seats.hold("A1", user) for user in users))
    assert held.count(True) == 1, f"{users} held one free seat at once: {held}"
    assert store.owners["A1"] == users[held.index(True)], "the store names another owner than the one who heard True"


@virtual_time
async def test_seats_do_not_wait() -> None:
    """Whoever wants a seat waits for the customers of other seats."""
    both = asyncio.Barrier(2)

    class SlowStore(Store):
        async def read(self, seat: str) -> str | None:
            await both.wait()
            return await super().read(seat)

        async def write(self, seat: str, owner: str | None) -> None:
            await both.wait()
            await super().write(seat, owner)

    seats = SeatMap(SlowStore())
    async with asyncio.timeout(100):
        ends = await asyncio.gather(*(seats.buy(seat, "ada", paying(9), limit=4) for seat in ("A1", "B2")))
    assert ends == ["expired", "expired"]


@given(store=stores, seconds=st.integers(0, 6), limit=st.sampled_from((0.5, 2.5, 4.5)), fails=st.booleans())
@virtual_time
async def test_buy_outcomes(store: Store, seconds: int, limit: float, fails: bool) -> None:
    """A purchase ends differently from its payment, or the limit is not kept."""
    error = ConnectionError("the bank is closed")
    began: list[float] = []
    ended: list[float] = []

    async def pay() -> None:
        began.append(now())
        assert store.owners["A1"] == "ada", "pay was called before the seat was held"
        try:
            await paying(seconds, error if fails else None)()
        finally:
            ended.append(now())

    end, owner, _ = await end_of(store, SeatMap(store).buy("A1", "ada", pay, limit=limit))
    if seconds > limit:
        assert (end, owner) == ("expired", None)
    elif fails:
        assert (end, owner) == (error, None)
    else:
        assert (end, owner) == ("sold", "ada")
    assert ended == [began[0] + min(seconds, limit)], "pay was not called once, and cancelled when the limit was over"
    assert not tasks_left(), tasks_left()


@pytest.mark.parametrize("seconds", [1, 49])
@virtual_time
async def test_pay_own_timeout_is_an_error(seconds: int) -> None:
    """A TimeoutError that pay raises, long or shortly before the limit, is mistaken for the limit."""
    store, error = Store(), TimeoutError("no answer from the bank")
    end, owner, _ = await end_of(store, SeatMap(store).buy("A1", "ada", paying(seconds, error), limit=50))
    assert (end, owner) == (error, None)


@virtual_time
async def test_pay_was_cancelled_by_somebody_else() -> None:
    """Pay ends with CancelledError, though nobody has cancelled buy and the limit is far: that is mistaken for it."""
    store = Store()
    end, owner, _ = await end_of(store, SeatMap(store).buy("A1", "ada", paying(1, asyncio.CancelledError()), limit=50))
    assert isinstance(end, asyncio.CancelledError), f"buy ended with {end!r}"
    assert owner is None


@virtual_time
async def test_pay_that_cannot_begin() -> None:
    """Pay is an ordinary function, and raises before there is anything to await: the seat stays blocked."""
    store, error = Store(), ConnectionError("the bank is closed")

    def pay() -> Awaitable[None]:
        raise error

    end, owner, _ = await end_of(store, SeatMap(store).buy("A1", "ada", pay, limit=50))
    assert (end, owner) == (error, None)


@virtual_time
async def test_pay_gives_any_awaitable() -> None:
    """Pay returns something to await that is no coroutine, and buy cannot await it."""
    store, loop = Store(), asyncio.get_running_loop()
    paid = loop.create_future()
    loop.call_later(10, paid.set_result, None)
    end, owner, _ = await end_of(store, SeatMap(store).buy("A1", "ada", lambda: paid, limit=50))
    assert (end, owner) == ("sold", "ada")


@pytest.mark.parametrize("owner", ["bob", ""])  # None alone means that nobody owns it
@virtual_time
async def test_seats_of_yesterday(owner: str) -> None:
    """A seat that was owned in the store before is held or sold again: nobody has read the store."""
    store = Store()
    store.owners["A1"] = owner
    seats = SeatMap(store)
    assert await seats.hold("A1", "ada") is False
    assert await seats.buy("A1", "ada", paying(), limit=5) == "taken"
    assert store.owners == {"A1": owner}


@pytest.mark.parametrize("limit", [0, -1])
@virtual_time
async def test_bad_limit(limit: float) -> None:
    """A limit that leaves no time to pay is accepted, or leaves the seat blocked."""
    store = Store()
    with pytest.raises(ValueError):
        await SeatMap(store).buy("A1", "ada", paying(), limit=limit)
    assert store.owners.get("A1") is None
    store.owners["A1"] = "bob"
    with pytest.raises(ValueError):
        await SeatMap(store).buy("A1", "ada", paying(), limit=limit)
    assert store.owners == {"A1": "bob"}


@pytest.mark.parametrize(("limit", "cut"), [(3, []), (50, [30.0])], ids=["expired", "cancelled"])
@virtual_time
async def test_pay_has_ended(limit: float, cut: list[float]) -> None:
    """The limit is over, or the customer walks away: pay goes on, or buy does not wait for the end of its clean-up."""
    store = Store()
    ended: list[float] = []

    async def pay() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            await asyncio.sleep(5)
            ended.append(now())

    end, owner, _ = await end_of(store, SeatMap(store).buy("A1", "ada", pay, limit=limit), *cut)
    assert ended, f"buy ended with {end!r} while pay was cleaning up"
    assert ended[0] < 100, f"buy ended with {end!r}, and nobody had cancelled pay"
    assert owner is None
    assert not tasks_left(), tasks_left()


@pytest.mark.parametrize("cut", [7.5, 11.5])
@virtual_time
async def test_cancelled_after_the_limit(cut: float) -> None:
    """The limit was over, pay was still cleaning up, and the customer walked away: that was hidden."""
    store = Store()

    async def pay() -> None:  # from 4 s on
        try:
            await asyncio.sleep(100)
        finally:
            await asyncio.sleep(5)

    end, owner, _ = await end_of(store, SeatMap(store).buy("A1", "ada", pay, limit=3), cut)
    assert isinstance(end, asyncio.CancelledError), f"cancelled after {cut} s, buy ended with {end!r}"
    assert owner is None
    await asyncio.sleep(10)  # pay may still be cleaning up


# ------------------------------------------------------------------------------------------------ customers walk away

LAST = 14
"""Seconds after which a call that nobody cancels has surely ended."""


def cuts(*, until: int = LAST) -> list[float]:
    """All the moments at which a call may be cancelled: between any two things that happen."""
    return [second + 0.5 for second in range(until)]


@pytest.mark.parametrize("moment", MOMENTS)
@virtual_time
async def test_cancelled_hold(moment: float) -> None:
    """A customer who walks away while the seat is being held owns it nevertheless."""
    for cut in cuts(until=5):
        store = Store(moments=[moment])
        end, owner, was_cut = await end_of(store, SeatMap(store).hold("A1", "ada"), cut)
        if was_cut:
            assert isinstance(end, asyncio.CancelledError), f"cancelled after {cut} s, hold ended with {end!r}"
            assert owner is None, f"cancelled after {cut} s, hold ended, and the seat is still {owner}'s"
        else:
            assert (end, owner) == (True, "ada")


@pytest.mark.parametrize("done", ["held", "paid"])
@virtual_time
async def test_cancelled_at_the_last_moment(done: str) -> None:
    """A customer who walks away when the seat has just been held or paid for hears that, and owns it nevertheless."""
    loop = asyncio.get_running_loop()

    class Held(Store):
        async def write(self, seat: str, owner: str | None) -> None:
            await super().write(seat, owner)
            if done == "held" and owner is not None:
                leave(turns)

    async def paid() -> None:
        await asyncio.sleep(1)
        leave(turns)

    def leave(turns: int) -> None:
        """Cancel the call when the loop has made so many turns."""
        loop.call_soon(leave, turns - 1) if turns else call.cancel()

    for turns in range(1, 12):
        store = Held()
        seats = SeatMap(store)
        call: asyncio.Future[Any] = asyncio.ensure_future(
            seats.hold("A1", "ada") if done == "held" else seats.buy("A1", "ada", paid, limit=5)
        )
        end, owner, _ = await end_of(store, call)
        told = f"cancelled {turns} turns of the loop after the seat was {done}, the call ended with {end!r}"
        assert owner == ("ada" if end in (True, "sold") else None), f"{told}, and the seat is {owner}'s"


@virtual_time
async def test_next_in_line() -> None:
    """Somebody waits behind a customer who walks away, and is sent home although the seat was never owned."""
    store = Store(delays=[10])
    seats = SeatMap(store)
    first = asyncio.create_task(seats.hold("A1", "ada"))
    await asyncio.sleep(1)
    second = asyncio.create_task(seats.hold("A1", "bob"))
    await asyncio.sleep(1)
    first.cancel()
    # A first one that goes through with the hold, and frees the seat then, may turn the second one away.
    held = await second
    assert held or store.ever_owned, "the second one heard that the seat is owned, and nobody ever owned it"
    with pytest.raises(asyncio.CancelledError):
        await first
    assert store.owners.get("A1") == ("bob" if held else None)


@given(moments=st.lists(st.sampled_from(MOMENTS), min_size=3, max_size=3), seconds=st.sampled_from((1, 3, 9)))
@virtual_time
async def test_cancel_anywhere(moments: list[float], seconds: int) -> None:
    """A cancelled purchase goes on, hides that it was cancelled, or leaves the seat blocked."""
    for cut in cuts():
        store = Store(moments=moments)
        end, owner, was_cut = await end_of(store, SeatMap(store).buy("A1", "ada", paying(seconds), limit=4), cut)
        told = f"cancelled after {cut} s, buy ended with {end!r}"
        if was_cut and end != "sold":
            assert isinstance(end, asyncio.CancelledError), told
        assert owner == ("ada" if end == "sold" else None), f"{told}; the owner is {owner}"
        assert not tasks_left(), tasks_left()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("error", [None, ConnectionError("the bank is closed")])
@virtual_time
async def test_cancel_twice(moment: float, error: Exception | None) -> None:
    """A cancellation while the seat is being freed is hidden, or leaves the seat blocked or the write under way."""
    for first, second in itertools.combinations(cuts(), 2):
        store = Store(moments=[moment], delays=[2])
        call = SeatMap(store).buy("A1", "ada", paying(2 if error else 9, error), limit=3)
        end, owner, was_cut = await end_of(store, call, first, second, second + 0.25)
        told = f"cancelled after {first} and {second} s, buy ended with {end!r}"
        if was_cut:
            assert isinstance(end, asyncio.CancelledError), told
        assert owner is None, f"{told}, and the owner is still {owner}"
        assert not tasks_left(), tasks_left()


customers = st.tuples(
    st.sampled_from(("ada", "bob")),
    st.integers(0, 6),  # when the customer comes
    st.sampled_from((1, 9)),  # how long paying takes; the limit is 3
    st.lists(st.sampled_from(cuts(until=8)), max_size=2),  # when the customer walks away, counted from coming
)


@given(store=stores, who=st.lists(customers, min_size=2, max_size=3))
@virtual_time
async def test_cancelled_buyer_harms_nobody(store: Store, who: list[tuple[str, int, int, list[float]]]) -> None:
    """One who walks away takes the seat from the one who bought it, or blocks it for everybody."""
    await crowd(store, who)


@pytest.mark.parametrize("delays", [(2,), (2, 6, 0, 0), (2, 0, 6, 0), (2, 2, 6, 0, 0)])
@pytest.mark.parametrize("moment", MOMENTS)
@virtual_time
async def test_one_leaves_and_one_stays(delays: tuple[int, ...], moment: float) -> None:
    """One who walks away takes the seat from the one who buys it, or blocks it for everybody."""
    for cut, first, second in itertools.product(cuts(until=7), (0, 1), (0, 1, 3, 5)):
        who = [("ada", first, 9, [cut]), ("bob", second, 1, []), ("ada", second + 1, 1, [])]
        await crowd(Store(delays, [moment]), who)


@virtual_time
async def test_freed_once() -> None:
    """One who walked away while his seat was being freed freed it again: somebody else had bought it meanwhile."""

    class SlowToFree(Store):
        async def write(self, seat: str, owner: str | None) -> None:
            await super().write(seat, owner)
            if owner is None:
                await asyncio.sleep(6)

    # The limit of ada is over after 3 s; the seat is free at once, and bob buys it. Until 9 s it is being freed.
    await crowd(SlowToFree(delays=[0]), [("ada", 0, 9, [6.5]), ("bob", 4, 1, [])])


@pytest.mark.parametrize("delays", [(2,), (2, 2, 6, 2, 0, 2, 6), (0, 4, 2)])
@virtual_time
async def test_one_is_too_late(delays: tuple[int, ...]) -> None:
    """A seat that becomes free, because a limit has run out, is sold twice or stays blocked."""
    for second, third in itertools.product(range(12), repeat=2):
        await crowd(Store(delays), [("ada", 0, 9, []), ("bob", second, 1, []), ("cleo", third, 1, [])])


async def crowd(store: Store, who: list[tuple[str, int, int, list[float]]]) -> None:
    """Let all of them buy seat A1, and look who has it afterwards."""
    seats = SeatMap(store)

    async def buys(user: str, comes: int, seconds: int, leaves: list[float]) -> Any:
        await asyncio.sleep(comes)
        task = asyncio.ensure_future(seats.buy("A1", user, paying(seconds), limit=3))
        for cut in leaves:
            asyncio.get_running_loop().call_later(cut, task.cancel)
        try:
            return await task
        except asyncio.CancelledError:
            return "cancelled"

    ends = await asyncio.gather(*(buys(*customer) for customer in who))
    sold = [user for (user, *_), end in zip(who, ends, strict=True) if end == "sold"]
    told = f"the customers {who} ended with {ends}"
    assert len(sold) <= 1, f"{told}: sold twice"
    assert store.owners.get("A1") == (sold[0] if sold else None), f"{told}, and the owner is {store.owners.get('A1')}"
    assert await seats.buy("A1", "zoe", paying(), limit=3) == ("taken" if sold else "sold"), told
