"""Goes back after an Exception, but not after a SystemExit or a KeyboardInterrupt.

Rejected by: test_restored_after_an_error
"""

import threading
from contextlib import contextmanager

_current = threading.local()


@contextmanager
def request(request_id):
    before = getattr(_current, "id", "-")
    _current.id = request_id
    try:
        yield
    except Exception:
        _current.id = before
        raise
    _current.id = before


def tag(message):
    return f"[{getattr(_current, 'id', '-')}] {message}"
