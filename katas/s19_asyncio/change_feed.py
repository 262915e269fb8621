"""Merge several feeds into one, as their events come, and unsubscribe from all of them however the viewer leaves.

A dashboard follows change feeds: async generators that subscribe, yield events, and have to unsubscribe in their
finally. It must not read ahead without limit, and must not leave a feed open behind it.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

T = TypeVar("T")


def merge(*feeds: AsyncIterable[T], buffer: int = 1) -> AbstractAsyncContextManager[AsyncIterator[T]]:
    """The events of all feeds, as they come:

        async with merge(a, b) as events:
            async for event in events: ...

    - Each event is available as soon as its feed has it, also while the viewer is busy with another; the order within
      one feed is kept. The events end when all feeds have ended.
    - At most buffer + len(feeds) events have been taken from the feeds and not yet been delivered.
    - A feed's Exception is raised by the iteration, bare, after that feed's earlier events.
    - When the block has been left (end, break, exception in the body, error of a feed, cancellation), no task of merge
      is running, and each feed is closed (aclose), its clean-up finished. Clean-ups may await; they do not raise.
    - An exception of the body leaves the block unchanged. So does a cancellation that comes while the block is being
      left; it may cut the clean-up short.

    Raises ValueError if buffer < 1. No feeds: no events.
    """
    # TODO: who waits for which feed, and in which order is everything ended?
    raise NotImplementedError
