"""Permits instead of a bounded queue. Awaits its tasks by asyncio.wait, which cancels nothing a second time."""
import asyncio
from contextlib import asynccontextmanager


def merge(*feeds, buffer=1):
    if buffer < 1:
        raise ValueError("no buffer, no merge")

    @asynccontextmanager
    async def block():
        mailbox = asyncio.Queue()
        credit = asyncio.Semaphore(buffer)
        iterators = []
        senders = []

        async def sender(number, iterator):
            try:
                async for event in iterator:
                    await credit.acquire()
                    mailbox.put_nowait(("event", number, event))
            except Exception as error:
                mailbox.put_nowait(("failed", number, error))
            else:
                mailbox.put_nowait(("ended", number, None))

        async def receive():
            open_ = set(range(len(feeds)))
            while open_:
                kind, number, load = await mailbox.get()
                if kind == "event":
                    credit.release()
                    yield load
                elif kind == "ended":
                    open_.remove(number)
                else:
                    raise load

        try:
            for number, feed in enumerate(feeds):
                iterator = feed.__aiter__()
                iterators.append(iterator)
                senders.append(asyncio.create_task(sender(number, iterator)))
            yield receive()
        finally:
            for s in senders:
                s.cancel()
            for s in senders:
                await asyncio.wait([s])
            for iterator in iterators:
                if hasattr(iterator, "aclose"):
                    await iterator.aclose()

    return block()
