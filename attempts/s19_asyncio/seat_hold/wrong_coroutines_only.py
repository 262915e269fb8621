"""Makes a task of what pay returns: a future, or another awaitable, is refused with a TypeError.

Rejected by: test_pay_gives_any_awaitable
"""

from __future__ import annotations

import asyncio
from collections import defaultdict


class SeatMap:
    def __init__(self, store):
        self._store = store
        self._locks = defaultdict(asyncio.Lock)

    async def _free(self, seat):
        task = asyncio.create_task(self._store.write(seat, None))
        cancelled = None
        while not task.done():
            try:
                await asyncio.shield(task)
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            raise cancelled

    async def hold(self, seat, user):
        async with self._locks[seat]:
            if await self._store.read(seat) is not None:
                return False
            try:
                await self._store.write(seat, user)
            except BaseException:
                await self._free(seat)
                raise
            return True

    async def buy(self, seat, user, pay, *, limit):
        if limit <= 0:
            raise ValueError("limit is more than 0")
        if not await self.hold(seat, user):
            return "taken"
        try:
            async with asyncio.timeout(limit) as clock:
                await asyncio.create_task(pay())
        except TimeoutError:
            await self._free(seat)
            if clock.expired():
                return "expired"
            raise
        except BaseException:
            await self._free(seat)
            raise
        return "sold"
