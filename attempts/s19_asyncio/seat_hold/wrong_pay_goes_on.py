"""Cancels the task of pay, and does not wait for its end: it cleans up when buy has long ended.

Rejected by: test_pay_has_ended
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Protocol


class SeatStore(Protocol):
    async def read(self, seat: str) -> str | None:
        pass

    async def write(self, seat: str, owner: str | None) -> None:
        pass


class SeatMap:
    def __init__(self, store: SeatStore) -> None:
        self._store = store
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def hold(self, seat: str, user: str) -> bool:
        async with self._locks[seat]:
            if await self._store.read(seat) is not None:
                return False
            try:
                await self._store.write(seat, user)
            except BaseException:  # cancelled, and nobody knows whether the write has taken effect
                await self._free(seat)  # still under the lock: later the seat may be somebody else's
                raise
            return True

    async def buy(self, seat: str, user: str, pay: Callable[[], Awaitable[None]], *, limit: float) -> str:
        if limit <= 0:
            raise ValueError("limit is more than 0")
        if not await self.hold(seat, user):
            return "taken"
        try:
            paying = asyncio.ensure_future(pay())
            done, _ = await asyncio.wait({paying}, timeout=limit)
            if not done:
                paying.cancel()
                await self._free(seat)
                return "expired"
            paying.result()
        except BaseException:
            paying.cancel()
            await self._free(seat)
            raise
        return "sold"

    async def _free(self, seat: str) -> None:
        freeing = asyncio.create_task(self._store.write(seat, None))
        cancelled = None
        while not freeing.done():
            try:
                await asyncio.shield(freeing)  # the cancellation ends our waiting, and not the write
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            raise cancelled
