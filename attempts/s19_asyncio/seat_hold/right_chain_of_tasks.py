"""A chain of tasks for each seat: a hold that is cancelled goes through, and the seat is freed by the next task.

So somebody who came in between may hear that the seat is owned, as it is at that moment.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Protocol


class SeatStore(Protocol):
    async def read(self, seat: str) -> str | None: ...

    async def write(self, seat: str, owner: str | None) -> None: ...


class SeatMap:
    """Operations of one seat form a chain of tasks; each call waits for its task, and passes on its cancellation."""

    def __init__(self, store: SeatStore) -> None:
        self._store = store
        self._last: dict[str, asyncio.Future] = {}

    def _chain(self, seat, make):
        before = self._last.get(seat)

        async def run():
            if before is not None:
                await asyncio.wait([before])
            return await make()

        task = asyncio.ensure_future(run())
        self._last[seat] = task
        return task

    async def _wait(self, task):
        """Wait to the end of task; how often we were cancelled meanwhile."""
        cancels = 0
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError:
                cancels += 1
        return cancels

    async def hold(self, seat: str, user: str) -> bool:
        async def work():
            if await self._store.read(seat) is not None:
                return False
            await self._store.write(seat, user)
            return True

        task = self._chain(seat, work)
        if await self._wait(task):
            if task.result():
                await self._wait(self._chain(seat, lambda: self._store.write(seat, None)))
            raise asyncio.CancelledError
        return task.result()

    async def buy(self, seat: str, user: str, pay: Callable[[], Awaitable[None]], *, limit: float) -> str:
        if limit <= 0:
            raise ValueError(limit)
        if not await self.hold(seat, user):
            return "taken"

        async def paying():
            await pay()

        payment = asyncio.ensure_future(paying())
        cancels = 0
        expired = False
        try:
            done, _ = await asyncio.wait([payment], timeout=limit)
            if not done:
                expired = payment.cancel()
        except asyncio.CancelledError:
            cancels += 1
            payment.cancel()
        cancels += await self._wait(payment)
        if not cancels and not payment.cancelled() and payment.exception() is None:
            return "sold"
        cancels += await self._wait(self._chain(seat, lambda: self._store.write(seat, None)))
        if cancels:
            raise asyncio.CancelledError
        if expired and payment.cancelled():
            return "expired"
        payment.result()
        raise AssertionError
