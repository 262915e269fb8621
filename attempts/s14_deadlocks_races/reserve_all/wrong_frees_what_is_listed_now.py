"""Frees what the list of the caller names at the end, not what it has taken.

Rejected by: test_list_that_changes
"""

from contextlib import contextmanager
from time import monotonic


def _take(rooms):
    """Take all, or hold none and return the one that was taken."""
    held = []
    try:
        for room in rooms:
            if not room.acquire(blocking=False):
                break
            held.append(room)
        else:
            return None
    except BaseException:
        for one in held:
            one.release()
        raise
    for one in held:
        one.release()
    return room


@contextmanager
def reserve(rooms, timeout=None):
    if timeout is not None and timeout < 0:
        raise ValueError("a negative timeout")
    deadline = None if timeout is None else monotonic() + timeout
    wanted = list({id(room): room for room in rooms}.values())
    while (busy := _take(wanted)) is not None:
        left = -1 if deadline is None else max(0, deadline - monotonic())
        if left == 0 or not busy.acquire(timeout=left):
            raise TimeoutError
        busy.release()
    try:
        yield
    finally:
        for room in {id(room): room for room in rooms}.values():
            room.release()
