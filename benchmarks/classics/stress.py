"""Naive stress: run a classic under real threads again and again, and count how often its bug shows.

    python -m benchmarks.classics.stress [NAME...]

Each classic runs in a child process, since a real deadlock never ends: a run that has not come back after
PATIENCE counts as failed, and its threads are left behind until the child leaves.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.classics import BY_NAME, CLASSICS

RUNS = 1000
"""Runs of one classic; a tenth of it for programs with many threads."""
PATIENCE = 1.0
"""Seconds after which a run counts as stopped for good; an ordinary one takes less than five milliseconds."""
HANGS = 5
"""After so many hangs the counting ends early: each of them costs PATIENCE."""


@dataclass(frozen=True)
class Stress:
    """How often real threads met the bug: `failures` of `runs`."""

    runs: int
    failures: int

    @property
    def rate(self) -> float:
        """Share of the runs that failed, 0 to 1."""
        return self.failures / self.runs if self.runs else 0.0


def runs_for(threads: int) -> int:
    """How many runs a program with so many threads is given."""
    return RUNS if threads <= 25 else RUNS // 10


def stress(name: str, twin: str = "buggy", runs: int | None = None) -> Stress:
    """Run one twin of the classic under real threads, in a child process of its own.

    twin: "buggy" or "fixed"
    """
    runs = runs_for(BY_NAME[name].threads) if runs is None else runs
    command = [sys.executable, "-m", "benchmarks.classics.stress", "--child", name, twin, str(runs)]
    limit = 30 + HANGS * PATIENCE + runs * 0.1
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=limit)
    answer = json.loads(done.stdout)
    return Stress(answer["runs"], answer["failures"])


def count(program: Callable[[], None], runs: int) -> Stress:
    """Run the program up to `runs` times here; fewer when HANGS of the runs did not come back."""
    failures = hangs = made = 0
    while made < runs and hangs < HANGS:
        made += 1
        verdict: list[str] = []

        def attempt(verdict: list[str] = verdict) -> None:
            try:
                program()
            except Exception:
                verdict.append("failed")
            else:
                verdict.append("passed")

        thread = threading.Thread(target=attempt, daemon=True)
        thread.start()
        thread.join(PATIENCE)
        hangs += not verdict
        failures += verdict != ["passed"]
    return Stress(made, failures)


def _child(name: str, twin: str, runs: int) -> None:
    result = count(getattr(BY_NAME[name], twin), runs)
    print(json.dumps({"runs": result.runs, "failures": result.failures}), flush=True)
    os._exit(0)  # threads that wait for ever would keep the interpreter alive


def main(names: list[str]) -> None:
    print(f"{'classic':28} {'failed':>7} {'runs':>6} {'rate':>8}")
    for name in names or [classic.name for classic in CLASSICS]:
        result = stress(name)
        print(f"{name:28} {result.failures:7} {result.runs:6} {result.rate:8.2%}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _child(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main(sys.argv[1:])
