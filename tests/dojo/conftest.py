"""A small repository of its own for tests of the house: three tiny katas beside a copy of the machinery."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dojo.answers import ROOT, VARIABLE

CURRICULUM = """
[[section]]
id = "s01_first"
level = "beginner"
title = "First steps"

[[section.kata]]
name = "one"
title = "The number one"
kind = "build"
minutes = 1
teaches = ["one"]

[[section.kata]]
name = "two"
title = "The number two"
kind = "fix"
minutes = 2
teaches = ["two"]

[[section]]
id = "s02_second"
level = "advanced"
title = "Second steps"

[[section.kata]]
name = "three"
title = "The number three"
kind = "build"
minutes = 3
teaches = ["three"]
"""
NUMBERS = {"s01_first/one": 1, "s01_first/two": 2, "s02_second/three": 3}

STUB = '"""Return {number}."""\n\n\ndef number() -> int:\n    raise NotImplementedError  # TODO\n'
SOLUTION = '"""The number itself."""\n\n\ndef number() -> int:\n    return {number}\n'
TESTS = '''"""What {name} has to do."""

from katas.{section}.{name} import number


def test_is_a_number():
    """It is not even a number."""
    assert isinstance(number(), int)


def test_is_right():
    """It is another number."""
    assert number() == {number}
'''
HINTS = """# {name}

## 1

Which?

## 2

See https://docs.python.org/3/ for it.

## 3

It is {number}.
"""
WRONG = """'''Too large.

Rejected by: test_is_right
'''


def number() -> int:
    return {number} + {more}
"""
RIGHT = '"""Counted."""\n\n\ndef number() -> int:\n    return sum(1 for _ in range({number}))\n'


class House:
    """A repository in a folder of its own; `pytest` and `dojo` run in it as a learner runs them."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        return self.root / name

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def stub(self, kata: str) -> Path:
        return self.path(f"katas/{kata}.py")

    def answer(self, kata: str, body: str) -> Path:
        """Let the learner's number() have this body."""
        return self.write(f"katas/{kata}.py", f"def number():\n    {body}\n")

    def solve(self, kata: str) -> None:
        shutil.copy(self.path(f"solutions/{kata}.py"), self.stub(kata))

    def pytest(self, *arguments: str, cwd: str = ".") -> Result:
        return self._run("-m", "pytest", *arguments, cwd=cwd)

    def dojo(self, *arguments: str, **environment: str) -> Result:
        return self._run("-m", "dojo", *arguments, **environment)

    def _run(self, *arguments: str, cwd: str = ".", **extra: str) -> Result:
        ours = ("PYTEST", "DOJO", "COV", "PYTHONDONTWRITE")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        environment |= {"PYTHONPATH": str(self.root), "COLUMNS": "200"} | extra
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root / cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=50,
        )
        return Result(done.returncode, done.stdout, done.stderr)


class Result:
    """What a command printed, and its exit status."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err
        self.text = out + err

    def count(self, what: str) -> int:
        """How many tests `passed`, `failed`, `skipped`, according to pytest's closing line."""
        found = re.search(rf"(\d+) {what}", self.out.splitlines()[-1] if self.out else "")
        return int(found[1]) if found else 0

    def __repr__(self) -> str:
        return f"exit status {self.status}\n{self.text}"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Three katas, unsolved, each with all that belongs to it. The time limit of an import is one second."""
    root = tmp_path / "house"
    shutil.copytree(ROOT / "dojo", root / "dojo", ignore=shutil.ignore_patterns("*.pyc.*"))
    for name in ("pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, root / name)
    house = House(root)
    answers = root / "dojo" / "answers.py"
    answers.write_text(answers.read_text().replace("IMPORT_LIMIT = 5.0", "IMPORT_LIMIT = 1.0"))
    house.write("katas/curriculum.toml", CURRICULUM)
    shutil.copy(ROOT / "katas" / "__init__.py", root / "katas" / "__init__.py")
    for kata, number in NUMBERS.items():
        section, name = kata.split("/")
        values = {"section": section, "name": name, "number": number}
        house.write(f"katas/{kata}.py", STUB.format(**values))
        house.write(f"solutions/{kata}.py", SOLUTION.format(**values))
        house.write(f"tests/{section}/test_{name}.py", TESTS.format(**values))
        house.write(f"hints/{kata}.md", HINTS.format(**values))
        house.write(f"attempts/{kata}/right_counted.py", RIGHT.format(**values))
        for more in (1, 2, 3):
            house.write(f"attempts/{kata}/wrong_by_{more}.py", WRONG.format(**values, more=more))
    return house


@pytest.fixture
def no_choice(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Katas are imported anew, from what the test chooses; afterwards all is as it was."""
    before = {name: module for name, module in sys.modules.items() if name.startswith("katas.")}

    def forget() -> None:
        for name in [name for name in sys.modules if name.startswith("katas.")]:
            del sys.modules[name]

    monkeypatch.setenv(VARIABLE, "")
    forget()
    yield forget
    forget()
    sys.modules.update(before)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who has a house starts several interpreters in it, each of which takes its time on a busy machine."""
    for item in items:
        if "house" in getattr(item, "fixturenames", ()) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(180))
