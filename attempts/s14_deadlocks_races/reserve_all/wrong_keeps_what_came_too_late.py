"""A room for which it has waited, and which comes when the time is over, stays taken.

Rejected by: test_room_that_came_when_the_time_was_over
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Protocol


class Room(Protocol):
    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool: ...

    def release(self) -> None: ...


def _try(rooms: list[Room], stack: ExitStack) -> Room | None:
    with ExitStack() as attempt:
        for room in rooms:
            if not room.acquire(blocking=False):
                return room
            attempt.callback(room.release)
        stack.push(attempt.pop_all())
        return None


def reserve(rooms: Sequence[Room], timeout: float | None = None) -> AbstractContextManager[None]:
    if timeout is not None and timeout < 0:
        raise ValueError("timeout < 0")
    unique: list[Room] = []
    seen: set[int] = set()
    for room in rooms:
        if id(room) not in seen:
            seen.add(id(room))
            unique.append(room)

    @contextmanager
    def block() -> Iterator[None]:
        end = None if timeout is None else time.monotonic() + timeout
        with ExitStack() as stack:
            while (taken := _try(unique, stack)) is not None:
                if end is None:
                    taken.acquire()
                elif (
                    (left := end - time.monotonic()) <= 0 or not taken.acquire(timeout=left) or time.monotonic() >= end
                ):
                    raise TimeoutError("no time left")
                taken.release()
            yield

    return block()
