"""Forgets the outer request when an inner one ends.

Rejected by: test_blocks_nest, test_restored_after_an_error
"""

from contextlib import contextmanager
from threading import local

_current = local()


@contextmanager
def request(request_id):
    _current.id = request_id
    try:
        yield
    finally:
        _current.id = "-"


def tag(message):
    return f"[{getattr(_current, 'id', '-')}] {message}"
