"""Keeps the stack of the thread that made the request, not of the one that enters the block.

Rejected by: test_made_in_one_thread_entered_in_another
"""

from threading import local


class _Stack(local):
    def __init__(self):
        self.ids = []


_stack = _Stack()


class request:
    def __init__(self, request_id):
        self._id = request_id
        self._ids = _stack.ids

    def __enter__(self):
        self._ids.append(self._id)

    def __exit__(self, *exc):
        self._ids.pop()
        return False

    def __call__(self, func):
        from functools import wraps

        @wraps(func)
        def inner(*args, **kwargs):
            with request(self._id):
                return func(*args, **kwargs)
        return inner


def tag(message):
    return f"[{_stack.ids[-1] if _stack.ids else '-'}] {message}"
