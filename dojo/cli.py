"""The `dojo` command."""

from __future__ import annotations

import argparse
import dataclasses
import json
import subprocess
import sys
from collections.abc import Sequence

from dojo import check, whole
from dojo.answers import ROOT, shown
from dojo.curriculum import Curriculum, CurriculumError, Kata, UnknownKata, load
from dojo.progress import Progress


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0 done, 1 something is unsolved or wrong, 2 not understood."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(load(), options))
    except (CurriculumError, UnknownKata) as error:
        print(f"dojo: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # as in `dojo list | head`
        sys.stderr.close()
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dojo", description="Concurrency katas: what there is, hints, and checks."
    )
    commands = parser.add_subparsers(metavar="COMMAND")
    parser.set_defaults(run=_run, kata=None)

    run = commands.add_parser(
        "run", help="run the next unsolved kata's tests, or those of KATA (the same as pytest)"
    )
    run.add_argument("kata", nargs="?", metavar="KATA")
    run.set_defaults(run=_run)

    listing = commands.add_parser("list", help="show all katas and which are solved")
    listing.set_defaults(run=_list)

    hint = commands.add_parser("hint", help="show one more hint for KATA, or for the next unsolved one")
    hint.add_argument("kata", nargs="?", metavar="KATA")
    hint.set_defaults(run=_hint)

    checking = commands.add_parser(
        "check", help="for maintainers: is every kata whole, and is every verdict right?"
    )
    checking.add_argument("katas", nargs="*", metavar="KATA", help="only these (default: all)")
    checking.add_argument("--json", action="store_true", help="print the findings as JSON")
    checking.add_argument("--jobs", type=int, metavar="N", help="how many at a time (default: one per CPU)")
    checking.set_defaults(run=_check)
    return parser


def _run(curriculum: Curriculum, options: argparse.Namespace) -> int:
    which = [str(curriculum.kata(options.kata).tests)] if options.kata else []
    return subprocess.call([sys.executable, "-m", "pytest", *which], cwd=ROOT)


def _list(curriculum: Curriculum, options: argparse.Namespace) -> int:
    progress = _progress()
    for section in curriculum.sections:
        if not section.katas:
            continue
        print(f"{section.id}   {section.title} ({section.level})")
        for kata in section.katas:
            mark = "x" if progress.is_solved(kata) else " "
            lacks = f"   needs {kata.lacks}" if kata.lacks else ""
            print(f"  [{mark}] {kata.name:<20} {kata.title}   {kata.kind}   {kata.minutes} min{lacks}")
    return 0


def _hint(curriculum: Curriculum, options: argparse.Namespace) -> int:
    progress = _progress()
    kata = curriculum.kata(options.kata) if options.kata else _next(curriculum, progress)
    if kata is None:
        print("Nothing is left to solve.")
        return 0
    if not kata.hints.is_file():
        print(f"dojo: {shown(kata.hints)} is not there", file=sys.stderr)
        return 1
    steps = whole.hints(kata)
    count = min(progress.hints_seen(kata) + 1, len(steps))
    progress.see_hints(kata, count)
    for number, step in enumerate(steps[:count], 1):
        print(f"{kata.id}, hint {number} of {len(steps)}\n\n{step}\n")
    if progress.complaint:
        print(progress.complaint, file=sys.stderr)
    return 0


def _check(curriculum: Curriculum, options: argparse.Namespace) -> int:
    katas = [curriculum.kata(name) for name in options.katas] or curriculum.katas
    findings = check.check(curriculum, katas, options.jobs)
    if not options.json:
        return check.show(findings)
    found = list(findings)
    print(json.dumps([dataclasses.asdict(finding) for finding in found], indent=1))
    return 1 if any(finding.problems for finding in found) else 0


def _next(curriculum: Curriculum, progress: Progress) -> Kata | None:
    return next((kata for kata in curriculum.katas if not kata.lacks and not progress.is_solved(kata)), None)


def _progress() -> Progress:
    progress = Progress()
    if progress.complaint:
        print(progress.complaint, file=sys.stderr)
    return progress


if __name__ == "__main__":
    raise SystemExit(main())
