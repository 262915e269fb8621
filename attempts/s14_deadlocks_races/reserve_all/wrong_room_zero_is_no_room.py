"""The number of the busy room is tested for truth, and 0 counts as none: it waits for a room that is free, and spins.

Rejected by: test_first_room_taken_again
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any


def _attempt(rooms: list[Any], first: int, left: float | None) -> tuple[ExitStack | None, int]:
    """Take `first` blocking (left seconds), others at once: the stack, or the index of the busy one."""
    with ExitStack() as stack:
        order = [first, *(i for i in range(len(rooms)) if i != first)]
        for i in order:
            if i != first:
                got = rooms[i].acquire(blocking=False)
            elif left is None:
                got = rooms[i].acquire()
            elif left > 0:
                got = rooms[i].acquire(True, left)
            else:
                got = rooms[i].acquire(False)
            if not got:
                return None, i
            stack.callback(rooms[i].release)
        return stack.pop_all(), first


@contextmanager
def reserve(rooms: Sequence[Any], timeout: float | None = None) -> Iterator[None]:
    if timeout is not None and timeout < 0:
        raise ValueError("timeout < 0")
    seen: set[int] = set()
    mine = [r for r in rooms if not (id(r) in seen or seen.add(id(r)))]
    if not mine:
        yield
        return
    deadline = None if timeout is None else time.monotonic() + timeout
    first = 0
    while True:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        stack, busy = _attempt(mine, first, left)
        if stack is not None:
            break
        first = busy or first
        if left == 0.0:
            raise TimeoutError(f"no rooms within {timeout}")
    with stack:
        yield
