"""Each room gets the whole timeout: three rooms, three times as late.

Rejected by: test_deadline_is_total
"""

from contextlib import ExitStack, contextmanager


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
    busy = wanted[0] if wanted else None
    while busy is not None:
        if not busy.acquire(timeout=-1 if timeout is None else timeout):
            raise TimeoutError
        busy.release()
        if _try_all(wanted):
            break
        for room in wanted:
            if not room.acquire(blocking=False):
                busy = room
                break
            room.release()
        if timeout == 0:
            raise TimeoutError
    try:
        yield
    finally:
        for room in wanted:
            room.release()
