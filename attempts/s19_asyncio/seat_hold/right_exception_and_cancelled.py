"""Cleans up at an Exception and at CancelledError."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol


class SeatStore(Protocol):
    """Given. It never raises, and takes any time.

    A write takes effect at some moment while it runs. A write that was cancelled has or has not taken effect before,
    but has none afterwards.
    """

    async def read(self, seat: str) -> str | None:
        """Return the owner of the seat, or None."""

    async def write(self, seat: str, owner: str | None) -> None:
        """Make this the owner of the seat; None frees it."""


class SeatMap:
    """Who has which seat. It is the only user of its store, and is used in one event loop.

    Operations on different seats never wait for each other. At most one call ever gets True or "sold" for a seat that
    is not freed in between.
    """

    def __init__(self, store: SeatStore) -> None:
        self._store = store
        self._locks: dict[str, asyncio.Lock] = {}

    async def hold(self, seat: str, user: str) -> bool:
        """Reserve the seat for user if it is free: True. Return False if it is owned.

        If hold is cancelled, the seat is not user's when hold ends.
        """
        async with self._locks.setdefault(seat, asyncio.Lock()):
            if await self._store.read(seat) is not None:
                return False
            try:
                await self._store.write(seat, user)
            except asyncio.CancelledError:
                await _surely(self._store.write(seat, None))
                raise
            return True

    async def buy(self, seat: str, user: str, pay: Callable[[], Awaitable[None]], *, limit: float) -> str:
        """Hold the seat, then pay within `limit` seconds.

        Returns "taken" if the seat cannot be held; "sold" once pay has returned: the seat is user's; "expired" if the
        limit ran out: pay is cancelled then. An exception of pay, its own TimeoutError too, is raised.

        However buy ends, by return, error or cancellation, also if it is cancelled again during the clean-up: unless it
        returned "sold" or "taken", the seat is free again when buy ends. A cancelled buy ends cancelled.

        Raises ValueError if limit <= 0.
        """
        if limit <= 0:
            raise ValueError("limit is more than 0")
        if not await self.hold(seat, user):
            return "taken"
        try:
            async with asyncio.timeout(limit) as t:
                await pay()
        except (Exception, asyncio.CancelledError) as e:
            await _surely(self._undo(seat))
            if isinstance(e, TimeoutError) and t.expired():
                return "expired"
            raise
        return "sold"

    async def _undo(self, seat):
        async with self._locks[seat]:
            await self._store.write(seat, None)


async def _surely(coro):
    task = asyncio.create_task(coro)
    seen = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as e:
            seen = e
    if seen is not None:
        raise seen
