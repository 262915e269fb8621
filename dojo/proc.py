"""What Linux tells of processes, in /proc."""

from __future__ import annotations

import contextlib
from pathlib import Path

SELF = Path("/proc/self")


def life(task: Path) -> bytes:
    """What a thread or process does, by its folder in /proc. OSError if it is gone.

    S: it sleeps, and can be woken; D: until the disk has done its work; R: it runs, or could; Z, X: it has ended.
    """
    return (task / "stat").read_bytes().rpartition(b")")[2].split()[0]


def children(process: Path = SELF) -> set[int]:
    """The child processes of all threads of a process, ended ones that nobody has waited for included."""
    found: set[int] = set()
    for file in process.glob("task/*/children"):
        with contextlib.suppress(OSError):  # a thread that has ended just now
            found.update(map(int, file.read_text().split()))
    return found
