"""On TimeoutError it keeps the rooms that it had got so far.

Rejected by: test_zero_timeout_never_waits, test_blocks_in_blocks
"""

from contextlib import contextmanager
from time import monotonic


@contextmanager
def reserve(rooms, timeout=None):
    if timeout is not None and timeout < 0:
        raise ValueError("a negative timeout")
    wanted = list({id(room): room for room in rooms}.values())
    deadline = None if timeout is None else monotonic() + timeout
    while True:
        held = []
        for room in wanted:
            if held:
                free = room.acquire(blocking=False)
            else:
                free = room.acquire(timeout=-1 if deadline is None else max(0, deadline - monotonic()))
            if not free:
                break
            held.append(room)
        if len(held) == len(wanted):
            break
        if deadline is not None and monotonic() >= deadline:
            raise TimeoutError
        for one in held:
            one.release()
        wanted = [room] + [other for other in wanted if other is not room]
    try:
        yield
    finally:
        for room in wanted:
            room.release()
