"""Drops rooms that are listed twice by comparing them: two equal rooms are taken for one.

Rejected by: test_equal_rooms
"""

from contextlib import ExitStack, contextmanager
from time import monotonic, sleep


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
    wanted = []
    for room in rooms:
        if room not in wanted:
            wanted.append(room)
    deadline = None if timeout is None else monotonic() + timeout
    while not _try_all(wanted):
        if deadline is not None and monotonic() >= deadline:
            raise TimeoutError
        pause = 0.01 if timeout is None else timeout / 20
        sleep(pause if deadline is None else max(0, min(pause, deadline - monotonic())))
    try:
        yield
    finally:
        for room in wanted:
            room.release()
