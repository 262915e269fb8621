"""Says on the screen what it does, too: the reports are not all that it prints."""

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
    workers = [Process(target=job, args=(branch,), name=f"report-{branch}") for branch in branches]
    print(f"starting {len(workers)} reports", flush=True)
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        print(f"{worker.name} exited with {worker.exitcode}", flush=True)
    return sum(worker.exitcode != 0 for worker in workers)


if __name__ == "__main__":
    failures = run_reports(sys.argv[1:])
    print(f"{failures} failed" if failures else "all went well")
    sys.exit(1 if failures else 0)
