"""Keeps the order under the name of the thread. Two threads may have one name.

Rejected by: test_threads_of_one_name
"""

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


def _key() -> object:
    try:
        task = asyncio.current_task()
    except RuntimeError:
        task = None
    return threading.current_thread().name, task


_orders: dict[object, str] = {}
_setup = threading.Lock()


@contextmanager
def order(order_id: str) -> Iterator[None]:
    key = _key()
    before = _orders.get(key, "-")
    _orders[key] = order_id
    try:
        yield
    finally:
        _orders[key] = before


class AuditHandler(logging.Handler):
    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.stream = stream
        self.seq = 0

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
            self.stream.write(f"{self.seq + 1} {record.threadName} {_orders.get(_key(), '-')} {message}\n")
            self.seq += 1
        except Exception:
            self.handleError(record)


def audit(name: str, stream: TextIO) -> logging.Logger:
    logger = logging.getLogger(name)
    with _setup:
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        if not any(isinstance(h, AuditHandler) and h.stream is stream for h in logger.handlers):
            logger.addHandler(AuditHandler(stream))
    return logger
