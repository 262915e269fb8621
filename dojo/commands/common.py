"""What several commands need."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dojo.curriculum import Curriculum, Kata
from dojo.progress import Progress


class NoAnswerError(Exception):
    """The command cannot do what it was asked for. The text says why, and what would help."""


def read_progress() -> Progress:
    """What is remembered; a complaint about its file goes to stderr."""
    progress = Progress()
    complain(progress)
    return progress


def complain(progress: Progress) -> None:
    if progress.complaint:
        print(progress.complaint, file=sys.stderr)


def next_kata(curriculum: Curriculum, progress: Progress) -> Kata | None:
    """The first kata that can run here and is not solved."""
    return next((kata for kata in curriculum.katas if not kata.lacks and not progress.is_solved(kata)), None)


def meant(curriculum: Curriculum, typed: str | None, progress: Progress) -> Kata:
    """The kata that was typed, or the next unsolved one. Raises UnknownKata, NoAnswerError."""
    kata = curriculum.kata(typed) if typed else next_kata(curriculum, progress)
    if kata is None:
        raise NoAnswerError("nothing is left to solve: name a kata (`dojo list` shows them all)")
    return kata


def add_kata(parser: argparse.ArgumentParser, *, optional: bool = True) -> None:
    text = "its name, or a path to one of its files" + (" (default: the next unsolved one)" if optional else "")
    parser.add_argument("kata", nargs="?" if optional else None, metavar="KATA", help=text)


def add_give_up(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--give-up", action="store_true", help="show it although the kata is not solved yet")


def must_be_solved(kata: Kata, progress: Progress, give_up: bool, what: str) -> None:
    """Raises NoAnswerError if the kata is open and nobody has given up."""
    if not give_up and not progress.is_solved(kata):
        raise NoAnswerError(
            f"{kata.id} is not solved yet: {what} would spoil it. One more hint: dojo hint {kata.name}. "
            f"To see it all the same: --give-up"
        )


def read(file: Path) -> str:
    """The text of a file that has to be there. Raises NoAnswerError."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise NoAnswerError(f"{file} cannot be read: {error.strerror}") from error
