"""Tries again and again without a pause in between.

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
    while not _try_all(wanted):
        if deadline is not None and monotonic() >= deadline:
            raise TimeoutError
    try:
        yield
    finally:
        for room in wanted:
            room.release()
