"""The children are daemons, which are not allowed to have children: such a report fails.

Rejected by: test_a_report_may_have_a_child_of_its_own
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

    workers = [Process(target=job, args=(branch,), name=f"report-{branch}", daemon=True) for branch in branches]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(worker.exitcode != 0 for worker in workers)


if __name__ == "__main__":
    sys.exit(1 if run_reports(sys.argv[1:]) else 0)
