"""Holds a lock for as long as the request lasts: one customer at a time, and a new thread sees the id of another one.

Rejected by: test_both_inside_at_once, test_new_thread_starts_outside
"""

from contextlib import contextmanager
from threading import RLock

_lock = RLock()
_current = {"id": "-"}


@contextmanager
def request(request_id):
    with _lock:
        before = _current["id"]
        _current["id"] = request_id
        try:
            yield
        finally:
            _current["id"] = before


def tag(message):
    return f"[{_current['id']}] {message}"
