"""How many submissions does `dojo grade` check in a minute?

    python -m benchmarks.grading [--sizes 10 100 1000] [--katas N] [--json]

Synthetic submissions: each is a whole katas/ tree in which N katas (default: 1), drawn from the first six sections,
hold the solution or one of the wrong attempts, and the others are not begun. The same seed draws the same classes.
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
from pathlib import Path

from dojo import curriculum, whole
from dojo.answers import ROOT

SECTIONS = 6


def make_class(folder: Path, size: int, katas: int, draw: random.Random) -> dict[tuple[str, str], bool]:
    """Write the submissions; tells of each (submission, kata) that is answered whether it is right."""
    known = curriculum.load()
    sections = list(dict.fromkeys(kata.section for kata in known.katas))[:SECTIONS]
    asked = [kata for kata in known.katas if kata.section in sections]
    right: dict[tuple[str, str], bool] = {}
    for number in range(size):
        tree = folder / f"submission{number:04}"
        shutil.copytree(ROOT / "katas", tree / "katas", ignore=shutil.ignore_patterns("__pycache__"))
        for kata in draw.sample(asked, katas):
            answer = draw.choice([kata.solution, *whole.attempts(kata, "wrong")])
            shutil.copyfile(answer, tree / "katas" / kata.section / f"{kata.name}.py")
            right[tree.name, kata.id] = answer == kata.solution
    return right


def measure(size: int, katas: int, seed: int = 1) -> dict[str, object]:
    """Grade a class of this size; `mistaken`: verdicts that are not what the answer is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        right = make_class(folder / "class", size, katas, random.Random(seed))
        report = folder / "verdicts.json"
        command = [sys.executable, "-m", "dojo", "grade", *map(str, sorted((folder / "class").iterdir()))]
        start = time.monotonic()
        subprocess.run([*command, "--json", str(report)], cwd=ROOT, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - start
        verdicts = {
            (verdict["submission"], verdict["kata"]): verdict["word"]
            for verdict in json.loads(report.read_text())
        }
    words = Counter(verdicts[key] for key in right)
    mistaken = [f"{'/'.join(key)}: {verdicts[key]}" for key in right if (verdicts[key] == "passed") != right[key]]
    return {
        "submissions": size,
        "answers": len(right),
        "passed": words["passed"],
        "mistaken": mistaken,
        "seconds": round(seconds, 1),
        "submissions_per_minute": round(size / seconds * 60, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grading")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--katas", type=int, default=1, help="katas that each submission has begun")
    parser.add_argument("--json", action="store_true", help="print a list of objects")
    given = parser.parse_args()
    found = []
    for size in given.sizes:
        found.append(measure(size, given.katas))
        if not given.json:
            print("  ".join(f"{name}: {value}" for name, value in found[-1].items()), flush=True)
    if given.json:
        print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
