"""Turn this script into a program that runs the same under fork, spawn and forkserver, and is honest about failure.

A nightly script starts one process for each branch office. On the developer's Linux machine it works. On the new Mac it
stops with a PicklingError; after the first repair it prints no report at all, and still exits with 0.

    python nightly_report.py north south
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
    """Run job(branch) for each branch in a child process of its own, named f"report-{branch}".

    The children are started by the default start method, all of them before any is waited for; all have ended when this
    returns. Returns how many of them ended with an exit code other than 0.
    """
    # TODO: the loop below, so that it works with every start method and counts the failures.
    raise NotImplementedError


# As a script, it runs the reports of its arguments and exits with status 0, or with 1 if any child failed.
# Importing the module starts nothing, prints nothing and does not set the start method.
# TODO: what does a spawned child do when it imports this file?
for branch in sys.argv[1:]:
    worker = Process(target=lambda: report(branch))
    worker.start()
    worker.join()
