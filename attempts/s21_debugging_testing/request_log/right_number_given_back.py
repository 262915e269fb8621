"""A number is taken before the line is written, and given back if that fails."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import TextIO

_current: ContextVar[str] = ContextVar("order", default="-")
_lock = Lock()


@contextmanager
def order(order_id: str) -> Iterator[None]:
    """Log calls made inside the block, by this thread or asyncio task, belong to order_id.

    Blocks nest: after the block the outer order is back, also after an error.
    """
    token = _current.set(order_id)
    try:
        yield
    finally:
        _current.reset(token)


class AuditHandler(logging.Handler):
    """Writes "<seq> <thread name> <order id or -> <message>\\n" for each record, by exactly one call of stream.write.

    - seq counts 1, 2, 3, ... without a gap, in the order of the lines, whichever threads log.
    - The line is written when the logging call returns.
    - An object may log while it is being formatted: its own line comes first.
    - An error while formatting or writing goes to handleError and uses up no number.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.stream = stream
        self.seq = 0

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except Exception:
            self.handleError(record)
            return
        self.seq += 1
        try:
            self.stream.write(f"{self.seq} {record.threadName} {_current.get()} {message}\n")
        except Exception:
            self.seq -= 1
            self.handleError(record)


def audit(name: str, stream: TextIO) -> logging.Logger:
    """Return the logger `name`: level DEBUG, not propagating, with exactly one AuditHandler for this stream.

    However often, and from however many threads at once, it is asked for. Handlers for other streams stay.
    """
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    with _lock:
        for handler in logger.handlers:
            if isinstance(handler, AuditHandler) and handler.stream is stream:
                break
        else:
            logger.addHandler(AuditHandler(stream))
    return logger
