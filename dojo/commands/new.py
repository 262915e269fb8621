"""`dojo new SECTION/NAME`: the files of a new kata and its entry in curriculum.toml, for maintainers to fill in."""

from __future__ import annotations

import argparse
import keyword
import re
from pathlib import Path
from typing import Any

from dojo.answers import KATAS, shown
from dojo.commands.common import NoAnswerError, read
from dojo.curriculum import KINDS, Curriculum, Kata

STUB = '''"""Say in one sentence what to do. The test that `dojo check` runs on this file must fail.

Tell the story in two or three lines.
"""


def answer() -> int:
    """The contract: meaning, errors, units."""
    raise NotImplementedError  # TODO
'''
SOLUTION = '''"""Say why the answer is as it is."""


def answer() -> int:
    """The contract: meaning, errors, units."""
    return 42
'''
TESTS = '''"""{title}: what the tests are about."""

from katas.{section}.{name} import answer


def test_the_answer() -> None:
    """What a failure means for the learner, in one line."""
    assert answer() == 42
'''
HINTS = """# {title}

## 1

A question that points at the spot?

## 2

The concept, with a link: [threading](https://docs.python.org/3/library/threading.html).

## 3

Almost the code.
"""
RIGHT = '''"""Which other road it takes."""


def answer() -> int:
    return 6 * 7
'''
WRONG = '''"""Why it is wrong ({number}).

Rejected by: test_the_answer
"""


def answer() -> int:
    return 42 + {number}
'''


def add(commands: Any) -> None:
    parser = commands.add_parser("new", help="for maintainers: make the files of a new kata")
    parser.add_argument("id", metavar="SECTION/NAME", help="as in s05_locks/bank_account")
    parser.add_argument("--title", help="one line for people (default: made of the name)")
    parser.add_argument("--kind", choices=KINDS, default="build")
    parser.add_argument("--minutes", type=int, default=20)
    parser.set_defaults(run=run)


def run(curriculum: Curriculum, options: argparse.Namespace) -> int:
    section, _, name = options.id.strip("/").partition("/")
    _check(curriculum, section, name)
    title = options.title or name.replace("_", " ").capitalize()
    kata = Kata(section, name, title, options.kind, options.minutes)
    values = {"section": section, "name": name, "title": title}
    files = {
        kata.stub: STUB,
        kata.tests: TESTS.format(**values),
        kata.hints: HINTS.format(**values),
        kata.solution: SOLUTION,
        kata.attempts / "right_another_road.py": RIGHT,
    }
    files |= {kata.attempts / f"wrong_{number}.py": WRONG.format(number=number) for number in (1, 2, 3)}
    for file in files:
        if file.exists():
            raise NoAnswerError(f"{shown(file)} is there already: choose another name, or remove it")
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        print(f"made   {shown(file)}")
    _enter(kata, KATAS / "curriculum.toml")
    print(f"next   fill them in, then: dojo check {kata.name}")
    return 0


def _check(curriculum: Curriculum, section: str, name: str) -> None:
    sections = [known.id for known in curriculum.sections]
    if section not in sections:
        raise NoAnswerError(f"there is no section {section!r} in curriculum.toml; there are {', '.join(sections)}")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise NoAnswerError(f"{name!r} is no name for a kata: lower-case letters, digits and _ make a module's name")
    if any(kata.name == name for kata in curriculum.katas):
        raise NoAnswerError(f"there is a kata {name!r} already: a name alone has to be enough to type")


def _enter(kata: Kata, file: Path) -> None:
    """Put the entry behind the last one of its section."""
    entry = (
        f'[[section.kata]]\nname = "{kata.name}"\ntitle = "{kata.title}"\nkind = "{kata.kind}"\n'
        f'minutes = {kata.minutes}\nteaches = ["TODO"]\n'
    )
    blocks = re.split(r"(?m)^(?=\[\[section\]\])", read(file))
    for position, block in enumerate(blocks):
        if f'id = "{kata.section}"' in block:
            blocks[position] = block.rstrip("\n") + "\n\n" + entry + "\n"
    file.write_text("".join(blocks).rstrip("\n") + "\n", encoding="utf-8")
    print(f"edited {shown(file)}")
