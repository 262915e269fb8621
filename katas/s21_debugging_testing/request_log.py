"""Repair this log: every line whole, every number once, every step under the order that it belongs to.

An order service traces its steps with `logging`. With several threads and tasks at work the log has torn lines, doubled
lines, missing numbers and steps under the wrong order, and misleads whoever reads it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_current = "-"  # TODO: whose order is this?


@contextmanager
def order(order_id: str) -> Iterator[None]:
    """Log calls made inside the block, by this thread or asyncio task, belong to order_id.

    Blocks nest: after the block the outer order is back, also after an error.
    """
    # TODO: who else sees what is set here, and what is there afterwards?
    global _current
    _current = order_id
    yield
    _current = "-"


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

    def handle(self, record: logging.LogRecord) -> bool:
        # TODO: what did logging.Handler.handle do, beside calling emit?
        self.emit(record)  # faster without the base class
        return True

    def emit(self, record: logging.LogRecord) -> None:
        # TODO: what happens when another record comes between these lines?
        self.seq += 1
        self.stream.write(f"{self.seq} {record.threadName} ")
        self.stream.write(f"{_current} {record.getMessage()}\n")


def audit(name: str, stream: TextIO) -> logging.Logger:
    """Return the logger `name`: level DEBUG, not propagating, with exactly one AuditHandler for this stream.

    However often, and from however many threads at once, it is asked for. Handlers for other streams stay.
    """
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    # TODO: which handler is looked for here, and what may happen before it is added?
    if not logger.handlers:
        logger.addHandler(AuditHandler(stream))
    return logger
