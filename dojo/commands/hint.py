"""`dojo hint [KATA]`: one more step each time."""

from __future__ import annotations

import argparse
from typing import Any

from dojo import whole
from dojo.commands.common import add_kata, complain, meant, read, read_progress
from dojo.curriculum import Curriculum
from dojo.paint import paint


def add(commands: Any) -> None:
    parser = commands.add_parser("hint", help="one more hint each time")
    add_kata(parser)
    parser.set_defaults(run=run)


def run(curriculum: Curriculum, options: argparse.Namespace) -> int:
    progress = read_progress()
    kata = meant(curriculum, options.kata, progress)
    read(kata.hints)
    steps = whole.hints(kata)
    count = min(progress.hints_seen(kata) + 1, len(steps))
    progress.see_hints(kata, count)
    for number, step in enumerate(steps[:count], 1):
        print(paint(f"{kata.id}, hint {number} of {len(steps)}", "bold") + f"\n\n{step}\n")
    complain(progress)
    return 0
