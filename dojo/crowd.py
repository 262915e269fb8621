"""How busy the machine is. What takes a second alone takes ten beside nine others, and a time limit has to know."""

from __future__ import annotations

import os

BUSY = 2.0
"""Processes that want to run, for each processor: with so many, limits are still long enough as they are."""
MOST = 6.0

counted = False
"""True in a process whose limits have been made longer already."""


def times() -> float:
    """How many times as long a limit should be now: 1 to MOST, by the load average of the last minute."""
    if counted:
        return 1.0
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0  # not on Windows
    return min(max(1.0, load / BUSY / (os.cpu_count() or 1)), MOST)
