"""Looks at the clock when the seat has been freed: a TimeoutError of pay shortly before the limit counts as the limit.

Rejected by: test_pay_own_timeout_is_an_error
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
        try:
            start = asyncio.get_running_loop().time()
            async with asyncio.timeout(limit):
                await pay()
        except BaseException as error:
            await _surely(self._store.write(seat, None))
            if isinstance(error, TimeoutError) and asyncio.get_running_loop().time() - start >= limit:
                return "expired"
            raise
        return "sold"
