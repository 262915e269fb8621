"""The orders are in a list, which a task has in common with the one that started it.

Rejected by: test_tasks_started_in_an_order
"""

import logging
import threading
from contextlib import contextmanager
from contextvars import ContextVar

_orders = ContextVar("orders")
_adding = threading.Lock()


@contextmanager
def order(order_id):
    orders = _orders.get(None)
    if orders is None:
        orders = []
        _orders.set(orders)
    orders.append(order_id)
    try:
        yield
    finally:
        orders.pop()


class AuditHandler(logging.Handler):
    def __init__(self, stream):
        super().__init__()
        self.stream = stream
        self.seq = 0

    def emit(self, record):
        try:
            message = record.getMessage()
            self.stream.write(f"{self.seq + 1} {record.threadName} {(_orders.get(None) or ['-'])[-1]} {message}\n")
            self.seq += 1
        except Exception:
            self.handleError(record)


def audit(name, stream):
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    with _adding:
        if not any(isinstance(handler, AuditHandler) and handler.stream is stream for handler in logger.handlers):
            logger.addHandler(AuditHandler(stream))
    return logger
