"""`dojo session`: for whoever runs a coding dojo: which katas fit, when to change seats, who has solved what."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from dojo.commands.common import NoAnswerError, next_kata, read_progress
from dojo.curriculum import Curriculum, Kata
from dojo.paint import paint

OPENING, CLOSING = 10, 10
"""Minutes to begin with (who sits with whom, the first kata together) and to end with (what did we learn)."""


def add(commands: Any) -> None:
    parser = commands.add_parser("session", help="for a coding dojo: plan, timer for changing seats, board")
    parser.add_argument("--pairs", type=_positive, default=1, metavar="N", help="how many pairs there are")
    parser.add_argument("--minutes", type=_positive, default=7, metavar="M", help="until driver and navigator change")
    parser.add_argument("--length", type=_positive, default=90, metavar="M", help="minutes in all (default: 90)")
    parser.add_argument("--start", metavar="KATA", help="where to begin (default: the next unsolved kata)")
    parser.add_argument("--plan", action="store_true", help="show the plan only, without the timer")
    parser.add_argument(
        "--clones", nargs="+", type=Path, default=[], metavar="DIR", help="the pairs' clones, for the board"
    )
    parser.add_argument(
        "--serve", metavar="[HOST:]PORT", help="show the board as a web page (HOST: 127.0.0.1 unless given)"
    )
    parser.set_defaults(run=run)


def run(curriculum: Curriculum, options: argparse.Namespace) -> int:
    katas = picked(curriculum, _first(curriculum, options.start), options.length)
    for line in plan(katas, options):
        print(line)
    if options.plan:
        return 0
    board = _board(katas, options)
    try:
        _time(options.length, options.minutes, options.pairs)
    finally:
        if board is not None:
            board.shutdown()
    return 0


def picked(curriculum: Curriculum, first: Kata, length: int) -> list[Kata]:
    """The katas from the first one on that fit between opening and closing; at least one."""
    following = list(curriculum.katas)[list(curriculum.katas).index(first) :]
    left = length - OPENING - CLOSING
    chosen: list[Kata] = []
    for kata in following:
        if kata.lacks:
            continue
        if chosen and kata.minutes > left:
            break
        chosen.append(kata)
        left -= kata.minutes
    return chosen


def plan(katas: Sequence[Kata], options: argparse.Namespace) -> Iterator[str]:
    """The evening, line by line; times are minutes from its start."""
    yield paint(f"{options.length} minutes, {options.pairs} pairs, change seats every {options.minutes}", "bold")
    yield f"  {0:>3} min   opening: pairs, the first kata read aloud, one clone per pair"
    at = OPENING
    for kata in katas:
        yield f"  {at:>3} min   {kata.id}   {kata.title}   ({kata.minutes} min)"
        at += kata.minutes
    yield f"  {max(options.length - CLOSING, at):>3} min   closing: each pair tells one thing that surprised it"


def _first(curriculum: Curriculum, typed: str | None) -> Kata:
    kata = curriculum.kata(typed) if typed else next_kata(curriculum, read_progress())
    return kata or curriculum.katas[0]


def _board(katas: Sequence[Kata], options: argparse.Namespace) -> Any:
    if not options.serve:
        return None
    from dojo.board import serve

    if not options.clones:
        raise NoAnswerError("--serve needs --clones: the folders of the pairs' clones, whose progress it shows")
    host, _, port = options.serve.rpartition(":")
    if not port.isdigit():
        raise NoAnswerError(f"--serve {options.serve}: a port number is expected, as in 8000 or 0.0.0.0:8000")
    try:
        board = serve(katas, options.clones, host or "127.0.0.1", int(port))
    except OSError as error:
        raise NoAnswerError(f"--serve {options.serve}: {error.strerror or error}") from error
    print(f"the board: http://{host or '127.0.0.1'}:{board.server_port}/")
    return board


def _time(length: int, minutes: int, pairs: int, now: Callable[[], float] = time.monotonic, pause: float = 0.5) -> None:
    """Count down to each change of seats, with the terminal's bell; Ctrl-C ends it."""
    start, change = now(), 0
    while (passed := now() - start) < length * 60:
        if int(passed // (minutes * 60)) > change:
            change = int(passed // (minutes * 60))
            text = f"change {change}: navigators of all {pairs} pairs, take the keyboard"
            print("\r\a" + paint(text, "bold") + " " * 20)
        left = (change + 1) * minutes * 60 - passed
        if sys.stdout.isatty():
            text = f"{_clock(left)} until the next change, {_clock(length * 60 - passed)} in all"
            print(f"\r{text}   ", end="", flush=True)
        time.sleep(pause)
    print("\r\a" + paint("time is up: closing round", "bold") + " " * 30)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60:02}:{int(seconds) % 60:02}"


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
