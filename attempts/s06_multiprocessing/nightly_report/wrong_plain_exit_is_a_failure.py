"""A wrapper takes every SystemExit for a failure whose code is not 0: that of sys.exit() is None.

Rejected by: test_a_good_end_is_no_failure
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
        sys.exit(0 if e.code == 0 else 1)


def run_reports(branches: Sequence[str], job: Callable[[str], object] = report) -> int:
    workers = [Process(target=guarded, args=(job, branch), name=f"report-{branch}") for branch in branches]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(worker.exitcode != 0 for worker in workers)


if __name__ == "__main__":
    sys.exit(1 if run_reports(sys.argv[1:]) else 0)
