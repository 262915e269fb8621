"""One write, but handle is still overridden: nobody takes the lock, and filters are lost.

Rejected by: test_lines_are_whole, test_handler_filter
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import TextIO

_current: ContextVar[str] = ContextVar("order", default="-")
_adding = Lock()


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

    def handle(self, record: logging.LogRecord) -> bool:
        self.emit(record)
        return True

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
            self.stream.write(f"{self.seq + 1} {record.threadName} {_current.get()} {message}\n")
            self.seq += 1
        except Exception:
            self.handleError(record)


def audit(name: str, stream: TextIO) -> logging.Logger:
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    with _adding:
        if not any(isinstance(handler, AuditHandler) and handler.stream is stream for handler in logger.handlers):
            logger.addHandler(AuditHandler(stream))
    return logger
