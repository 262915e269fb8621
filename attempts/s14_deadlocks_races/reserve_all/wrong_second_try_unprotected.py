"""When a room raises in the second attempt, those that it has got by then stay taken.

Rejected by: test_room_that_raises_later
"""

from contextlib import ExitStack, contextmanager
from time import monotonic


@contextmanager
def reserve(rooms, timeout=None):
    if timeout is not None and timeout < 0:
        raise ValueError("a negative timeout")
    deadline = None if timeout is None else monotonic() + timeout
    wanted = list({id(room): room for room in rooms}.values())
    with ExitStack() as held:
        for busy in wanted:
            if not busy.acquire(blocking=False):
                break
            held.callback(busy.release)
        else:
            busy = None
            held.pop_all()
    while busy is not None:
        if not busy.acquire(timeout=-1 if deadline is None else max(0, deadline - monotonic())):
            raise TimeoutError
        got = [busy]
        for room in wanted:
            if room is got[0]:
                continue
            if not room.acquire(blocking=False):
                for one in got:
                    one.release()
                busy = room
                break
            got.append(room)
        else:
            busy = None
    try:
        yield
    finally:
        for room in wanted:
            room.release()
