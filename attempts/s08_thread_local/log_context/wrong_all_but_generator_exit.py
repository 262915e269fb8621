"""Goes back after an Exception and a SystemExit, but not when a generator is closed inside the block.

Rejected by: test_restored_after_an_error
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local

_current = local()


@contextmanager
def request(request_id: str) -> Iterator[None]:
    """Inside the block the calling thread works for request_id."""
    before = getattr(_current, "id", "-")
    _current.id = request_id
    try:
        yield
    except (Exception, SystemExit):
        _current.id = before
        raise
    _current.id = before


def tag(message: str) -> str:
    """f"[{id}] {message}", with the id of the calling thread's innermost request, or "-" outside any request."""
    return f"[{getattr(_current, 'id', '-')}] {message}"
