"""Writes anew that the seat is free when that write was cancelled, without the seat's turn: it may be sold by then.

Rejected by: test_freed_once
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakValueDictionary


class SeatMap:
    def __init__(self, store: Any) -> None:
        self._store = store
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def _lock(self, seat: str) -> asyncio.Lock:
        lock = self._locks.get(seat)
        if lock is None:
            lock = self._locks[seat] = asyncio.Lock()
        return lock

    async def _free(self, seat: str) -> None:
        """Try until a write went through; tell of cancellations at the end."""
        cancelled = False
        while True:
            try:
                await self._store.write(seat, None)
                break
            except asyncio.CancelledError:
                cancelled = True
        if cancelled:
            raise asyncio.CancelledError

    async def hold(self, seat: str, user: str) -> bool:
        lock = self._lock(seat)
        async with lock:
            owner = await self._store.read(seat)
            if owner is None:
                try:
                    await self._store.write(seat, user)
                except asyncio.CancelledError:
                    await self._free(seat)
                    raise
            return owner is None

    async def buy(self, seat: str, user: str, pay: Callable[[], Awaitable[None]], *, limit: float) -> str:
        if not limit > 0:
            raise ValueError(f"{limit=}")
        if not await self.hold(seat, user):
            return "taken"
        result = None
        try:
            payment = asyncio.ensure_future(self._pay(pay))
            try:
                await asyncio.wait([payment], timeout=limit)
                if payment.done():
                    payment.result()
                    result = "sold"
                else:
                    result = "expired"
            finally:
                while not payment.done():
                    payment.cancel()
                    try:
                        await asyncio.wait([payment])
                    except asyncio.CancelledError:
                        result = "cancelled"
                if result == "cancelled":
                    raise asyncio.CancelledError
        finally:
            if result != "sold":
                await self._free(seat)
        return result

    async def _pay(self, pay: Callable[[], Awaitable[None]]) -> None:
        await pay()
