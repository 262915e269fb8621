"""A report that has failed is written once more, by a second child.

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

    failed = list(branches)
    for attempt in range(2):
        workers = [Process(target=job, args=(branch,), name=f"report-{branch}") for branch in failed]
        for worker in workers:
            worker.start()
        failed = []
        for worker, branch in zip(workers, [w.name.removeprefix("report-") for w in workers]):
            worker.join()
            if worker.exitcode != 0:
                failed.append(branch)
    return len(failed)


if __name__ == "__main__":
    sys.exit(1 if run_reports(sys.argv[1:]) else 0)
