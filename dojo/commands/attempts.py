"""`dojo attempts KATA`: the mistakes that people make there, and other roads that lead to it; after solving."""

from __future__ import annotations

import argparse
from typing import Any

from dojo.answers import shown
from dojo.commands.common import add_give_up, add_kata, meant, must_be_solved, read_progress
from dojo.curriculum import Curriculum
from dojo.mistakes import docstring, mistakes
from dojo.paint import paint


def add(commands: Any) -> None:
    parser = commands.add_parser("attempts", help="the mistakes people make in KATA, after solving")
    add_kata(parser, optional=False)
    add_give_up(parser)
    parser.set_defaults(run=run)


def run(curriculum: Curriculum, options: argparse.Namespace) -> int:
    progress = read_progress()
    kata = meant(curriculum, options.kata, progress)
    must_be_solved(kata, progress, options.give_up, "the list of mistakes")
    print(paint("Wrong, and the test that says so", "bold"))
    for mistake in mistakes(kata):
        print(f"\n  {mistake.why}\n      {paint(', '.join(mistake.tests), 'red')}   {shown(mistake.file)}")
    print("\n" + paint("Right as well", "bold"))
    for file in sorted(kata.attempts.glob("right_*.py")):
        print(f"\n  {docstring(file).partition(chr(10))[0]}\n      {shown(file)}")
    return 0
