"""The functions of `time`, in virtual time."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from ..accesses import READ, WHOLE
from ..loops import clock_was_read
from ..run import controlled
from ..steps import TICK
from .replacing import unwinding

MONOTONIC_START = 1_000.0
WALL_START = 1_700_000_000.0
"""Where the virtual clocks start, in seconds."""

_real_sleep = time.sleep


def sleep(seconds: float, /) -> None:
    """time.sleep in virtual time: ends when the clock has passed, never earlier."""
    run = controlled()
    if run is None:
        if not unwinding():
            _real_sleep(seconds)
        return
    if run.aborting:
        unwinding()
        return
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    until = run.now + seconds
    run.take(
        None,
        lambda: run.now >= until,
        f"the end of sleep({seconds:g})",
        timeout=seconds,
        early=True,
        accesses=((("clock", WHOLE), TICK),),
    )


def clock(real: Callable[[], Any], start: float, scale: int) -> Callable[[], Any]:
    """What stands for this clock: it starts at `start` seconds and counts `scale` in a second."""

    @wraps(real)
    def read() -> Any:
        run = controlled()
        if run is None or run.aborting:
            return real()
        run.point()
        run.effect(((("clock", WHOLE), READ),), real.__name__)
        clock_was_read(run)
        return start + run.now if scale == 1 else int((start + run.now) * scale)

    return read
