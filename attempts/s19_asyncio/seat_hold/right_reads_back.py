"""Reads the store again after each write, and frees a seat only if it is the user's: each step takes longer."""

import asyncio
from contextlib import asynccontextmanager


class SeatMap:
    def __init__(self, store):
        self._store = store
        self._locks = {}

    @asynccontextmanager
    async def _alone(self, seat):
        entry = self._locks.setdefault(seat, [asyncio.Lock(), 0])
        entry[1] += 1
        try:
            async with entry[0]:
                yield
        finally:
            entry[1] -= 1
            if entry[1] == 0 and self._locks.get(seat) is entry:
                del self._locks[seat]

    async def _uninterrupted(self, coro):
        task = asyncio.create_task(coro)
        cancel = None
        while not task.done():
            try:
                await asyncio.shield(task)
            except asyncio.CancelledError as e:
                cancel = e
        if cancel is not None:
            raise cancel
        return task.result()

    async def _clear(self, seat, user):
        for _ in range(3):
            await self._store.write(seat, None)
            if await self._store.read(seat) != user:
                return

    async def _give_back(self, seat, user):
        async with self._alone(seat):
            if await self._store.read(seat) == user:
                await self._clear(seat, user)

    async def hold(self, seat, user):
        async with self._alone(seat):
            if await self._store.read(seat) is not None:
                return False
            done = False
            try:
                await self._store.write(seat, user)
                done = await self._store.read(seat) == user
                return done
            finally:
                if not done:
                    await self._uninterrupted(self._clear(seat, user))

    async def buy(self, seat, user, pay, *, limit):
        if limit is None or limit <= 0:
            raise ValueError("limit must be more than 0")
        if not await self.hold(seat, user):
            return "taken"
        payment = None
        outcome = None
        try:
            payment = asyncio.ensure_future(pay())
            await asyncio.wait({payment}, timeout=limit)
            if payment.done():
                payment.result()
                outcome = "sold"
            else:
                outcome = "expired"
        finally:
            if outcome != "sold":
                await self._uninterrupted(self._abandon(seat, user, payment))
        return outcome

    async def _abandon(self, seat, user, payment):
        if payment is not None:
            if not payment.done():
                payment.cancel()
            await asyncio.wait({payment})
        await self._give_back(seat, user)
