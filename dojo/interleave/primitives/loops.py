"""asyncio's event loops: in controlled threads they take turns with the others, in virtual time.

A loop sleeps in its selector. One that is made under control waits for an Event there, which the scheduler knows,
instead of sockets: so there is no I/O but what threads hand to each other (call_soon_threadsafe, futures, queues), a
deadlock is told at once, and timers cost nothing. The loop of Windows, which waits elsewhere, stays as it is.
"""

from __future__ import annotations

import selectors
from asyncio.selector_events import BaseSelectorEventLoop
from threading import Event
from typing import Any

from ..run import Run
from .replacing import METHODS, replaces


class _Bell(selectors.BaseSelector):
    """Where such a loop sleeps: until somebody wakes it, or its next timer is due."""

    def __init__(self) -> None:
        self.woken = Event()
        self.map: dict[Any, selectors.SelectorKey] = {}

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None or timeout > 0:
            self.woken.wait(timeout)
        self.woken.clear()
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        self.map[fileobj] = selectors.SelectorKey(fileobj, 0, events, data)
        return self.map[fileobj]

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self.map.pop(fileobj)

    def get_map(self) -> Any:
        return self.map


@replaces(BaseSelectorEventLoop, "__init__")
def _init(run: Run, real: Any, self: Any, selector: Any = None) -> None:
    real(self, _Bell() if selector is None else selector)


_real_wake = BaseSelectorEventLoop._write_to_self  # type: ignore[attr-defined]


def _wake(self: Any) -> None:
    if isinstance(self._selector, _Bell):
        self._selector.woken.set()
    else:
        _real_wake(self)


METHODS[(BaseSelectorEventLoop, "_write_to_self")] = _wake
