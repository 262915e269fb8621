"""Tries every ten milliseconds, however short the timeout is.

Rejected by: test_short_timeout
"""

from contextlib import contextmanager
from time import monotonic, sleep


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
    while _take(wanted) is not None:
        left = 1 if deadline is None else deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        sleep(min(0.01, left))
    try:
        yield
    finally:
        for room in wanted:
            room.release()
