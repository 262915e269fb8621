"""How many submissions does `dojo grade` check in a minute?

    python -m benchmarks.grading [--sizes 10 100 1000] [--katas N] [--json]
    python -m benchmarks.grading --everything [--json]
    python -m benchmarks.grading --right [--json]

Synthetic submissions: each is a whole katas/ tree in which N katas (default: 1), drawn from the first six sections,
hold the solution or one of the wrong attempts, and the others are not begun. The same seed draws the same classes.

--everything: every solution and every attempt there is, as submissions; --right: the right ones of these. `mistaken`
lists the verdicts that are not what the answer is; exit status 1 if there is one.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.flakes import PASSED
from dojo import curriculum, whole
from dojo.answers import ROOT

SECTIONS = 6


def make_class(folder: Path, size: int, katas: int, draw: random.Random) -> dict[tuple[str, str], bool]:
    """Write the submissions; tells of each (submission, kata) that is answered whether it is right."""
    asked = [kata for section in curriculum.load().sections[:SECTIONS] for kata in section.katas]
    right: dict[tuple[str, str], bool] = {}
    for number in range(size):
        tree = folder / f"submission{number:04}"
        shutil.copytree(ROOT / "katas", tree / "katas", ignore=shutil.ignore_patterns("__pycache__"))
        for kata in draw.sample(asked, katas):
            answer = draw.choice([kata.solution, *whole.attempts(kata, "wrong")])
            shutil.copyfile(answer, tree / "katas" / kata.section / f"{kata.name}.py")
            right[tree.name, kata.id] = answer == kata.solution
    return right


def make_everything(folder: Path, wrong: bool = True) -> dict[tuple[str, str], bool]:
    """Write the solutions as one submission, the first attempts of each kata as the next, and so on; see make_class.

    Not `wrong`: the right answers only.
    """
    right: dict[tuple[str, str], bool] = {}
    for kata in curriculum.load().katas:
        good, bad = whole.attempts(kata, "right"), list(whole.attempts(kata, "wrong")) if wrong else []
        for number, answer in enumerate([kata.solution, *good, *bad]):
            tree = folder / f"submission{number:04}"
            file = tree / "katas" / kata.section / f"{kata.name}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(answer, file)
            right[tree.name, kata.id] = answer not in bad
    return right


def measure(make: Callable[[Path], dict[tuple[str, str], bool]]) -> dict[str, object]:
    """Grade the class that make(folder) writes; `mistaken`: verdicts that are not what the answer is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        right = make(folder / "class")
        size = len({submission for submission, _ in right})
        report = folder / "verdicts.json"
        command = [sys.executable, "-m", "dojo", "grade", *map(str, sorted((folder / "class").iterdir()))]
        start = time.monotonic()
        subprocess.run([*command, "--json", str(report)], cwd=ROOT, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - start
        verdicts = {(each["submission"], each["kata"]): each for each in json.loads(report.read_text())}
    words = Counter(verdicts[key]["word"] for key in right)
    mistaken = [_tell(verdicts[key]) for key in right if (verdicts[key]["word"] == "passed") != right[key]]
    return {
        "submissions": size,
        "answers": len(right),
        "passed": words["passed"],
        "mistaken": mistaken,
        "seconds": round(seconds, 1),
        "submissions_per_minute": round(size / seconds * 60, 1),
    }


def _tell(verdict: dict[str, Any]) -> str:
    red = ", ".join(test for test, outcome in verdict["tests"].items() if outcome not in PASSED)
    return f"{verdict['submission']}/{verdict['kata']}: {verdict['word']} ({red}) {verdict['why']}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grading")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--katas", type=int, default=1, help="katas that each submission has begun")
    parser.add_argument("--json", action="store_true", help="print a list of objects")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--everything", action="store_true", help="every solution and every attempt")
    instead.add_argument("--right", action="store_true", help="every solution and every right attempt")
    given = parser.parse_args()
    found: list[dict[str, object]] = []
    classes: list[Callable[[Path], dict[tuple[str, str], bool]]] = [partial(make_everything, wrong=given.everything)]
    if not (given.everything or given.right):
        classes = [partial(make_class, size=size, katas=given.katas, draw=random.Random(size)) for size in given.sizes]
    for make in classes:
        found.append(measure(make))
        if not given.json:
            print("  ".join(f"{name}: {value}" for name, value in found[-1].items()), flush=True)
    if given.json:
        print(json.dumps(found, indent=1))
    return int(any(each["mistaken"] for each in found))


if __name__ == "__main__":
    sys.exit(main())
