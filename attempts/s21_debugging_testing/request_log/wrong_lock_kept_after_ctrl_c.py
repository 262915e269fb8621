"""Filters and locks by hand, without finally: after a KeyboardInterrupt in emit nobody else gets the lock.

Rejected by: test_interrupted
"""

import contextlib
import contextvars
import logging
import threading

_current = contextvars.ContextVar("order", default="-")
_setup = threading.Lock()


@contextlib.contextmanager
def order(order_id):
    token = _current.set(order_id)
    try:
        yield
    finally:
        _current.reset(token)


class AuditHandler(logging.Handler):
    def __init__(self, stream):
        super().__init__()
        self.stream = stream
        self.seq = 0

    def handle(self, record):
        rv = self.filter(record)
        if isinstance(rv, logging.LogRecord):
            record = rv
        if rv:
            self.acquire()
            self.emit(record)
            self.release()
        return rv

    def emit(self, record):
        try:
            message = record.getMessage()
            line = f"{self.seq + 1} {record.threadName} {_current.get()} {message}\n"
            self.stream.write(line)
            self.seq += 1
        except Exception:
            self.handleError(record)


def audit(name, stream):
    logger = logging.getLogger(name)
    with _setup:
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        for h in logger.handlers:
            if isinstance(h, AuditHandler) and h.stream is stream:
                break
        else:
            logger.addHandler(AuditHandler(stream))
    return logger
