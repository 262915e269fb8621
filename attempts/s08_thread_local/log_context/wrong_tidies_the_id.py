"""Takes the blanks off an id, which is not the id of that request any more.

Rejected by: test_inside_a_request
"""
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_local = threading.local()


@contextmanager
def request(request_id: str) -> Iterator[None]:
    previous = getattr(_local, "id", "-")
    _local.id = str(request_id).strip()
    try:
        yield
    finally:
        _local.id = previous


def tag(message: str) -> str:
    return f"[{getattr(_local, 'id', '-')}] {message}"
