"""The number is taken before the message is formatted, which may log itself or fail.

Rejected by: test_object_that_logs_itself, test_format_error
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

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.seq += 1
            number = self.seq
            message = record.getMessage()
            self.stream.write(f"{number} {record.threadName} {_current.get()} {message}\n")
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
