"""Holds in a task of its own: cancelled when that has just ended well, hold ends cancelled, and the seat stays blocked.

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
        task = asyncio.create_task(self._hold(seat, user))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.cancel()
            while not task.done():
                try:
                    await asyncio.wait([task])
                except asyncio.CancelledError:
                    pass
            raise

    async def _hold(self, seat: str, user: str) -> bool:
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
        try:
            async with asyncio.timeout(limit) as clock:
                await pay()
        except BaseException as error:
            await _surely(self._store.write(seat, None))
            if isinstance(error, TimeoutError) and clock.expired():
                return "expired"
            raise
        return "sold"
