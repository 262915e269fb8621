"""Sets the default once, at import: only the thread that imports the module has it.

Rejected by: test_outside_any_request, test_threads_do_not_mix
"""

from contextlib import contextmanager
from threading import local

_current = local()
_current.id = "-"


@contextmanager
def request(request_id):
    before = _current.id
    _current.id = request_id
    try:
        yield
    finally:
        _current.id = before


def tag(message):
    return f"[{_current.id}] {message}"
