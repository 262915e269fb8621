"""Keeps the id in the name of the thread: others see it, and a thread called `request:7` is inside a request.

Rejected by: test_threads_with_the_same_name
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def request(request_id: str) -> Iterator[None]:
    me = threading.current_thread()
    before = me.name
    me.name = "request:" + request_id
    try:
        yield
    finally:
        me.name = before


def tag(message: str) -> str:
    name = threading.current_thread().name
    return f"[{name.removeprefix('request:') if name.startswith('request:') else '-'}] {message}"
