"""Pauses ten per cent longer each time, without a bound: after a long wait it is late.

Rejected by: test_long_wait
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
    wanted = list({id(room): room for room in rooms}.values())
    deadline = None if timeout is None else monotonic() + timeout
    longest = 0.05 if timeout is None else timeout / 20
    pause = longest / 50
    while not _try_all(wanted):
        if deadline is not None and monotonic() >= deadline:
            raise TimeoutError
        sleep(pause if deadline is None else max(0, min(pause, deadline - monotonic())))
        pause *= 1.1
    try:
        yield
    finally:
        for room in wanted:
            room.release()
