"""A dict by thread that nobody tidies up: it grows with each thread that ever logged.

Rejected by: test_nothing_is_remembered
"""

from contextlib import contextmanager
from threading import current_thread

_ids = {}


@contextmanager
def request(request_id):
    thread = current_thread()
    before = _ids.get(thread, "-")
    _ids[thread] = request_id
    try:
        yield
    finally:
        _ids[thread] = before


def tag(message):
    return f"[{_ids.get(current_thread(), '-')}] {message}"
