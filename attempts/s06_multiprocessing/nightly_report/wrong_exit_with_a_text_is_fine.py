"""A wrapper takes only numbers for failures: sys.exit(text), whose exit code would be 1, ends with 0.

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


def guarded(job, branch):
    try:
        job(branch)
    except SystemExit as e:
        sys.exit(e.code if isinstance(e.code, int) else 0)


def run_reports(branches: Sequence[str], job: Callable[[str], object] = report) -> int:
    workers = [Process(target=guarded, args=(job, branch), name=f"report-{branch}") for branch in branches]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(worker.exitcode != 0 for worker in workers)


if __name__ == "__main__":
    sys.exit(1 if run_reports(sys.argv[1:]) else 0)
