"""`dojo show`: the last failing interleaving in the browser, step by step."""

from __future__ import annotations

import argparse
import os
import sys
import webbrowser
from pathlib import Path
from typing import Any

from dojo import pictures
from dojo.answers import ROOT, shown
from dojo.commands.common import NoAnswerError
from dojo.curriculum import Curriculum

PAGE = ROOT / ".dojo" / "picture.html"


def add(commands: Any) -> None:
    parser = commands.add_parser("show", help="the last failing interleaving in the browser, step by step")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the page to FILE and open nothing")
    parser.set_defaults(run=run)


def run(curriculum: Curriculum, options: argparse.Namespace) -> int:
    from dojo.interleave.html import page

    picture = pictures.load()
    if picture is None:
        raise NoAnswerError("no failing interleaving is remembered: run `pytest` on a kata with threads first")
    file = options.output or PAGE
    try:
        file.write_text(page(picture, f"{picture['kata']}, {picture['test']}"), encoding="utf-8")
    except OSError as error:
        raise NoAnswerError(f"{file} cannot be written: {error.strerror}") from error
    print(f"the picture: {shown(file)}")
    if options.output is None and _has_browser():
        webbrowser.open(file.as_uri())
    return 0


def _has_browser() -> bool:
    """Only a person at a terminal with a screen is shown a window."""
    if not sys.stdout.isatty():
        return False
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
