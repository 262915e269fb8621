"""`dojo check [KATA...]`: for maintainers: is every kata whole, and is every verdict right?"""

from __future__ import annotations

import argparse
import dataclasses
import json
from typing import Any

from dojo.curriculum import Curriculum


def add(commands: Any) -> None:
    parser = commands.add_parser("check", help="for maintainers: is every kata whole, and every verdict right?")
    parser.add_argument("katas", nargs="*", metavar="KATA", help="only these (default: all)")
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
        help="right attempts with a tenth of the examples and schedules, stubs up to the first red test",
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

    katas = [curriculum.kata(name) for name in options.katas] or curriculum.katas
    findings = check.check(curriculum, katas, options.jobs, options.kind or check.KINDS, effort=options.effort)
    if not options.json:
        return check.show(findings)
    found = list(findings)
    print(json.dumps([dataclasses.asdict(finding) for finding in found], indent=1))
    return 1 if any(finding.problems for finding in found) else 0
