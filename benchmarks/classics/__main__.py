"""Each classic: is its bug found, after how many schedules, and is its fixed twin left alone?

    python -m benchmarks.classics [--json] [--seeds N] [--schedules N] [--peers] [NAME...]

found, median: seeds whose search met the bug; schedules to the first failure, over those (beside it: SURW's)
false_alarms: searches of the fixed twin, one per seed, that failed
base_rate: share of failing schedules under plain random scheduling; naive: the same under real threads

Every classic runs in a process of its own, so that a classic that goes wrong costs its own figures only.
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from statistics import median

from benchmarks import peers
from benchmarks.classics import BY_NAME, CLASSICS, Classic
from benchmarks.classics.stress import stress
from dojo.interleave import InterleaveError, random_walk, search_program

SEEDS = 20
SCHEDULES = 10_000
"""Schedules of one search; a classic that expects more gets more only where --schedules asks for it."""
MANY_THREADS = 26
"""So many threads make a run slow: fewer are made."""
FIXED_SCHEDULES, FIXED_SCHEDULES_OF_MANY = 500, 50
"""Schedules of one search of a fixed twin."""
EXPECTED = {"assertion": "AssertionError", "deadlock": "DeadlockError", "stuck": "StuckError"}
"""The exception by which a bug of each kind is to be told."""


@dataclass
class Figures:
    """What was measured for one classic."""

    name: str
    found: int = 0
    seeds: int = 0
    median: float | None = None
    """Schedules to the first failure, over the seeds that found it."""
    worst: int | None = None
    false_alarms: int = 0
    complete: bool = False
    """Did a search of the fixed twin cover every interleaving?"""
    base_rate: float = 0.0
    naive: float = 0.0
    surw: int | None = None
    certified: int = 0
    """Searches of the buggy twin that claimed to be complete and found nothing: each of them is a mistake."""
    misnamed: int = 0
    """Failures that were told as something else than what the bug is."""
    seconds: float = 0.0
    frontrun: dict[str, object] | None = None
    interleave_test: dict[str, object] | None = None
    problem: str = ""
    """Why the figures are missing, if they are."""


def measure(classic: Classic, seeds: int, schedules: int) -> Figures:
    """Search both twins with every seed; measure the base rate under random scheduling."""
    figures = Figures(classic.name, seeds=seeds, surw=classic.surw)
    firsts: list[int] = []
    fixed_schedules = min(schedules, FIXED_SCHEDULES_OF_MANY if classic.threads >= MANY_THREADS else FIXED_SCHEDULES)
    started = time.perf_counter()
    for seed in range(seeds):
        result = search_program(classic.buggy, seed=seed, schedules=schedules)
        if result.error is not None:
            firsts.append(result.schedules)
            figures.misnamed += type(result.error).__name__ != EXPECTED[classic.kind]
        figures.certified += result.error is None and result.complete
        fixed = search_program(classic.fixed, seed=seed, schedules=fixed_schedules)
        if fixed.error is not None:
            figures.false_alarms += 1
            figures.problem = f"fixed twin, seed {seed}: {type(fixed.error).__name__}: {fixed.error}"[:200]
        figures.complete = figures.complete or fixed.complete
    figures.found = len(firsts)
    figures.median = median(firsts) if firsts else None
    figures.worst = max(firsts, default=None)
    figures.base_rate = base_rate(classic)
    figures.seconds = round(time.perf_counter() - started, 2)
    return figures


def base_rate(classic: Classic, runs: int | None = None) -> float:
    """Share of the schedules that fail under plain random scheduling: of 1000, or 200 with many threads."""
    runs = runs or (200 if classic.threads >= MANY_THREADS else 1000)
    made = failures = seed = 0
    while made < runs:
        result = random_walk(classic.buggy, seed=seed, schedules=runs - made)
        made += result.schedules
        failures += result.error is not None
        seed += 1
        if result.schedules == 0:
            raise InterleaveError(f"random_walk made no run of {classic.name}")
    return failures / made


def in_child(name: str, seeds: int, schedules: int, with_peers: bool) -> Figures:
    """`measure` in a process of its own, with naive stress and the peers added."""
    command = [sys.executable, "-m", "benchmarks.classics", "--child", name, "--seeds", str(seeds)]
    done = subprocess.run([*command, "--schedules", str(schedules)], capture_output=True, text=True)
    if done.returncode == 0:
        figures = Figures(**json.loads(done.stdout.splitlines()[-1]))
    else:
        figures = Figures(name, problem=(done.stderr.strip().splitlines() or ["died without a word"])[-1])
    figures.naive = stress(name).rate
    if with_peers:
        for peer in peers.PACKAGES:
            found = peers.classic_in_child(peer, name, seeds)
            setattr(figures, peer, {**asdict(found), "median": found.median})
    return figures


HEADER = (
    f"{'classic':26} {'found':>7} {'median':>7} {'worst':>6} {'surw':>7} {'false':>5} {'proven':>6} "
    f"{'base rate':>9} {'naive':>7} {'s':>7}"
)


def row(figures: Figures, with_peers: bool) -> str:
    """One line of the table."""
    line = (
        f"{figures.name:26} {f'{figures.found}/{figures.seeds}':>7} {_number(figures.median):>7} "
        f"{_number(figures.worst):>6} {_number(figures.surw):>7} {figures.false_alarms:5} "
        f"{'yes' if figures.complete else 'no':>6} {figures.base_rate:9.2%} {figures.naive:7.2%} "
        f"{figures.seconds:7.1f}"
    )
    if with_peers:
        line += "".join(f" {_peer(getattr(figures, peer)):>17}" for peer in peers.PACKAGES)
    if figures.certified:
        line += f"  {figures.certified} times called safe"
    if figures.misnamed:
        line += f"  {figures.misnamed} told as something else"
    return line + (f"  ! {figures.problem}" if figures.problem else "")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _peer(found: dict[str, object] | None) -> str:
    if not found or not found["seeds"]:
        return "-"
    return f"{found['found']}/{found['seeds']} ({_number(found['median'])})"  # type: ignore[arg-type]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classics")
    parser.add_argument("names", nargs="*", metavar="NAME", help="classics to run (default: all)")
    parser.add_argument("--json", action="store_true", help="print a list of objects")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--schedules", type=int, default=SCHEDULES, help="schedules of one search")
    parser.add_argument("--peers", action="store_true", help="the packages on PyPI too: takes hours")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(asdict(measure(BY_NAME[given.child], given.seeds, given.schedules))))
        return
    unknown = [name for name in given.names if name not in BY_NAME]
    if unknown:
        parser.error(f"no classic is called {', '.join(unknown)}; there are: {', '.join(BY_NAME)}")
    names = given.names or [classic.name for classic in CLASSICS]
    if not given.json:
        print(HEADER, *[f"{peer:>17}" for peer in peers.PACKAGES if given.peers], flush=True)
    collected = []
    for name in names:
        figures = in_child(name, given.seeds, given.schedules, given.peers)
        collected.append(asdict(figures))
        if not given.json:
            print(row(figures, given.peers), flush=True)
    if given.json:
        print(json.dumps(collected, indent=1))
        return
    full = sum(each["found"] == each["seeds"] > 0 for each in collected)
    alarms = sum(each["false_alarms"] for each in collected)
    print(f"{full} of {len(collected)} found with every seed; {alarms} false alarms")


if __name__ == "__main__":
    main()
