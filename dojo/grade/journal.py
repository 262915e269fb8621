"""Remembers finished verdicts in a file, a line each, so that an interrupted run goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path

from dojo.curriculum import Kata
from dojo.grade.verdict import Verdict


class Journal:
    """Verdicts by what was judged: the submission's name, the kata, the answer's text and the tests' text."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._known: dict[str, Verdict] = {}
        if file is not None and file.exists():
            for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
                try:
                    values = json.loads(line)
                    key = values.pop("key")
                    self._known[key] = Verdict(**values)
                except (ValueError, KeyError, TypeError, AttributeError):
                    continue  # the line that was being written when the run was interrupted
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._end_last_line(file)

    @staticmethod
    def _end_last_line(file: Path) -> None:
        if file.exists() and (text := file.read_bytes()) and not text.endswith(b"\n"):
            with file.open("ab") as stream:
                stream.write(b"\n")

    def known(self, key: str) -> Verdict | None:
        return self._known.get(key)

    def add(self, key: str, verdict: Verdict) -> None:
        """Remember it; on disk when this returns."""
        self._known[key] = verdict
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps({"key": key} | asdict(verdict)) + "\n")
                stream.flush()
                os.fsync(stream.fileno())


def key_of(submission: str, kata: Kata, source: bytes) -> str:
    digest = hashlib.sha256()
    tests = kata.tests.read_bytes() if kata.tests.is_file() else b""
    for part in (submission.encode(), kata.id.encode(), source, tests):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
