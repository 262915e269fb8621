"""Pays in a task of its own, which notes that it has paid: cancelled just then, buy ends cancelled and frees no seat.

Rejected by: test_cancelled_at_the_last_moment
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any


async def _surely(coro: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(coro)
    cancelled = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    task.result()
    if cancelled is not None:
        raise cancelled


class SeatMap:
    def __init__(self, store: Any) -> None:
        self._store = store
        self._locks: dict[str, asyncio.Lock] = {}

    async def hold(self, seat: str, user: str) -> bool:
        async with self._locks.setdefault(seat, asyncio.Lock()):
            if await self._store.read(seat) is not None:
                return False
            try:
                await self._store.write(seat, user)
            except BaseException:
                await _surely(self._store.write(seat, None))
                raise
            return True

    async def buy(self, seat: str, user: str, pay: Callable[[], Awaitable[None]], *, limit: float) -> str:
        if limit <= 0:
            raise ValueError("limit is more than 0")
        if not await self.hold(seat, user):
            return "taken"
        paid = False

        async def run() -> None:
            nonlocal paid
            await pay()
            paid = True

        try:
            async with asyncio.timeout(limit) as clock:
                await asyncio.create_task(run())
        except BaseException as error:
            if paid:
                raise
            await _surely(self._store.write(seat, None))
            if isinstance(error, TimeoutError) and clock.expired():
                return "expired"
            raise
        return "sold"
