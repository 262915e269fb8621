"""Notes what to go back to when the block is made, not when it is entered.

Rejected by: test_begins_where_it_is_entered
"""

import threading

_current = threading.local()


class request:
    def __init__(self, request_id):
        self.id = request_id
        self.before = getattr(_current, "id", "-")

    def __enter__(self):
        _current.id = self.id

    def __exit__(self, *exc_info):
        _current.id = self.before


def tag(message):
    return f"[{getattr(_current, 'id', '-')}] {message}"
