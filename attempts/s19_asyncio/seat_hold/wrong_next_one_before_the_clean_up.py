"""A hold that is cancelled lets the next one in, and frees the seat then: it may be the next one's already.

Rejected by: test_one_leaves_and_one_stays
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol


class SeatStore(Protocol):
    async def read(self, seat: str) -> str | None: ...

    async def write(self, seat: str, owner: str | None) -> None: ...


class SeatMap:
    def __init__(self, store: SeatStore) -> None:
        self._store = store
        self._busy: dict[str, list] = {}

    async def _enter(self, seat):
        line = self._busy.setdefault(seat, [])
        turn = asyncio.get_running_loop().create_future()
        line.append(turn)
        if len(line) == 1:
            turn.set_result(None)
        try:
            await turn
        except asyncio.CancelledError:
            self._leave(seat, turn)
            raise
        return turn

    def _leave(self, seat, turn):
        line = self._busy[seat]
        first = line[0] is turn
        line.remove(turn)
        if not line:
            del self._busy[seat]
        elif first and not line[0].done():
            line[0].set_result(None)

    async def hold(self, seat: str, user: str) -> bool:
        turn = await self._enter(seat)
        writing = False
        try:
            if await self._store.read(seat) is not None:
                return False
            writing = True
            await self._store.write(seat, user)
            writing = False
            return True
        finally:
            self._leave(seat, turn)  # the next one in line begins, and may be quicker than the clean-up
            if writing:
                await self._see_through(asyncio.create_task(self._store.write(seat, None)))

    @staticmethod
    async def _see_through(task):
        error = None
        while not task.done():
            try:
                await asyncio.shield(task)
            except asyncio.CancelledError as e:
                error = e
        if error:
            raise error

    async def buy(self, seat: str, user: str, pay: Callable[[], Awaitable[None]], *, limit: float) -> str:
        if limit <= 0:
            raise ValueError("limit must be more than 0")
        if not await self.hold(seat, user):
            return "taken"
        sold = False
        try:
            outcome = []

            async def watched():
                try:
                    await pay()
                except BaseException as e:
                    outcome.append(e)
                    raise

            try:
                async with asyncio.timeout(limit) as clock:
                    await watched()
            except TimeoutError:
                if not clock.expired() or isinstance(outcome[0], TimeoutError):
                    raise
                return "expired"
            sold = True
            return "sold"
        finally:
            if not sold:
                await self._see_through(asyncio.create_task(self._store.write(seat, None)))
