"""The ids of each thread in a deque, and a warning with the error and its traceback for each request that failed."""

import logging
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

logger = logging.getLogger(__name__)


class _Stack(threading.local):
    def __init__(self) -> None:
        self.ids: deque[str] = deque()


_stack = _Stack()


@contextmanager
def request(request_id: str) -> Iterator[None]:
    _stack.ids.append(request_id)
    try:
        yield
    except Exception as error:
        logger.warning("request %s failed: %r", request_id, error, exc_info=True)
        raise
    finally:
        _stack.ids.pop()


def tag(message: str) -> str:
    request_id = _stack.ids[-1] if _stack.ids else "-"
    return f"[{request_id}] {message}"
