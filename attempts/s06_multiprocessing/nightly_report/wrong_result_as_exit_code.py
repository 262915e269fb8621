"""What the job returns becomes the exit code: a text is 1, a number is that number.

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


def child(job: Callable[[str], object], branch: str) -> None:
    sys.exit(job(branch))  # type: ignore[arg-type]


def run_reports(branches: Sequence[str], job: Callable[[str], object] = report) -> int:
    """Run job(branch) for each branch in a child process of its own, named f"report-{branch}".

    The children are started by the default start method, all of them before any is waited for; all have ended when this
    returns. Returns how many of them ended with an exit code other than 0.
    """
    workers = [Process(target=child, args=(job, branch), name=f"report-{branch}") for branch in branches]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(worker.exitcode != 0 for worker in workers)


if __name__ == "__main__":
    sys.exit(1 if run_reports(sys.argv[1:]) else 0)
