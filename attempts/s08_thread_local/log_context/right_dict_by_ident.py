"""One dict for all, with an entry for each thread that is inside a request; each thread touches its own entry only."""

from threading import get_ident

_stacks = {}


class request:
    def __init__(self, request_id):
        self._id = request_id

    def __enter__(self):
        _stacks.setdefault(get_ident(), []).append(self._id)

    def __exit__(self, *_):
        stack = _stacks[get_ident()]
        stack.pop()
        if not stack:
            del _stacks[get_ident()]


def tag(message):
    return f"[{_stacks.get(get_ident(), '-')[-1]}] {message}"
