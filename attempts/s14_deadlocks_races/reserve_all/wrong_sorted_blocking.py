"""Keeps a lock order that the others do not keep, and holds while it waits.

Rejected by: test_legacy_code_in_any_order, test_waits_with_empty_hands
"""

from contextlib import ExitStack, contextmanager
from time import monotonic


@contextmanager
def reserve(rooms, timeout=None):
    if timeout is not None and timeout < 0:
        raise ValueError("a negative timeout")
    wanted = sorted({id(room): room for room in rooms}.values(), key=id)
    deadline = None if timeout is None else monotonic() + timeout
    with ExitStack() as held:
        for room in wanted:
            if not room.acquire(timeout=-1 if deadline is None else max(0, deadline - monotonic())):
                raise TimeoutError
            held.callback(room.release)
        yield
