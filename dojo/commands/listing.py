"""`dojo list`: what katas there are, and which are solved."""

from __future__ import annotations

import argparse
from typing import Any

from dojo.commands.common import read_progress
from dojo.curriculum import KINDS, LEVELS, Curriculum, Kata, Section
from dojo.paint import bar, cut, paint, width
from dojo.progress import Progress


def add(commands: Any) -> None:
    parser = commands.add_parser("list", help="all katas, and which are solved")
    parser.add_argument("--section", metavar="S", help="only sections whose name contains this: s05, locks ...")
    parser.add_argument("--level", choices=LEVELS)
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--open", action="store_true", help="only what is not solved yet")
    parser.add_argument("--markdown", action="store_true", help="as the table that the README shows")
    parser.set_defaults(run=run)


def run(curriculum: Curriculum, options: argparse.Namespace) -> int:
    if options.markdown:
        print("\n".join(table(curriculum)))
        return 0
    progress = read_progress()
    solved = {kata for kata in curriculum.katas if progress.is_solved(kata)}
    print(paint(bar(len(solved), len(curriculum.katas)), "bold"))
    shown = 0
    for section in curriculum.sections:
        katas = [kata for kata in section.katas if _is_wanted(section, kata, options, solved)]
        if katas:
            done = f"{len(solved.intersection(section.katas))} of {len(section.katas)}"
            print()
            print(paint(f"{section.id}   {section.title}   {section.level}   {done}", "bold"))
            for kata in katas:
                print(_line(kata, kata in solved, progress))
            shown += len(katas)
    if not shown:
        print("no kata is like that")
    return 0 if shown else 1


def _is_wanted(section: Section, kata: Kata, options: argparse.Namespace, solved: set[Kata]) -> bool:
    return (
        (not options.section or options.section.lower() in f"{section.id} {section.title}".lower())
        and (not options.level or options.level == section.level)
        and (not options.kind or options.kind in kata.kind.split(" + "))
        and not (options.open and kata in solved)
    )


def _line(kata: Kata, solved: bool, progress: Progress) -> str:
    mark = paint("[x]", "green") if solved else "[ ]"
    facts = f"{kata.kind:<16} {kata.minutes:>2} min"
    if kata.lacks:
        facts += f"   needs {kata.lacks}"
    elif not solved and progress.hints_seen(kata):
        facts += f"   {progress.hints_seen(kata)} of 3 hints seen"
    name = f"{kata.name:<20} "
    room = width() - len(f"  [x] {name} {facts}") - 1
    title = f"{cut(kata.title, room):<{min(room, 48)}} " if room >= 16 else ""
    return f"  {mark} {name}{title}{facts}".rstrip()


def table(curriculum: Curriculum) -> list[str]:
    """The path through the sections, as Markdown."""
    lines = ["| section | kata | kind | minutes | teaches |", "|---|---|---|---|---|"]
    for section in curriculum.sections:
        for kata in section.katas:
            first = section.title if kata is section.katas[0] else ""
            short = f"{section.id.partition('_')[0]}/{kata.name}"
            lines.append(
                f"| {first} | `{short}` {kata.title} | {kata.kind} | {kata.minutes} | {', '.join(kata.teaches)} |"
            )
    return lines
