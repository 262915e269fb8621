"""Sets the level only if there is none: somebody may have set another one.

Rejected by: test_level_and_propagation
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import TextIO

_current: ContextVar[str] = ContextVar("order", default="-")  # one value for each thread and each task
_adding = Lock()


@contextmanager
def order(order_id: str) -> Iterator[None]:
    """Log calls made inside the block, by this thread or asyncio task, belong to order_id.

    Blocks nest: after the block the outer order is back, also after an error.
    """
    token = _current.set(order_id)
    try:
        yield
    finally:
        _current.reset(token)  # what was there before, not "-"


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
        # Handler.handle holds the handler's lock meanwhile
        try:
            message = record.getMessage()  # may log itself, or fail: so it comes before the number
            self.stream.write(f"{self.seq + 1} {record.threadName} {_current.get()} {message}\n")
            self.seq += 1
        except Exception:
            self.handleError(record)


def audit(name: str, stream: TextIO) -> logging.Logger:
    """Return the logger `name`: level DEBUG, not propagating, with exactly one AuditHandler for this stream.

    However often, and from however many threads at once, it is asked for. Handlers for other streams stay.
    """
    logger = logging.getLogger(name)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.DEBUG)
    logger.propagate = False
    with _adding:  # looked for and added in one step
        if not any(isinstance(handler, AuditHandler) and handler.stream is stream for handler in logger.handlers):
            logger.addHandler(AuditHandler(stream))
    return logger
