"""The watch over a test: what went wrong while it ran, and the hooks that notice it."""

from __future__ import annotations

import gc
import queue
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from . import telling
from .clocks import clocks
from .errors import BlockedLoopError, BusyError, EventLoopError, StuckError, ThreadSafetyError
from .threads import OtherThreads

if TYPE_CHECKING:
    from .loop import VirtualTimeLoop

current: Watch | None = None
"""The watch over the test under way."""


class Watch:
    """What went wrong, in which loops, beside which other threads."""

    def __init__(self) -> None:
        self.problems: list[EventLoopError] = []
        self.loops: list[VirtualTimeLoop] = []
        self.threads = OtherThreads()

    def report(self, error: EventLoopError) -> EventLoopError:
        """Take note of a problem; returns it, so that it can be raised."""
        self.problems.append(error)
        return error

    def start(self) -> None:
        """Set the hooks."""
        self._depth = sys.get_coroutine_origin_tracking_depth()
        sys.set_coroutine_origin_tracking_depth(max(self._depth, 1))
        self._patches: list[tuple[Any, str, Any]] = []
        self._patch(
            warnings, "_warn_unawaited_coroutine", lambda coroutine: self.report(telling.never_awaited(coroutine))
        )
        for name, substitute in clocks(self).items():
            self._patch_everywhere(time, name, substitute)
        # the one in C does not show that a thread waits in it
        self._patch_everywhere(queue, "SimpleQueue", queue._PySimpleQueue)  # type: ignore[attr-defined]
        self._patch(ThreadPoolExecutor, "submit", self.threads.noted(ThreadPoolExecutor.submit))
        gc.freeze()  # so that looking for lost tasks at the end looks at this test's objects only

    def stop(self) -> None:
        """Put everything back."""
        sys.set_coroutine_origin_tracking_depth(self._depth)
        for owner, name, original in reversed(self._patches):
            setattr(owner, name, original)
        gc.unfreeze()

    def _patch(self, owner: Any, name: str, substitute: Any) -> None:
        self._patches.append((owner, name, getattr(owner, name)))
        setattr(owner, name, substitute)

    def _patch_everywhere(self, owner: Any, name: str, substitute: Any) -> None:
        """Also where a kata has it under a name of its own."""
        original = getattr(owner, name)
        self._patch(owner, name, substitute)
        for module_name, module in list(sys.modules.items()):
            if module_name.startswith("katas.") and module is not None:
                for key, value in list(vars(module).items()):
                    if value is original:
                        self._patch(module, key, substitute)

    def judge(self, error: BaseException | None) -> None:
        """Raise the first problem; if the body failed by itself, tell it the problems."""
        others = [problem for problem in self.problems if problem is not error]
        if not others:
            return
        others.sort(key=lambda problem: not isinstance(problem, ThreadSafetyError))  # why others are stuck
        if error is None or isinstance(others[0], ThreadSafetyError | BlockedLoopError | StuckError | BusyError):
            first, *rest = others
        else:
            first, rest = None, others
        for problem in rest[:3]:
            (first or error).add_note(f"{type(problem).__name__}: {problem}")  # type: ignore[union-attr]
        if first is not None:
            raise first from error
