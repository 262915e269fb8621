"""The list is an attribute of the class: there is one for all threads, although the class is a thread-local one.

Rejected by: test_threads_do_not_mix
"""

from contextlib import contextmanager
from threading import local


class _State(local):
    ids = ["-"]


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
