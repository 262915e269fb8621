"""A context variable: each thread begins with a context of its own, and the token knows what was there before.

(Where threads inherit the context of their starter, as on free-threaded builds, the owner is kept beside the id.)
"""

from contextlib import contextmanager
from contextvars import ContextVar
from threading import get_ident

_current = ContextVar("request")


@contextmanager
def request(request_id):
    token = _current.set((get_ident(), request_id))
    try:
        yield
    finally:
        _current.reset(token)


def tag(message):
    owner, name = _current.get((None, "-"))
    return f"[{name if owner == get_ident() else '-'}] {message}"
