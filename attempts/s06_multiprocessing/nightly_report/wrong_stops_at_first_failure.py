"""Waits no longer once a child has failed: the others may still be writing.

Rejected by: test_slow_report
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Sequence
from multiprocessing import Process

BRANCHES = {"north", "south", "east", "west"}


def report(branch: str) -> None:
    """Print the branch's line. Raises ValueError for an unknown branch."""
    if branch not in BRANCHES:
        raise ValueError(f"there is no branch {branch!r}")
    sys.stdout.write(f"{branch}: done\n")


def run_reports(branches: Sequence[str], job: Callable[[str], object] = report) -> int:
    children = [Process(target=job, args=(branch,), name=f"report-{branch}") for branch in branches]
    for child in children:
        child.start()
    for child in children:
        child.join()
        if child.exitcode != 0:
            break
    return sum(child.exitcode not in (0, None) for child in children)


if __name__ == "__main__":
    sys.exit(1 if run_reports(sys.argv[1:]) else 0)
