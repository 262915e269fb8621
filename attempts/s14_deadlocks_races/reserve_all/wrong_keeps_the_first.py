"""Gives back all but the first, and waits for the busy one with that first in its hand.

Rejected by: test_waits_with_empty_hands, test_legacy_code_in_any_order
"""

from contextlib import ExitStack, contextmanager
from time import monotonic


def _try_all(rooms):
    with ExitStack() as held:
        for room in rooms:
            if not room.acquire(blocking=False):
                return False
            held.callback(room.release)
        held.pop_all()
    return True


@contextmanager
def reserve(rooms, timeout=None):
    if timeout is not None and timeout < 0:
        raise ValueError("a negative timeout")
    wanted = list({id(room): room for room in rooms}.values())
    deadline = None if timeout is None else monotonic() + timeout

    def left():
        return -1 if deadline is None else max(0, deadline - monotonic())

    if wanted and not wanted[0].acquire(timeout=left()):
        raise TimeoutError
    while not _try_all(wanted[1:]):
        busy = next((room for room in wanted[1:] if not room.acquire(blocking=False) or room.release()), None)
        if busy is None:
            continue
        if not busy.acquire(timeout=left()):
            wanted[0].release()
            raise TimeoutError
        busy.release()
    try:
        yield
    finally:
        for room in wanted:
            room.release()
