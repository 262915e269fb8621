"""The mistakes that people make in a kata, as its wrong attempts tell them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dojo import syntax
from dojo.curriculum import Kata

_REJECTED = re.compile(r"^\s*Rejected by: *(.+?)\.?\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Mistake:
    """`why` is one line for people; `tests` are the names of the tests that reject it."""

    file: Path
    why: str
    tests: tuple[str, ...]


def mistakes(kata: Kata) -> Iterator[Mistake]:
    """Those of the kata's wrong attempts that say why they are wrong, in the order of their names."""
    for file in sorted(kata.attempts.glob("wrong_*.py")):
        text = docstring(file)
        why = text.partition("\n")[0].strip()
        if why:
            yield Mistake(file, why, tuple(rejected_by(text)))


def caught_by(kata: Kata, test: str) -> list[Mistake]:
    """The mistakes that this test rejects."""
    return [mistake for mistake in mistakes(kata) if test in mistake.tests]


def rejected_by(text: str) -> list[str]:
    """The tests that a wrong attempt's docstring names."""
    match = _REJECTED.search(text)
    return [name.strip(" `") for name in match[1].split(",")] if match else []


def docstring(file: Path) -> str:
    """The docstring of a Python file; "" if it has none or is not Python."""
    try:
        return ast.get_docstring(syntax.tree(file.read_bytes())) or ""
    except (OSError, SyntaxError, ValueError):
        return ""
