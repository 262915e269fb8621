"""Catches the TimeoutError of the block, too, and would run the block again.

Rejected by: test_block_that_fails
"""

from contextlib import ExitStack, contextmanager
from time import monotonic, sleep


@contextmanager
def reserve(rooms, timeout=None):
    if timeout is not None and timeout < 0:
        raise ValueError("a negative timeout")
    deadline = None if timeout is None else monotonic() + timeout
    while True:
        try:
            with ExitStack() as held:
                for room in {id(room): room for room in rooms}.values():
                    if not room.acquire(blocking=False):
                        raise TimeoutError
                    held.callback(room.release)
                yield
                return
        except TimeoutError:
            if deadline is not None and monotonic() >= deadline:
                raise
        sleep(0.05 if deadline is None else max(0, min(timeout / 20, deadline - monotonic())))
