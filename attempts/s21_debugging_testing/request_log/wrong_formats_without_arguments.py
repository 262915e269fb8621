"""The message is formatted when there are no arguments, too: a line with a % sign in it is lost.

Rejected by: test_format
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TextIO

_current: ContextVar[str] = ContextVar("current_order", default="-")
_audit_lock = threading.Lock()


@contextmanager
def order(order_id: str) -> Iterator[None]:
    token = _current.set(order_id)
    try:
        yield
    finally:
        _current.reset(token)


class AuditHandler(logging.Handler):
    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.stream = stream
        self.seq = 0

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = str(record.msg) % record.args
            line = f"{self.seq + 1} {record.threadName} {_current.get()} {message}\n"
            self.stream.write(line)
            self.seq += 1
        except Exception:
            self.handleError(record)


def audit(name: str, stream: TextIO) -> logging.Logger:
    logger = logging.getLogger(name)
    with _audit_lock:
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        if not any(isinstance(h, AuditHandler) and h.stream is stream for h in logger.handlers):
            logger.addHandler(AuditHandler(stream))
    return logger
