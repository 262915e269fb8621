"""A lock around the one cell: the threads overwrite it one after the other.

Rejected by: test_threads_do_not_mix, test_one_fails_beside_another
"""

from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_current = {"id": "-"}


@contextmanager
def request(request_id):
    with _lock:
        before = _current["id"]
        _current["id"] = request_id
    try:
        yield
    finally:
        with _lock:
            _current["id"] = before


def tag(message):
    with _lock:
        return f"[{_current['id']}] {message}"
