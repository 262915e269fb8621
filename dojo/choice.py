"""What the options `--katas` and `--attempt` ask for, checked."""

from __future__ import annotations

import difflib
from pathlib import Path

from dojo.answers import KATAS, ROOT, Answers, kata_of, shown
from dojo.curriculum import Curriculum, Kata, UnknownKata


class BadChoice(Exception):
    """The option names nothing that could be tested. The text says what is expected."""


def answers(curriculum: Curriculum, katas: str | None, attempt: str | None, here: Path) -> Answers:
    """The tree and the attempt that are meant; paths are relative to `here`. Raises BadChoice."""
    tree = KATAS if katas is None else _tree(curriculum, katas, here)
    return Answers(tree, None if attempt is None else _attempt(curriculum, attempt, here))


def attempted(curriculum: Curriculum, attempt: Path) -> Kata:
    """The kata that the file answers. Raises BadChoice if its two parent folders name none."""
    name = kata_of(attempt)
    try:
        kata = curriculum.kata(name)
    except UnknownKata as error:
        raise BadChoice(
            f"--attempt={shown(attempt)}: the two parent folders of an attempt name its kata, as in "
            f".../{curriculum.katas[0].id}/{attempt.name}; {error}"
        ) from error
    if kata.id != name:
        raise BadChoice(
            f"--attempt={shown(attempt)}: its two parent folders are {name}, and there is no such kata; "
            f"did you mean {kata.id}?"
        )
    return kata


def _tree(curriculum: Curriculum, typed: str, here: Path) -> Path:
    tree = (here / typed).resolve()
    example = f"{typed.rstrip('/')}/{curriculum.katas[0].id}.py" if curriculum.katas else ""
    if not tree.is_dir():
        what = "is a file, not a folder" if tree.exists() else "there is no such folder"
        near = difflib.get_close_matches(Path(typed).name, ("katas", "solutions"), n=1)
        hint = f"; did you mean --katas={near[0]}?" if near and (ROOT / near[0]).is_dir() else ""
        raise BadChoice(
            f"--katas={typed}: {what}{hint or f'. A tree of answers is expected, with files like {example}'}"
        )
    if not any((tree / kata.section / f"{kata.name}.py").is_file() for kata in curriculum.katas):
        raise BadChoice(f"--katas={typed}: no kata is in that folder. Expected are files like {example}")
    return tree


def _attempt(curriculum: Curriculum, typed: str, here: Path) -> Path:
    file = (here / typed).resolve()
    if not file.is_file():
        what = "is a folder, not a file" if file.exists() else "there is no such file"
        raise BadChoice(f"--attempt={typed}: {what}. A file like .../s05_locks/bank_account/mine.py is expected")
    if file.suffix != ".py":
        raise BadChoice(f"--attempt={typed}: the name of an attempt ends in .py")
    attempted(curriculum, file)
    return file
