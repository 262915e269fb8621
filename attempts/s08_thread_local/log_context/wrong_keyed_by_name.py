"""A dict by the name of the thread: two threads may have the same name.

Rejected by: test_threads_with_the_same_name
"""

from contextlib import contextmanager
from threading import current_thread

_ids = {}


@contextmanager
def request(request_id):
    name = current_thread().name
    before = _ids.get(name, "-")
    _ids[name] = request_id
    try:
        yield
    finally:
        _ids[name] = before


def tag(message):
    return f"[{_ids.get(current_thread().name, '-')}] {message}"
