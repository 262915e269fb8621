"""Waits for active_children(): who has ended by then is not among them, and not counted.

Rejected by: test_counts_children_that_have_ended_already
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
    children = multiprocessing.active_children()
    for child in children:
        child.join()
    return sum(child.exitcode != 0 for child in children)


if __name__ == "__main__":
    sys.exit(1 if run_reports(sys.argv[1:]) else 0)
