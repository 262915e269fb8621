"""`dojo`, `dojo run [KATA]`: the verdict on the next kata, or on one."""

from __future__ import annotations

import argparse
import subprocess
import sys
from typing import Any

from dojo.answers import ROOT
from dojo.commands.common import add_kata
from dojo.curriculum import Curriculum


def add(commands: Any) -> None:
    parser = commands.add_parser("run", help="the verdict on the next unsolved kata, or on KATA")
    add_kata(parser)
    parser.set_defaults(run=run)


def run(curriculum: Curriculum, options: argparse.Namespace) -> int:
    focus = [f"--focus={curriculum.kata(options.kata).id}"] if options.kata else []
    return subprocess.call([sys.executable, "-m", "pytest", *focus], cwd=ROOT)
