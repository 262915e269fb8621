"""Keeps the children by branch: one that is named twice has two, and only the last one is waited for and counted.

Rejected by: test_counts_failed_children
"""

from __future__ import annotations

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
    workers = {}
    for branch in branches:
        workers[branch] = Process(target=job, args=(branch,), name=f"report-{branch}")
        workers[branch].start()
    for worker in workers.values():
        worker.join()
    return sum(worker.exitcode != 0 for worker in workers.values())


if __name__ == "__main__":
    sys.exit(1 if run_reports(sys.argv[1:]) else 0)
