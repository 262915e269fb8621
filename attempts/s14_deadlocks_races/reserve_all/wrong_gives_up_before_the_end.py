"""When a room is taken and little of the time is left, it does not wait any more: TimeoutError before the time is over.

Rejected by: test_not_before_the_time_is_over
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from time import monotonic
from typing import Protocol


class Room(Protocol):
    """What is to be reserved; a threading.Lock fits. Use these two methods and nothing else.

    Rooms may be unhashable, and two different ones may be equal.
    """

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool: ...

    def release(self) -> None: ...


@contextmanager
def reserve(rooms: Sequence[Room], timeout: float | None = None) -> Iterator[None]:
    """`with reserve([a, b, c], timeout=5): ...` holds all these rooms inside the block.

    - An object that is listed twice is taken once. reserve([]) holds nothing.
    - While it waits it holds none of the rooms, so it cannot be part of a deadlock.
    - While a room is taken it blocks or sleeps; it does not spin. It has the rooms at the latest 10 % of timeout (with
      None: 0.1 s) after all of them became free for good.
    - timeout is for all rooms together, in seconds. TimeoutError comes when it is over, not before, and at most 10 %
      later; then nothing is held. 0: one attempt without waiting. None: wait as long as it takes.
    - On leaving the block, also by an exception, each room is released once. If an acquire raises, its error goes on
      and nothing is held.

    ValueError if timeout < 0 (at the call or at `with`).
    """
    if timeout is not None and timeout < 0:
        raise ValueError(f"a timeout of {timeout} seconds")
    deadline = None if timeout is None else monotonic() + timeout
    wanted = list({id(room): room for room in rooms}.values())  # by identity: equal rooms are still two
    while busy := _take(wanted, deadline):
        if deadline is not None and monotonic() >= deadline - timeout * 0.1:
            raise TimeoutError(f"not all rooms within {timeout} seconds")
        wanted = busy + [room for room in wanted if room is not busy[0]]
    try:
        yield
    finally:
        for room in wanted:
            room.release()


def _take(rooms: Sequence[Room], deadline: float | None) -> list[Room]:
    """Take all rooms and return []; or return the one that was taken, as a list, and hold none of them.

    Waits for the first one only, at most until the deadline.
    """
    with ExitStack() as held:
        for place, room in enumerate(rooms):
            if place > 0:
                free = room.acquire(blocking=False)
            elif deadline is None:
                free = room.acquire()
            else:
                free = room.acquire(timeout=max(0, deadline - monotonic()))
            if not free:
                return [room]
            held.callback(room.release)
        held.pop_all()  # keep them
    return []
