"""Queue with its subclasses, and SimpleQueue."""

from __future__ import annotations

import queue
from typing import Any

from ..accesses import WHOLE
from ..run import Run, controlled
from ..steps import DRAW, DRAW_LAST, FILL, FILL_LAST, GIVE, LOOK, PASS
from .locks import Lock
from .replacing import called, one_step, replaces, unwinding, whole_operation

for _name, _mode in (
    ("task_done", GIVE),
    ("qsize", LOOK),
    ("empty", LOOK),
    ("full", LOOK),
    ("shutdown", GIVE),
):
    replaces(queue.Queue, _name)(whole_operation(_mode))

_never_waits = whole_operation(GIVE)
"""get() and put() whose timeout is negative: an error, unless there is another one, or nothing to wait for."""


def _is_free(some: Any) -> bool:
    """Does nobody hold the queue's own lock, as in `with some.all_tasks_done`?"""
    return not isinstance(some.mutex, Lock) or some.mutex._is_free()


@replaces(queue.Queue, "get")
def _queue_get(run: Run, real: Any, self: Any, block: bool = True, timeout: float | None = None) -> Any:
    if timeout is not None and timeout < 0:
        return _never_waits(run, real, self, block, timeout)
    closed = lambda: getattr(self, "is_shutdown", False)  # noqa: E731
    draw = lambda: DRAW if self._qsize() > 1 else DRAW_LAST  # noqa: E731
    if block:
        run.take(
            self,
            lambda: _is_free(self) and (self._qsize() > 0 or closed()),  # type: ignore[no-untyped-call]
            f"an item in {called(self)}",
            timeout=timeout,
            mode=draw,
        )
    else:
        run.point()
        mode = DRAW if self._qsize() else LOOK
        run.effect((((id(self), WHOLE), mode), ((id(self), WHOLE), LOOK)), "Queue.get(block=False)")
    return one_step(run, real, self, False)


@replaces(queue.Queue, "put")
def _queue_put(run: Run, real: Any, self: Any, item: Any, block: bool = True, timeout: float | None = None) -> Any:
    if timeout is not None and timeout < 0:
        return _never_waits(run, real, self, item, block, timeout)

    def fill() -> int:
        return FILL_LAST if 0 < self.maxsize == self._qsize() + 1 else FILL

    def has_room() -> bool:
        return self.maxsize <= 0 or self._qsize() < self.maxsize or getattr(self, "is_shutdown", False)

    if block:
        run.take(self, lambda: _is_free(self) and has_room(), f"room in {called(self)}", timeout=timeout, mode=fill)
    else:
        run.point()
        run.effect(
            (((id(self), WHOLE), FILL if has_room() else LOOK), ((id(self), WHOLE), LOOK)),
            "Queue.put(block=False)",
        )
    return one_step(run, real, self, item, False)


@replaces(queue.Queue, "join")
def _queue_join(run: Run, real: Any, self: Any) -> None:
    run.take(self, lambda: self.unfinished_tasks == 0, f"task_done() for every item of {called(self)}", mode=PASS)


class SimpleQueue(queue._PySimpleQueue):  # type: ignore[misc, name-defined]
    """queue.SimpleQueue, which is built in, in Python."""

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        run = controlled()
        if run is not None and not run.aborting:
            run.step(self, FILL, "SimpleQueue.put()")
            one_step(run, super().put, item)
        else:
            super().put(item)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if block and timeout is not None and timeout < 0:
            raise ValueError("'timeout' must be a non-negative number")
        run = controlled()
        if run is None or run.aborting:
            if run is not None:
                unwinding()
            return super().get(block and run is None, timeout)
        if block:
            run.take(
                self,
                lambda: len(self._queue) > 0,
                "an item in a SimpleQueue",
                timeout=timeout,
                mode=lambda: DRAW if len(self._queue) > 1 else DRAW_LAST,
            )
        else:
            run.point()
            run.effect(
                (((id(self), WHOLE), DRAW if self._queue else LOOK), ((id(self), WHOLE), LOOK)),
                "SimpleQueue.get(block=False)",
            )
        return one_step(run, super().get, False)

    def empty(self) -> bool:
        return self.qsize() == 0

    def qsize(self) -> int:
        run = controlled()
        if run is not None and not run.aborting:
            run.step(self, LOOK, "SimpleQueue.qsize()")
        return len(self._queue)
