"""`dojo reset KATA`: back to the stub; the old answer is saved first."""

from __future__ import annotations

import argparse
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dojo.answers import ROOT, shown
from dojo.commands.common import NoAnswerError, add_kata, complain, read, read_progress
from dojo.curriculum import Curriculum, Kata

SAVED = ROOT / ".dojo" / "saved"


def add(commands: Any) -> None:
    parser = commands.add_parser("reset", help="put the stub of KATA back; your answer is saved")
    add_kata(parser, optional=False)
    parser.set_defaults(run=run)


def run(curriculum: Curriculum, options: argparse.Namespace) -> int:
    kata = curriculum.kata(options.kata)
    stub = _stub_of(kata)
    if kata.stub.is_file() and (answer := read(kata.stub)) != stub:
        print(f"your answer is saved: {shown(_save(kata, answer))}")
    draft = kata.stub.with_suffix(".tmp")
    draft.write_text(stub, encoding="utf-8")
    os.replace(draft, kata.stub)
    progress = read_progress()
    progress.forget(kata)
    complain(progress)
    print(f"{shown(kata.stub)} is the stub again")
    return 0


def _save(kata: Kata, answer: str) -> Path:
    folder = SAVED / kata.section
    folder.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    number = 0
    while True:
        file = folder / f"{kata.name}-{stamp}{f'-{number}' if number else ''}.py"
        try:
            with file.open("x", encoding="utf-8") as stream:
                stream.write(answer)
            return file
        except FileExistsError:
            number += 1


def _stub_of(kata: Kata) -> str:
    """The newest version in git's history that still has its TODO: whoever solves a kata takes it out."""
    for text in _versions(kata):
        if "TODO" in text:
            return text
    raise NoAnswerError(
        f"the stub of {kata.id} is in no commit here (is this a git clone?). "
        f"Copy {shown(kata.stub)} from a fresh download"
    )


def _versions(kata: Kata) -> Iterator[str]:
    path = kata.stub.relative_to(ROOT).as_posix()
    for commit in _git("log", "--format=%H", "--", path).split():
        text = _git("show", f"{commit}:{path}")
        if text:
            yield text


def _git(*arguments: str) -> str:
    """What git prints; "" where it fails or is not installed."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
