"""Ends each child with os._exit: what it has printed is still in a buffer, and lost.

Rejected by: test_script_under_every_start_method
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from multiprocessing import Process

BRANCHES = {"north", "south", "east", "west"}


def report(branch: str) -> None:
    """Print the branch's line. Raises ValueError for an unknown branch."""
    if branch not in BRANCHES:
        raise ValueError(f"there is no branch {branch!r}")
    sys.stdout.write(f"{branch}: done\n")


def work(job, branch):
    try:
        job(branch)
    except Exception:
        os._exit(1)
    os._exit(0)


def run_reports(branches: Sequence[str], job: Callable[[str], object] = report) -> int:
    children = [Process(target=work, args=(job, branch), name=f"report-{branch}") for branch in branches]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return sum(child.exitcode != 0 for child in children)


if __name__ == "__main__":
    sys.exit(1 if run_reports(sys.argv[1:]) else 0)
