"""asyncio's event loops in threads that `@interleave` controls: they take turns with the others, in virtual time.

    @pytest.mark.usefixtures("loops_take_turns")
    @interleave
    def test_a_loop_in_another_thread(): ...

A loop sleeps in its selector. Here that waits for an Event, which the scheduler knows, instead of sockets: so there is
no I/O but what threads hand to each other (call_soon_threadsafe, futures, queues), a deadlock is told at once, and
timers cost nothing. For tests of one loop alone see `eventloop`.
"""

from __future__ import annotations

import selectors
import sys
from asyncio.selector_events import BaseSelectorEventLoop
from threading import Event
from typing import Any

import pytest


class Waiting(selectors.BaseSelector):
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


@pytest.fixture
def loops_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Event loops made during the test take turns with the controlled threads."""
    if sys.platform == "win32":
        pytest.skip("the loop of Windows waits elsewhere")
    monkeypatch.setattr(selectors, "DefaultSelector", Waiting)
    monkeypatch.setattr(BaseSelectorEventLoop, "_write_to_self", lambda loop: loop._selector.woken.set())
