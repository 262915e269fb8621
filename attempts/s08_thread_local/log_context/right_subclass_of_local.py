"""A subclass of local: its __init__ runs once in each thread, so that each has a list of its own."""

from contextlib import contextmanager
from threading import local


class _State(local):
    def __init__(self):
        self.ids = ["-"]


_state = _State()


@contextmanager
def request(request_id):
    _state.ids.append(request_id)
    try:
        yield
    finally:
        _state.ids.pop()


def tag(message):
    return f"[{_state.ids[-1]}] {message}"
