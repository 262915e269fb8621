"""One lock for all reservations, held as long as the block: bookings of other rooms wait.

Rejected by: test_disjoint_reservations_overlap
"""

from contextlib import ExitStack, contextmanager
from threading import Lock
from time import monotonic, sleep


_one = Lock()


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
    with _one:
        while not _try_all(wanted):
            pause = 0.01 if timeout is None else timeout / 20
            sleep(pause if deadline is None else max(0, min(pause, deadline - monotonic())))
            if deadline is not None and monotonic() >= deadline:
                raise TimeoutError
        try:
            yield
        finally:
            for room in wanted:
                room.release()
