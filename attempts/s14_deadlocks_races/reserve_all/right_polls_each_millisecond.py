"""Tries all each millisecond, whatever the timeout is, pauses on a new Event each time, and logs each try."""

import logging
import threading
import time
from contextlib import contextmanager

log = logging.getLogger("rooms")


@contextmanager
def reserve(rooms, timeout=None):
    if timeout is not None and timeout < 0:
        raise ValueError("timeout < 0")
    rooms = list({id(room): room for room in rooms}.values())
    start = time.monotonic()
    got = []
    try:
        while True:
            for room in rooms:
                if not room.acquire(blocking=False):
                    log.debug("taken: %s", id(room))
                    break
                got.append(room)
            else:
                break
            while got:
                got.pop().release()
            left = 0.001
            if timeout is not None:
                left = start + timeout - time.monotonic()
                if left <= 0:
                    raise TimeoutError
            threading.Event().wait(timeout=min(0.001, left))
        yield
    finally:
        while got:
            got.pop().release()
