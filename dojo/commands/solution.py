"""`dojo solution [KATA]`: the reference answer, with the reasoning; after solving, or with --give-up."""

from __future__ import annotations

import argparse
import difflib
from typing import Any

from dojo.answers import shown
from dojo.commands.common import add_give_up, add_kata, meant, must_be_solved, read, read_progress
from dojo.curriculum import Curriculum
from dojo.paint import paint


def add(commands: Any) -> None:
    parser = commands.add_parser("solution", help="the reference answer, after solving")
    add_kata(parser, optional=False)
    parser.add_argument("--diff", action="store_true", help="only what differs from your file")
    add_give_up(parser)
    parser.set_defaults(run=run)


def run(curriculum: Curriculum, options: argparse.Namespace) -> int:
    progress = read_progress()
    kata = meant(curriculum, options.kata, progress)
    must_be_solved(kata, progress, options.give_up, "the solution")
    solution = read(kata.solution)
    if not options.diff:
        print(solution, end="")
        return 0
    yours, theirs = read(kata.stub).splitlines(), solution.splitlines()
    for line in difflib.unified_diff(yours, theirs, shown(kata.stub), shown(kata.solution), lineterm=""):
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[0])
        print(paint(line, style) if style else line)
    return 0
