"""`dojo check [KATA...]`: for maintainers: is every kata whole, and is every verdict right?"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from dojo.curriculum import Curriculum, Kata


def add(commands: Any) -> None:
    parser = commands.add_parser("check", help="for maintainers: is every kata whole, and every verdict right?")
    parser.add_argument("katas", nargs="*", metavar="KATA", help="only these (default: all; -: as stdin names them)")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument("--jobs", type=int, metavar="N", help="how many at a time (default: one per CPU)")
    parser.add_argument(
        "--kind",
        action="append",
        choices=("stub", "solution", "right", "wrong"),
        help="run only these (repeatable; default: all)",
    )
    parser.add_argument(
        "--quick",
        dest="effort",
        action="store_const",
        const="quick",
        default="",
        help="right attempts with a tenth of the examples and schedules, stubs up to the first red test, a wrong "
        "attempt for each test",
    )
    parser.add_argument(
        "--thorough",
        dest="effort",
        action="store_const",
        const="thorough",
        help="ten times the examples and schedules, drawn afresh",
    )
    parser.set_defaults(run=run)


def run(curriculum: Curriculum, options: argparse.Namespace) -> int:
    from dojo import check

    def findings(katas: Sequence[Kata]) -> Iterator[check.Finding]:
        return check.check(curriculum, katas, options.jobs, options.kind or check.KINDS, effort=options.effort)

    if options.katas == ["-"]:
        return _serve(findings, curriculum)
    katas = [curriculum.kata(name) for name in options.katas] or curriculum.katas
    if not options.json:
        return check.show(findings(katas))
    found = list(findings(katas))
    print(json.dumps([dataclasses.asdict(finding) for finding in found], indent=1))
    return 1 if any(finding.problems for finding in found) else 0


def _serve(findings: Callable[[Sequence[Kata]], Iterable[Any]], curriculum: Curriculum) -> int:
    """A kata a line on stdin, its finding a line of JSON on stdout, until stdin ends."""
    for line in sys.stdin:
        for finding in findings([curriculum.kata(line.strip())]):
            print(json.dumps(dataclasses.asdict(finding)), flush=True)
    return 0
