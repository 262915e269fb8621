"""A TimeoutError of a room's acquire counts as "taken": the next try succeeds, and nobody learns of the error.

Rejected by: test_room_that_raises
"""

from contextlib import contextmanager
from time import monotonic


def _free(room, **how):
    try:
        return room.acquire(**how)
    except TimeoutError:
        return False


@contextmanager
def reserve(rooms, timeout=None):
    if timeout is not None and timeout < 0:
        raise ValueError("timeout < 0")
    wanted = list({id(room): room for room in rooms}.values())
    deadline = None if timeout is None else monotonic() + timeout
    held, first = [], None
    try:
        while True:
            if first is not None:
                if not _free(first, timeout=-1 if deadline is None else max(0, deadline - monotonic())):
                    raise TimeoutError
                held.append(first)
            for room in wanted:
                if room is not first:
                    if not _free(room, blocking=False):
                        first = room
                        break
                    held.append(room)
            else:
                break
            while held:
                held.pop().release()
            if deadline is not None and monotonic() >= deadline:
                raise TimeoutError
        yield
    finally:
        while held:
            held.pop().release()
