"""A cancelled buy waits until pay has ended by itself, however long after the limit: the customer pays for nothing.

Rejected by: test_pay_has_ended
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol


class SeatStore(Protocol):
    async def read(self, seat: str) -> str | None: ...

    async def write(self, seat: str, owner: str | None) -> None: ...


class SeatMap:
    def __init__(self, store: SeatStore) -> None:
        self._store = store
        self._locks: dict[str, asyncio.Lock] = {}

    def _lock(self, seat: str) -> asyncio.Lock:
        return self._locks.setdefault(seat, asyncio.Lock())

    @staticmethod
    async def _finish(task: asyncio.Task[Any]) -> bool:
        """Wait for task whatever happens; True if we were cancelled meanwhile."""
        cancelled = False
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                cancelled = True
        return cancelled

    async def _free(self, seat: str) -> bool:
        return await self._finish(asyncio.create_task(self._store.write(seat, None)))

    async def hold(self, seat: str, user: str) -> bool:
        async with self._lock(seat):
            owner = await self._store.read(seat)
            if owner is not None:
                return False
            writing = asyncio.create_task(self._store.write(seat, user))
            try:
                await asyncio.wait({writing})
            except asyncio.CancelledError:
                writing.cancel()
                await self._finish(writing)
                await self._free(seat)
                raise
            return True

    async def buy(self, seat: str, user: str, pay: Callable[[], Awaitable[None]], *, limit: float) -> str:
        if limit <= 0:
            raise ValueError("limit <= 0")
        if not await self.hold(seat, user):
            return "taken"
        paying = asyncio.ensure_future(self._await(pay))
        outcome = ""
        error: BaseException | None = None
        cancelled = False
        try:
            done, _ = await asyncio.wait({paying}, timeout=limit)
        except asyncio.CancelledError:
            cancelled = True
            await self._finish(paying)
        else:
            if not done:
                outcome = "expired"
                paying.cancel()
                cancelled = await self._finish(paying) or cancelled
            elif paying.cancelled():
                error = asyncio.CancelledError()
            elif paying.exception() is not None:
                error = paying.exception()
            else:
                return "sold"
        if not paying.cancelled():
            paying.exception()
        async with self._noop():
            cancelled = await self._free(seat) or cancelled
        if cancelled:
            raise asyncio.CancelledError
        if error is not None:
            raise error
        return outcome

    @staticmethod
    async def _await(pay):
        await pay()

    def _noop(self):
        import contextlib

        return contextlib.nullcontext()
