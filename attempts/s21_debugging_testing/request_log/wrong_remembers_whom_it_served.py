"""A set of names and streams that were asked for: whether the handler is still there, nobody looks.

Rejected by: test_asked_for_again
"""

import logging
import threading
from contextlib import contextmanager
from contextvars import ContextVar

_current = ContextVar("order", default="-")
_adding = threading.Lock()
_served = set()


@contextmanager
def order(order_id):
    token = _current.set(order_id)
    try:
        yield
    finally:
        _current.reset(token)


class AuditHandler(logging.Handler):
    def __init__(self, stream):
        super().__init__()
        self.stream = stream
        self.seq = 0

    def emit(self, record):
        try:
            message = record.getMessage()
            self.stream.write(f"{self.seq + 1} {record.threadName} {_current.get()} {message}\n")
            self.seq += 1
        except Exception:
            self.handleError(record)


def audit(name, stream):
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    with _adding:
        if (name, id(stream)) not in _served:
            _served.add((name, id(stream)))
            logger.addHandler(AuditHandler(stream))
    return logger
