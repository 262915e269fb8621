"""Write two checks that accuse every broken stock, and no right one. You cannot look into the stocks.

A warehouse buys its stock counter from many vendors. Some are broken: a few always, most only when two calls overlap at
the wrong moment. Your checks are judged by mutants, under every schedule that matters: what has to be seen, happens.
"""

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
    raise NotImplementedError  # TODO: first the rules for one caller. Then: which two calls must not overlap?


async def check_async(make: Callable[[int, Callable[[int], Awaitable[None]]], AsyncStock]) -> None:
    """The same for make(n, audit). Called once, in a fresh event loop.

    Bring an audit of your own, and force with it what must not happen. No sleep but sleep(0). Errors of a stock count,
    and so does a stock that is stuck, which the loop reports. Leave no task behind after a right stock.
    """
    raise NotImplementedError  # TODO: what can a stock do wrong while an audit is under way?
