"""Do the verdicts ever differ? Repeats the solutions' suite in random order beside busy processes.

    python -m benchmarks.flakes --runs 50 --busy 4 --workers 4
    python -m benchmarks.flakes --alone

Prints each test whose outcome was not the same in every run. Exit status 1 if there is one, or a red one.
--alone: each test in a fresh process, without those that come before it; prints those that need them.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

from dojo import curriculum, jobs
from dojo.answers import ROOT, Answers
from dojo.whole import test_names

PASSED = ("passed", "skipped")


def _spin() -> None:
    """Until whoever started it is gone."""
    parent = os.getppid()
    while os.getppid() == parent:
        for _ in range(1_000_000):
            pass


@contextmanager
def busy(count: int) -> Iterator[None]:
    """So many processes that never rest."""
    processes = [multiprocessing.get_context("spawn").Process(target=_spin, daemon=True) for _ in range(count)]
    try:
        for process in processes:
            process.start()
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def outcomes(files: Sequence[str], seed: int, options: Sequence[str]) -> dict[str, str]:
    """One run of these test files, in an order drawn from the seed: each test's outcome."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        command = [sys.executable, "-m", "pytest", "--katas=solutions", "-q", "-p", "no:cacheprovider", *options]
        randomly = ["-p", "randomly", "-p", "no:cacheprovider", f"--randomly-seed={seed}"]
        done = subprocess.run(
            [*command, *randomly, f"--junitxml={report}", *files], cwd=ROOT, capture_output=True, text=True
        )
        if not report.exists():
            sys.exit(f"pytest gave no report:\n{done.stdout}{done.stderr}")
        return dict(_read(report))


def _read(report: Path) -> Iterator[tuple[str, str]]:
    """Each test's outcome; why one is red goes to stderr."""
    for case in ElementTree.parse(report).iter("testcase"):
        kinds = {"failure": "failed", "error": "error", "skipped": "skipped"}
        name = f"{case.get('classname')}::{case.get('name')}"
        outcome, why = next(((kinds[child.tag], child.text) for child in case if child.tag in kinds), ("passed", ""))
        if outcome not in PASSED:
            print(f"{name} {outcome}:\n{why}", file=sys.stderr, flush=True)
        yield name, outcome


def need_others(katas: Sequence[curriculum.Kata], busy_ones: int) -> int:
    """Run each test alone, print those that are not green, and return the exit status."""
    here = [kata for kata in katas if not kata.lacks]
    alone = [jobs.Job(kata, Answers(ROOT / "solutions"), (name,)) for kata in here for name in test_names(kata)]
    start, red = time.monotonic(), 0
    with busy(busy_ones):
        for job, outcome in jobs.run(alone):
            if outcome.trouble or not set(outcome.tests.values()) <= {*PASSED}:
                red += 1
                print(f"{job.kata.id}: {job.names[0]} is not green alone {outcome.trouble}", flush=True)
    print(f"{len(alone)} tests alone, {red} not green, in {time.monotonic() - start:.0f} s")
    return int(red > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("katas", nargs="*", metavar="KATA", help="only these (default: all)")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--busy", type=int, default=2 * (os.cpu_count() or 1), help="default: two for each CPU")
    parser.add_argument("--workers", type=int, default=0, help="pytest-xdist's, for more runs an hour (default: none)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--thorough", action="store_true", help="fresh data and schedules in each run")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--alone", action="store_true", help="each test once, in a fresh process")
    options = parser.parse_args()
    known = curriculum.load()
    katas = [known.kata(name) for name in options.katas] or list(known.katas)
    if options.alone:
        return need_others(katas, options.busy)
    files = [str(kata.tests) for kata in katas]
    draw = random.Random(options.seed)
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    suite = ["-n", str(options.workers), *(["--thorough"] if options.thorough else [])]
    start = time.monotonic()
    with busy(options.busy):
        for run in range(options.runs):
            found = outcomes(files, draw.randrange(2**32), suite)
            for test, outcome in found.items():
                seen[test][outcome] += 1
            red = [test for test, outcome in found.items() if outcome not in PASSED]
            print(f"run {run + 1}: {len(found)} verdicts, {len(red)} red {red[:3]}", file=sys.stderr, flush=True)
    differing = {
        test: dict(counts) for test, counts in seen.items() if len(counts) > 1 or counts.total() != options.runs
    }
    red_always = sorted(test for test, counts in seen.items() if len(counts) == 1 and not counts.keys() & {*PASSED})
    result = {
        "runs": options.runs,
        "busy": options.busy,
        "workers": options.workers,
        "python": sys.version.partition(" ")[0],
        "verdicts": sum(counts.total() for counts in seen.values()),
        "differing": differing,
        "red": red_always,
        "seconds": round(time.monotonic() - start, 1),
    }
    if options.json:
        print(json.dumps(result, indent=1))
    else:
        print("  ".join(f"{name}: {value or 0}" for name, value in result.items()))
    return int(bool(differing or red_always))


if __name__ == "__main__":
    sys.exit(main())
