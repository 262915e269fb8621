"""The functions of `time`, in the virtual time of the loop that runs in the calling thread."""

from __future__ import annotations

import sys
import time
from asyncio import events
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dojo.taskstacks import where

from .errors import BlockedLoopError

if TYPE_CHECKING:
    from .watch import Watch


def clocks(watch: Watch) -> dict[str, Callable[..., Any]]:
    """What stands for time.sleep, time.monotonic and the others, by name, in the loops that this watch knows."""

    def virtual() -> Any:
        loop = events._get_running_loop()
        return loop if loop in watch.loops else None

    def clock(name: str, unit: int, start: int) -> Callable[[], Any]:
        real = getattr(time, name)

        def read() -> Any:
            loop = virtual()
            if loop is None:
                return real()
            return start + loop.time() if unit == 1 else (start * unit + round(loop.time() * unit))

        read.__name__ = name
        return read

    real_sleep = time.sleep

    def sleep(seconds: float) -> None:
        if virtual() is not None and seconds > 0:
            place = where(sys._getframe(1))
            raise watch.report(BlockedLoopError(f"the event loop is blocked by time.sleep({seconds:g}): {place}"))
        real_sleep(seconds)

    today = int(time.time())
    found: dict[str, Callable[..., Any]] = {"sleep": sleep}
    for name, start in (("monotonic", 0), ("perf_counter", 0), ("time", today)):
        found[name] = clock(name, 1, start)
        found[f"{name}_ns"] = clock(f"{name}_ns", 10**9, start)
    return found
