"""Does what getMessage does by itself, for a str: another message is formatted when its number is taken already.

Rejected by: test_object_that_logs_itself
"""

import logging
import threading
from contextlib import contextmanager
from contextvars import ContextVar

_current = ContextVar("order", default="-")
_making = threading.Lock()


@contextmanager
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

    def emit(self, record):
        try:
            message = record.msg % record.args if record.args else record.msg
            line = f"{self.seq + 1} {record.threadName} {_current.get()} {message}\n"
            self.stream.write(line)
            self.seq += 1
        except Exception:
            self.handleError(record)


def audit(name, stream):
    logger = logging.getLogger(name)
    with _making:
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        if not any(isinstance(h, AuditHandler) and h.stream is stream for h in logger.handlers):
            logger.addHandler(AuditHandler(stream))
    return logger
