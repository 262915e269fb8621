"""Without a timeout it gives up after an hour.

Rejected by: test_long_wait
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any


def _attempt(rooms: list[Any], first: int, left: float) -> tuple[ExitStack | None, int]:
    """Take `first` blocking (left seconds), others at once: the stack, or the index of the busy one."""
    with ExitStack() as stack:
        order = [first, *(i for i in range(len(rooms)) if i != first)]
        for i in order:
            if i != first:
                got = rooms[i].acquire(blocking=False)
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
    deadline = time.monotonic() + (3600 if timeout is None else timeout)
    first = 0
    while True:
        left = max(0.0, deadline - time.monotonic())
        stack, busy = _attempt(mine, first, left)
        if stack is not None:
            break
        first = busy
        if left == 0.0:
            raise TimeoutError(f"no rooms within {timeout}")
    with stack:
        yield
