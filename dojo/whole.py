"""Is a kata whole? What can be seen from the files alone, without running them.

Every problem is one text for the maintainer: the file, what is wrong with it, and the fix.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dojo import mistakes, syntax
from dojo.answers import ROOT, shown
from dojo.curriculum import Curriculum, Kata

WRONG_AT_LEAST, RIGHT_AT_LEAST = 3, 1
_HINT = re.compile(r"^## (.*)$", re.MULTILINE)
_LINK = "https://docs.python.org/"


def trees(curriculum: Curriculum) -> Iterator[str]:
    """Files in the trees that no entry of curriculum.toml accounts for."""
    yield from _twice(curriculum)
    kinds = {
        "katas": "stub",
        "tests": "tests",
        "hints": "hints",
        "solutions": "solution",
        "attempts": "attempts",
    }
    for tree, kind in kinds.items():
        known = {getattr(kata, kind) for kata in curriculum.katas}
        sections = {section.id for section in curriculum.sections}
        for folder in _visible(ROOT / tree):
            if not folder.is_dir() or (tree == "tests" and folder.name == "dojo"):
                continue
            if folder.name not in sections:
                yield f"{shown(folder)}: curriculum.toml has no such section. Add it, or remove the folder."
                continue
            for path in _visible(folder):
                if path not in known:
                    yield (
                        f"{shown(path)}: curriculum.toml has no kata for it. Add it there or remove it. "
                        f"(Files that only help others begin with an underscore.)"
                    )


def kata(kata: Kata, *, solved: bool = False) -> Iterator[str]:
    """What the kata's files lack. A stub that was solved in this clone is not looked at."""
    for file in (kata.stub, kata.tests, kata.hints, kata.solution):
        if not file.is_file():
            yield f"{shown(file)} is not there. Write it, or take {kata.id} out of curriculum.toml."
    if not solved:
        yield from _stub(kata)
    yield from _tests(kata)
    yield from _hints(kata)
    yield from _attempts(kata)


def attempts(kata: Kata, kind: str) -> list[Path]:
    """The kata's attempts of a kind ("right" or "wrong"), in the order of their names."""
    return sorted(kata.attempts.glob(f"{kind}_*.py"))


def rejected_by(attempt: Path) -> list[str]:
    """The tests that a wrong attempt's docstring names."""
    return mistakes.rejected_by(mistakes.docstring(attempt))


def test_names(kata: Kata) -> list[str]:
    """The names of the kata's test functions, in the order of the file."""
    tree = _parsed(kata.tests)
    return [function.name for function in _test_functions(tree)] if tree else []


def _twice(curriculum: Curriculum) -> Iterator[str]:
    for name, count in Counter(kata.id for kata in curriculum.katas).items():
        if count > 1:
            yield f"katas/curriculum.toml: {name} is there {count} times. Keep one of them."
    for name, count in Counter(section.id for section in curriculum.sections).items():
        if count > 1:
            yield f"katas/curriculum.toml: section {name} is there {count} times. Keep one of them."


def _stub(kata: Kata) -> Iterator[str]:
    tree = _parsed(kata.stub)
    if tree is None:
        return
    if not ast.get_docstring(tree):
        yield f"{shown(kata.stub)}: no docstring. Open with one sentence that says what to do."
    if "TODO" not in kata.stub.read_text(encoding="utf-8"):
        yield f"{shown(kata.stub)}: no TODO. Mark each place to edit with a line `# TODO: ...`."


def _tests(kata: Kata) -> Iterator[str]:
    if not kata.tests.is_file():
        return
    tree = _parsed(kata.tests)
    if tree is None:
        yield f"{shown(kata.tests)} is not Python. Run it once by hand and mend it."
        return
    functions = list(_test_functions(tree))
    if not functions:
        yield f"{shown(kata.tests)}: no test. Write functions named test_..."
    for function in functions:
        if not ast.get_docstring(function):
            yield (
                f"{shown(kata.tests)}:{function.lineno}: {function.name} has no docstring. "
                f"Say in one line what its failure means for the learner."
            )
    for name, count in Counter(function.name for function in functions).items():
        if count > 1:
            yield f"{shown(kata.tests)}: {name} is there {count} times; only the last runs. Rename one."


def _hints(kata: Kata) -> Iterator[str]:
    if not kata.hints.is_file():
        return
    text = kata.hints.read_text(encoding="utf-8")
    headings = _HINT.findall(text)
    if [heading.strip() for heading in headings] != ["1", "2", "3"]:
        yield f"{shown(kata.hints)}: its headings are {headings}. Write three: `## 1`, `## 2`, `## 3`."
        return
    steps = hints(kata)
    for number, step in enumerate(steps, 1):
        if not step:
            yield f"{shown(kata.hints)}: hint {number} is empty. Write it."
    if _LINK not in steps[1]:
        yield f"{shown(kata.hints)}: hint 2 has no link to {_LINK}. Link the page that explains the concept."


def hints(kata: Kata) -> list[str]:
    """The texts of the kata's hints, in order."""
    return [step.strip() for step in _HINT.split(kata.hints.read_text(encoding="utf-8"))[2::2]]


def _attempts(kata: Kata) -> Iterator[str]:
    names = test_names(kata)
    for path in _visible(kata.attempts):
        if path.suffix != ".py" or not path.name.startswith(("right_", "wrong_")):
            yield f"{shown(path)}: is it to be accepted or rejected? Name it right_*.py or wrong_*.py."
    for kind, least in (("wrong", WRONG_AT_LEAST), ("right", RIGHT_AT_LEAST)):
        files = attempts(kata, kind)
        if len(files) < least:
            yield f"{shown(kata.attempts)}: {len(files)} {kind}_*.py, and {least} are the least. Write more."
        for file in files:
            tree = _parsed(file)
            if tree is None:
                yield f"{shown(file)} is not Python: rejecting it proves nothing. Mend it."
            elif not (first := mistakes.docstring(file).partition("\n")[0].strip()) or mistakes.rejected_by(first):
                what = "why it is wrong" if kind == "wrong" else "which road it takes"
                yield f"{shown(file)}: no docstring. Say in its first line {what}."
    for file in attempts(kata, "wrong"):
        named = rejected_by(file)
        if not named and _parsed(file):
            yield f"{shown(file)}: its docstring has no line `Rejected by: test_...`. Name that test."
        for name in named:
            if name not in names:
                yield f"{shown(file)}: rejected by {name}? {shown(kata.tests)} has no such test."


def _test_functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


def _parsed(file: Path) -> ast.Module | None:
    try:
        return syntax.tree(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None


def _visible(folder: Path) -> list[Path]:
    """What lies in the folder, but for private helpers, caches and pytest's conftest.py."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.name[0] not in "._" and path.name != "conftest.py")
