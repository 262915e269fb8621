"""A threading.local is shared by all tasks of a thread.

Rejected by: test_tasks_keep_their_order
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, local
from typing import TextIO

_current = local()
_adding = Lock()


@contextmanager
def order(order_id: str) -> Iterator[None]:
    outer = getattr(_current, "order", "-")
    _current.order = order_id
    try:
        yield
    finally:
        _current.order = outer


class AuditHandler(logging.Handler):
    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.stream = stream
        self.seq = 0

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
            self.stream.write(f"{self.seq + 1} {record.threadName} {getattr(_current, 'order', '-')} {message}\n")
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
