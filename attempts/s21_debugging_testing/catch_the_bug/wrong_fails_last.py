"""Lets nobody else touch the stock while an audit fails: who writes back the count from before gets through.

Rejected by: test_async_bugs_are_caught
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol


class Stock(Protocol):
    """Pieces on a shelf. Every call is atomic (as if the calls came one after the other), and none blocks for good."""

    def take(self, k: int = 1) -> bool:
        """True: k pieces removed. False: fewer than k were there, nothing changed. ValueError if k < 1."""
        ...

    def put_back(self, k: int = 1) -> None:
        """Add k pieces. ValueError if k < 1."""
        ...

    def left(self) -> int:
        """Pieces now."""
        ...


class AsyncStock(Protocol):
    """The same for asyncio, but a take that gets its pieces is audited. It waits for that, and for nothing else."""

    async def take(self, k: int = 1) -> bool:
        """As Stock.take. After removing the pieces it awaits audit(k) exactly once, then returns True.

        A take that fails, or is refused, does not audit. If audit raises or take is cancelled, the pieces come back,
        whatever others did meanwhile, and the exception goes on.
        """
        ...

    def put_back(self, k: int = 1) -> None: ...

    def left(self) -> int: ...


def check_threads(make: Callable[[int], Stock], run: Callable[..., list[Any]]) -> None:
    """AssertionError if a stock from make broke the rules, else None. make(n) makes a stock of n pieces.

    run(f, g, ...) calls each function in a thread of its own, returns their results in order, and raises the first
    error that one of them raised. The schedule is chosen by the caller, who calls check_threads once for each schedule
    with at most one preemption: somewhere in one call of run.

    At most 4 calls of run, each with at most 3 functions, each with at most 4 calls of stocks. Call stocks only inside
    run. No threads and no sleeps of your own. An error of a stock that leaves the check counts as an accusation too,
    as does a deadlock, which the scheduler reports.
    """
    # The rules for one caller. Three stocks, so that nothing here depends on the schedule.
    three, one, empty = make(3), make(1), make(0)
    rules, refusals, edges = run(
        lambda: (three.take(4), three.take(3), three.put_back(2), three.left()),
        lambda: [_refused(call, k) for call in (one.take, one.put_back) for k in (0, -1)],
        lambda: (empty.take(), empty.put_back(), empty.take(), empty.left()),
    )
    assert rules == (False, True, None, 2), f"of 3 pieces: take(4), take(3), put_back(2), left() gave {rules}"
    assert refusals == [True] * 4, f"take and put_back of 0 and -1 pieces: refused {refusals}"
    assert edges == (False, None, True, 0), f"of no pieces: take(), put_back(), take(), left() gave {edges}"

    # A take that is too big beside a small one: it takes nothing away, not for a moment.
    two, pair = make(2), make(1)
    big, small, (seen, _) = run(
        lambda: (two.take(3), pair.take()),
        lambda: two.take(2),
        lambda: (two.left(), pair.put_back()),
    )
    assert big == (False, True), f"take(3) of 2 pieces, and take() of 1 beside put_back(): {big}"
    assert small is True, f"take(2) of 2 pieces, beside a take(3): {small}"
    assert seen in (0, 2), f"2 pieces, taken together, but {seen} were seen"

    # The last piece; and pieces that come back while somebody looks.
    last, shelf = make(1), make(0)
    (won, _), (also, seen), _ = run(
        lambda: (last.take(), shelf.put_back(2)),
        lambda: (last.take(), shelf.left()),
        lambda: shelf.put_back(4),
    )
    assert won != also, f"two takers of the last piece got {won} and {also}"
    assert seen in (0, 2, 4, 6), f"two callers put back 2 and 4 pieces at once; seen: {seen}"

    # What is left over: first taken, then looked at. Looking may repair what is wrong.
    ((got, now),) = run(lambda: (shelf.take(6), (shelf.left(), pair.left(), last.left())))
    assert got is True, "2 and 4 pieces were put back, but 6 cannot be taken"
    assert now == (0, 1, 0), f"at the end there are {now} pieces, not (0, 1, 0)"


def _refused(call: Callable[[int], object], k: int) -> bool:
    try:
        call(k)
    except ValueError:
        return True
    return False


async def check_async(make: Callable[[int, Callable[[int], Awaitable[None]]], AsyncStock]) -> None:
    """The same for make(n, audit). Called once, in a fresh event loop.

    Bring an audit of your own, and force with it what must not happen. No sleep but sleep(0). Errors of a stock count,
    and so does a stock that is stuck, which the loop reports. Leave no task behind after a right stock.
    """
    audits: list[tuple[int, asyncio.Future[None]]] = []

    async def audit(k: int) -> None:
        gate = asyncio.get_running_loop().create_future()
        audits.append((k, gate))
        await gate

    def sizes() -> list[int]:
        return [k for k, _ in audits]

    async def begun(k: int) -> asyncio.Task[bool]:
        """A take that waits for its audit."""
        expected = [*sizes(), k]
        task = asyncio.create_task(stock.take(k))
        await asyncio.sleep(0)
        assert sizes() == expected, f"audits so far: {sizes()}, expected {expected}"
        assert not task.done(), "take did not wait for its audit"
        return task

    stock = make(9, audit)
    for k in (0, -1):
        try:
            taken = await stock.take(k)
        except ValueError:
            taken = None
        assert taken is None, f"take({k}) returned {taken}"
        assert _refused(stock.put_back, k), f"put_back({k}) was accepted"
    assert await stock.take(10) is False
    assert (stock.left(), sizes()) == (9, []), "a take that fails changed something, or was audited"

    good, cancelled, failing = await begun(4), await begun(2), await begun(3)  # all 9, while nobody's audit is over
    assert stock.left() == 0, f"9 pieces are taken, but there are {stock.left()}"
    assert await stock.take() is False

    audits[0][1].set_result(None)
    assert await good is True
    audits[2][1].set_exception(error := ConnectionError("the audit is down"))
    (told,) = await asyncio.gather(failing, return_exceptions=True)
    assert told is error, f"the audit failed, and take came to {told!r}"
    assert stock.left() == 3, f"a failed audit gives 3 pieces back, but there are {stock.left()}"
    stock.put_back(5)
    assert stock.left() == 3 + 5
    cancelled.cancel()
    (told,) = await asyncio.gather(cancelled, return_exceptions=True)
    assert isinstance(told, asyncio.CancelledError), f"take was cancelled, and came to {told!r}"
    assert stock.left() == 3 + 5 + 2, f"a cancelled take gives its pieces back, but there are {stock.left()}"
    assert sizes() == [4, 2, 3], f"three takes got pieces, but these audits were made: {sizes()}"
