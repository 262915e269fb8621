"""Which katas are solved: `.dojo/progress.json`, one per clone.

A kata is remembered together with a fingerprint of its answer and its tests: when either changes, it is open
again.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

from dojo.answers import ROOT
from dojo.curriculum import Kata

FILE = ROOT / ".dojo" / "progress.json"


def fingerprint(kata: Kata) -> str:
    """Stands for the present text of the kata's answer and tests; "" if either file is not there."""
    digest = hashlib.sha256()
    for file in (kata.stub, kata.tests):
        try:
            text = file.read_bytes()
        except OSError:
            return ""
        digest.update(len(text).to_bytes(8, "big") + text)
    return digest.hexdigest()


class Progress:
    """What is remembered. `complaint` tells of a damaged file that was set aside, or is ""."""

    def __init__(self, file: Path = FILE) -> None:
        self._file = file
        self.complaint = ""
        self._solved: dict[str, str] = {}
        self._hints: dict[str, int] = {}
        self._read()

    def is_solved(self, kata: Kata) -> bool:
        """Whether all its tests were green with the very files that are there now."""
        return kata.id in self._solved and self._solved[kata.id] == fingerprint(kata)

    def solve(self, kata: Kata, print_of: str) -> None:
        """Remember it as solved, with the fingerprint from before its tests ran."""
        self._read()  # another run may have written in the meantime
        if print_of and self._solved.get(kata.id) != print_of:
            self._solved[kata.id] = print_of
            self._write()

    def forget(self, kata: Kata) -> None:
        """It is not solved (any more)."""
        self._read()
        if self._solved.pop(kata.id, None) is not None:
            self._write()

    def hints_seen(self, kata: Kata) -> int:
        return self._hints.get(kata.id, 0)

    def see_hints(self, kata: Kata, count: int) -> None:
        """Remember that the first `count` hints have been shown."""
        self._read()
        self._hints[kata.id] = count
        self._write()

    def _read(self) -> None:
        try:
            data = json.loads(self._file.read_bytes())
            self._solved = {str(kata): str(mark) for kata, mark in data["solved"].items()}
            self._hints = {str(kata): int(count) for kata, count in data["hints"].items()}
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            self._solved, self._hints = {}, {}
            self.complaint = f"{self._file} could not be read ({type(error).__name__}: {error})"
            aside = self._file.with_suffix(".damaged.json")
            try:
                os.replace(self._file, aside)
                self.complaint += f"; it is now {aside.name}, and progress starts afresh"
            except OSError as second:
                self.complaint += f" nor set aside ({second}); progress starts afresh"

    def _write(self) -> None:
        """All or nothing: readers see the old file or the new one. A full disk only complains."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._file.parent, prefix="progress-", suffix=".tmp")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as stream:
                    json.dump({"solved": self._solved, "hints": self._hints}, stream, indent=1, sort_keys=True)
                os.replace(name, self._file)
            except BaseException:
                os.unlink(name)
                raise
        except OSError as error:
            self.complaint = f"progress could not be saved in {self._file}: {error}"
