"""Calls handleError when the error is over: it finds none, and prints nothing of it.

Rejected by: test_format_error, test_write_error
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TextIO

_current: ContextVar[str] = ContextVar("order", default="-")
_setup = threading.Lock()


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
            message = record.getMessage()
            self.stream.write(f"{self.seq + 1} {record.threadName} {_current.get()} {message}\n")
            self.seq += 1
            ok = True
        except Exception:
            ok = False
        if not ok:
            self.handleError(record)


def audit(name: str, stream: TextIO) -> logging.Logger:
    logger = logging.getLogger(name)
    with _setup:
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        if not any(isinstance(h, AuditHandler) and h.stream is stream for h in logger.handlers):
            logger.addHandler(AuditHandler(stream))
    return logger
