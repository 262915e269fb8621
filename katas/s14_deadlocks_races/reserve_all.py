"""Reserve all rooms or none, within a deadline, and never wait for a room while you hold another one.

Each meeting room is a lock. Old code, which you cannot change, takes rooms one after another in whatever order it
likes, and waits for ever. An order of the locks does not save you here: the others do not keep it.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol


class Room(Protocol):
    """What is to be reserved; a threading.Lock fits. Use these two methods and nothing else.

    Rooms may be unhashable, and two different ones may be equal.
    """

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool: ...

    def release(self) -> None: ...


def reserve(rooms: Sequence[Room], timeout: float | None = None) -> AbstractContextManager[None]:
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
    raise NotImplementedError  # TODO
