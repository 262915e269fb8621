"""A TimeoutError that a room raised is replaced by one of its own.

Rejected by: test_room_that_raises
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Protocol


class Room(Protocol):
    """What is to be reserved; a threading.Lock fits."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool: ...

    def release(self) -> None: ...


def unique(rooms: Sequence[Room]) -> list[Room]:
    return list({id(room): room for room in rooms}.values())


@contextmanager
def reserve(rooms: Sequence[Room], timeout: float | None = None) -> Iterator[None]:
    """Hold all these rooms inside the block."""
    if timeout is not None and timeout < 0:
        raise ValueError("timeout")
    wanted = unique(rooms)
    deadline = None if timeout is None else time.monotonic() + timeout
    try:
        held = take_all(wanted, deadline)
    except TimeoutError:
        raise TimeoutError("not all rooms became free in time") from None
    with held:
        yield


def take_all(wanted: list[Room], deadline: float | None) -> ExitStack:
    first = True
    while wanted:
        left = -1 if deadline is None else max(0, deadline - time.monotonic())
        if not first and left == 0:
            raise TimeoutError("not all rooms became free in time")
        first = False
        with ExitStack() as held:
            got = wanted[0].acquire(timeout=left) if left else wanted[0].acquire(blocking=False)
            if not got:
                raise TimeoutError("not all rooms became free in time")
            held.callback(wanted[0].release)
            for room in wanted[1:]:
                if not room.acquire(blocking=False):
                    busy = room
                    break
                held.callback(room.release)
            else:
                return held.pop_all()
        wanted = [busy] + [room for room in wanted if room is not busy]
    return ExitStack()
