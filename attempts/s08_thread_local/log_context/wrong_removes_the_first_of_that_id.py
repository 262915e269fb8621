"""A stack for each thread, but `remove` takes the first entry of that id: inside A, B, A it is the wrong A.

Rejected by: test_blocks_nest
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _State(threading.local):
    def __init__(self) -> None:
        self.stack = ["-"]


_state = _State()


@contextmanager
def request(request_id: str) -> Iterator[None]:
    _state.stack.append(request_id)
    try:
        yield
    finally:
        _state.stack.remove(request_id)


def tag(message: str) -> str:
    return f"[{_state.stack[-1]}] {message}"
