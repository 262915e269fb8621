"""No locks: what is being tried is kept in memory as a future for each seat, and every write is a task that ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


class SeatMap:
    def __init__(self, store: Any) -> None:
        self._store = store
        self._trying: dict[str, asyncio.Future[None]] = {}

    async def hold(self, seat: str, user: str) -> bool:
        while seat in self._trying:
            await asyncio.shield(self._trying[seat])
        turn = self._trying[seat] = asyncio.get_running_loop().create_future()
        try:
            if await self._store.read(seat) is not None:
                return False
            try:
                await surely(self._store.write(seat, user))
            except asyncio.CancelledError:
                await surely(self._store.write(seat, None))
                raise
            return True
        finally:
            del self._trying[seat]
            turn.set_result(None)

    async def buy(self, seat: str, user: str, pay: Callable[[], Awaitable[None]], *, limit: float) -> str:
        if limit <= 0:
            raise ValueError("limit")
        if not await self.hold(seat, user):
            return "taken"
        mine: list[BaseException] = []

        async def paying() -> bool:
            try:
                await pay()
            except TimeoutError as error:
                mine.append(error)
            return True

        end = "expired"
        try:
            await asyncio.wait_for(paying(), limit)
            if mine:
                raise mine[0]
            end = "sold"
        except TimeoutError:
            if mine:
                raise
        finally:
            if end != "sold":
                await surely(self._store.write(seat, None))
        return end


async def surely(call: Any) -> None:
    """Let the call come to its end; be cancelled afterwards, if so."""
    task, cut = asyncio.ensure_future(call), False
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            cut = True
    if cut:
        raise asyncio.CancelledError
