"""Puts the outer id back after a request that went well, and not after one that failed.

Rejected by: test_restored_after_an_error, test_pool_worker_starts_clean
"""

from contextlib import contextmanager
from threading import local

_current = local()


@contextmanager
def request(request_id):
    before = getattr(_current, "id", "-")
    _current.id = request_id
    yield
    _current.id = before


def tag(message):
    return f"[{getattr(_current, 'id', '-')}] {message}"
