"""The programs are run, and the predictions compared with what they print."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from katas.s09_daemon_threads import last_words
from katas.s09_daemon_threads.last_words import PREDICTIONS, PROGRAMS

NAMES = (
    "killed",
    "waited_for",
    "inherits",
    "too_late",
    "last_one_out",
    "exit_code",
    "forgotten_pool",
    "join_timeout",
)
PRINT = "d6f53afc557ffab96ef9eb72893d8b41546646589ea62b3402638c32234c4bdb"


def test_programs_are_unchanged() -> None:
    """A program was edited: only the predictions are yours."""
    found = hashlib.sha256(json.dumps(PROGRAMS, sort_keys=True).encode()).hexdigest()
    assert found == PRINT, "PROGRAMS are not what they were: `dojo reset last_words` brings them back"


def test_only_literals() -> None:
    """The predictions were computed, not written down."""
    tree = ast.parse(Path(str(last_words.__file__)).read_text(encoding="utf-8"))
    targets: list[Any] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign | ast.Assign):
            names = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
            targets += [node.value for name in names if isinstance(name, ast.Name) and name.id == "PREDICTIONS"]
    assert len(targets) == 1, "PREDICTIONS is to be assigned once"
    try:
        written = ast.literal_eval(targets[0])
    except ValueError:
        pytest.fail("PREDICTIONS has to hold plain lists of texts: no names, no calls")
    assert written == PREDICTIONS, "PREDICTIONS was changed after it had been written down"


@pytest.mark.parametrize("name", NAMES)
def test_prediction(name: str) -> None:
    """The program does something else than you have predicted; the first line that differs is shown."""
    done = subprocess.run([sys.executable, "-c", PROGRAMS[name]], capture_output=True, text=True, timeout=30)
    truth = [*done.stdout.splitlines(), f"exit {done.returncode}"]
    predicted = list(PREDICTIONS.get(name, []))
    for number, (said, printed) in enumerate(zip_longest(predicted, truth), 1):
        if said != printed:  # no assert: that would give the answer away
            raise AssertionError(f"{name}, line {number}: you have predicted {said!r}, and that is not what comes")


def test_nothing_missing() -> None:
    """A program has no prediction, or one without its exit code."""
    assert set(PREDICTIONS) == set(NAMES)
    for name, lines in PREDICTIONS.items():
        assert all(isinstance(line, str) for line in lines), f"{name}: texts only"
        assert lines, f"{name}: nothing is predicted"
        assert list(lines)[-1].startswith("exit "), f"{name}: the last item is the exit code, as in 'exit 0'"
