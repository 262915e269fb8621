"""Raises the error again with `from None`: the traceback no longer shows what led to it.

Rejected by: test_restored_after_an_error
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _State(threading.local):
    id = "-"


_state = _State()


@contextmanager
def request(request_id: str) -> Iterator[None]:
    before = _state.id
    _state.id = request_id
    try:
        yield
    except BaseException as error:
        _state.id = before
        raise error from None
    _state.id = before


def tag(message: str) -> str:
    return f"[{_state.id}] {message}"
