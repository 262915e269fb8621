"""A stream that was closed raises ValueError, which goes to whoever logged.

Rejected by: test_write_error
"""

import logging
import threading
from contextlib import contextmanager
from contextvars import ContextVar

_current = ContextVar("order", default="-")
_adding = threading.Lock()


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
        except Exception:
            return self.handleError(record)
        try:
            self.stream.write(f"{self.seq + 1} {record.threadName} {_current.get()} {message}\n")
            self.seq += 1
        except OSError:
            self.handleError(record)


def audit(name, stream):
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    with _adding:
        if not any(isinstance(handler, AuditHandler) and handler.stream is stream for handler in logger.handlers):
            logger.addHandler(AuditHandler(stream))
    return logger
