"""`dojo watch [KATA]`: the verdict again after each save, with one kata in focus."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any

from dojo.answers import KATAS, ROOT, shown
from dojo.commands import hint, listing
from dojo.commands.common import add_kata, meant, next_kata, read_progress
from dojo.curriculum import Curriculum, Kata
from dojo.keys import keyboard
from dojo.paint import paint
from dojo.progress import Progress
from dojo.warm import CAN_FORK, Forked, Fresh, warm_up

TICK_MS = 80
"""How often keys are looked at, in milliseconds."""


def add(commands: Any) -> None:
    parser = commands.add_parser("watch", help="the verdict again whenever you save")
    add_kata(parser)
    parser.set_defaults(run=run)


def run(curriculum: Curriculum, options: argparse.Namespace) -> int:
    from watchfiles import watch

    watcher = _Watch(curriculum, meant(curriculum, options.kata, read_progress()))
    if CAN_FORK:
        warm_up()
    with keyboard() as pressed:
        watcher.start()
        try:
            for changes in watch(
                KATAS, step=20, debounce=100, rust_timeout=TICK_MS, yield_on_timeout=True, raise_interrupt=False
            ):
                if any(path == str(watcher.kata.stub) for _, path in changes):
                    watcher.start()
                watcher.tick()
                if not watcher.press(pressed()):
                    break
        finally:
            watcher.stop()
    return 0


class _Watch:
    """The kata in focus, and the run of its tests that is under way, if any."""

    def __init__(self, curriculum: Curriculum, kata: Kata) -> None:
        self._curriculum, self.kata = curriculum, kata
        self._run: Forked | Fresh | None = None

    def start(self) -> None:
        """Run the tests, in the place of a run that is still under way."""
        self.stop()
        if sys.stdout.isatty():
            print("\033[2J\033[3J\033[H", end="", flush=True)
        arguments = [f"--focus={self.kata.id}", "-q"]
        self._run = Forked(lambda: _pytest(arguments)) if CAN_FORK else Fresh(["pytest", *arguments])

    def stop(self) -> None:
        """End the run, and whatever it started."""
        if self._run is not None:
            self._run.kill()
            self._run = None

    def tick(self) -> None:
        if self._run is not None and self._run.poll() is not None:
            self.stop()
            self._show_keys()

    def press(self, key: str) -> bool:
        """Do what the key asks for; False if that is to end."""
        actions: dict[str, Callable[[], None]] = {
            "h": self._hint, "n": self._next, "l": self._list, "r": self.start, "\r": self.start, "\n": self.start,
        }  # fmt: skip
        if key in ("q", "\x03", "\x04"):
            return False
        if key in actions:
            actions[key]()
        return True

    def _hint(self) -> None:
        print()
        hint.run(self._curriculum, argparse.Namespace(kata=self.kata.id))
        self._show_keys()

    def _next(self) -> None:
        kata = next_kata(self._curriculum, Progress())
        if kata is None:
            print("Nothing is left to solve.")
        elif kata == self.kata:
            print(f"{kata.id} is the next one: it is not solved yet.")
        else:
            self.kata = kata
            self.start()

    def _list(self) -> None:
        print()
        listing.run(
            self._curriculum,
            argparse.Namespace(markdown=False, section=None, level=None, kind=None, open=False),
        )
        self._show_keys()

    def _show_keys(self) -> None:
        print(
            paint(f"watching {shown(self.kata.stub)}", "dim") + "   h hint   n next   l list   r run again   q quit",
            flush=True,
        )


def _pytest(arguments: list[str]) -> None:
    import pytest

    os.chdir(ROOT)
    pytest.main(arguments)
