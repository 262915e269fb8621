"""The orders in a table by thread and task; an RLock around all of emit; the formatter makes the message."""

import asyncio
import logging
from contextlib import contextmanager
from threading import RLock, get_ident

_tables = RLock()
_open = {}


def _who():
    try:
        return get_ident(), asyncio.current_task()
    except RuntimeError:
        return get_ident(), None


@contextmanager
def order(order_id):
    who = _who()
    with _tables:
        _open.setdefault(who, []).append(order_id)
    try:
        yield
    finally:
        with _tables:
            _open[who].pop()
            if not _open[who]:
                del _open[who]


class AuditHandler(logging.Handler):
    def __init__(self, stream):
        logging.Handler.__init__(self)
        self.stream = stream
        self.lines = 0
        self.order = RLock()

    def emit(self, record):
        with self.order:
            try:
                message = self.format(record)
                with _tables:
                    mine = _open.get(_who(), ["-"])[-1]
                self.stream.write(f"{self.lines + 1} {record.threadName} {mine} {message}\n")
                self.lines += 1
            except Exception:
                self.handleError(record)


def audit(name, stream):
    logger = logging.getLogger(name)
    logger.setLevel("DEBUG")
    logger.propagate = False
    with _tables:
        streams = [handler.stream for handler in logger.handlers if isinstance(handler, AuditHandler)]
        if not any(known is stream for known in streams):
            logger.addHandler(AuditHandler(stream))
    return logger
