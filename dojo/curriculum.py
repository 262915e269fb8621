"""What katas there are, in order: `katas/curriculum.toml` as objects, and the files that belong to each."""

from __future__ import annotations

import difflib
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dojo.answers import KATAS, ROOT

LEVELS = ("beginner", "intermediate", "advanced")
KINDS = ("fix", "build", "predict", "break", "diagnose", "port", "optimise")


class CurriculumError(Exception):
    """curriculum.toml does not say what it has to. The text names the entry and what is expected."""


class UnknownKata(Exception):
    """Nobody knows a kata of that name, or several could be meant. The text says what could be."""


@dataclass(frozen=True)
class Kata:
    """One kata. `minutes` is for somebody who meets the idea for the first time."""

    section: str
    name: str
    title: str
    kind: str
    minutes: int
    teaches: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.section}/{self.name}"

    @property
    def stub(self) -> Path:
        return KATAS / self.section / f"{self.name}.py"

    @property
    def tests(self) -> Path:
        return ROOT / "tests" / self.section / f"test_{self.name}.py"

    @property
    def hints(self) -> Path:
        return ROOT / "hints" / self.section / f"{self.name}.md"

    @property
    def solution(self) -> Path:
        return ROOT / "solutions" / self.section / f"{self.name}.py"

    @property
    def attempts(self) -> Path:
        return ROOT / "attempts" / self.section / self.name

    @property
    def lacks(self) -> str:
        """What it requires and this Python does not have, or ""."""
        return ", ".join(need for need in self.requires if not _is_met(need))


@dataclass(frozen=True)
class Section:
    id: str
    level: str
    title: str
    katas: tuple[Kata, ...]


@dataclass(frozen=True)
class Curriculum:
    """The sections in order; `katas` are those of all of them."""

    sections: tuple[Section, ...]
    katas: tuple[Kata, ...] = field(init=False)
    _by_tests: dict[Path, Kata] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "katas", tuple(kata for section in self.sections for kata in section.katas))
        object.__setattr__(self, "_by_tests", {kata.tests: kata for kata in self.katas})

    def kata(self, typed: str) -> Kata:
        """The kata that somebody means: its id, a unique ending of it, or a path to one of its files.

        Raises UnknownKata, which names the nearest ones.
        """
        wanted = _without_affixes(typed)
        found = [kata for kata in self.katas if kata.id == wanted] or [
            kata for kata in self.katas if f"/{kata.id}".endswith(f"/{wanted}")
        ]
        found = found or [kata for kata in self.katas if wanted and kata.id.endswith(wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise UnknownKata(f"{typed!r} could be {_or(kata.id for kata in found)}: type more of it")
        raise UnknownKata(f"there is no kata {typed!r}{self._nearest(wanted)}")

    def _nearest(self, wanted: str) -> str:
        names = {name: kata.id for kata in self.katas for name in (kata.name, kata.id)}
        near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
        near = near or difflib.get_close_matches(wanted.rpartition("/")[2], names, n=3, cutoff=0.5)
        if near:
            return f"; did you mean {_or(dict.fromkeys(names[name] for name in near))}?"
        return "; `dojo list` shows them all"

    def tested_by(self, tests: Path) -> Kata | None:
        """The kata that a test file belongs to."""
        return self._by_tests.get(tests)


def load(file: Path = KATAS / "curriculum.toml") -> Curriculum:
    """Read the list. Raises CurriculumError if the file is damaged."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CurriculumError(f"{file}: {error}") from error
    return Curriculum(tuple(_section(file, entry) for entry in data.get("section", [])))


def _section(file: Path, entry: dict[str, Any]) -> Section:
    _expect(file, entry, {"id": str, "level": str, "title": str}, {"kata": list})
    if entry["level"] not in LEVELS:
        raise CurriculumError(f"{file}: section {entry['id']}: level is one of {', '.join(LEVELS)}")
    return Section(
        entry["id"],
        entry["level"],
        entry["title"],
        tuple(_kata(file, entry["id"], kata) for kata in entry.get("kata", [])),
    )


def _kata(file: Path, section: str, entry: dict[str, Any]) -> Kata:
    required = {"name": str, "title": str, "kind": str, "minutes": int, "teaches": list}
    _expect(file, entry, required, {"requires": list})
    where = f"{file}: kata {section}/{entry['name']}"
    if not all(kind in KINDS for kind in entry["kind"].split(" + ")):
        raise CurriculumError(f"{where}: kind is one of {', '.join(KINDS)}, or several joined by ' + '")
    for need in entry.get("requires", []):
        if not _NEED.fullmatch(need):
            raise CurriculumError(f"{where}: requires {need!r} is not of the form 'python>=3.13' or 'gevent'")
    return Kata(
        section,
        entry["name"],
        entry["title"],
        entry["kind"],
        entry["minutes"],
        tuple(entry["teaches"]),
        tuple(entry.get("requires", ())),
    )


def _expect(file: Path, entry: dict[str, Any], required: dict[str, type], optional: dict[str, type]) -> None:
    name = entry.get("id") or entry.get("name") or "(without a name)"
    fields = required | optional
    for key in required.keys() - entry.keys():
        raise CurriculumError(f"{file}: {name}: {key} is missing")
    for key, value in entry.items():
        if key not in fields:
            raise CurriculumError(f"{file}: {name}: {key} is not a field; known are {', '.join(fields)}")
        if not isinstance(value, fields[key]):
            raise CurriculumError(f"{file}: {name}: {key} must be of type {fields[key].__name__}")


_NEED = re.compile(r"([A-Za-z0-9._-]+)(?:>=([0-9.]+))?")


def _is_met(need: str) -> bool:
    """Whether `python>=3.13`, `gevent` or `trio>=0.25` is there."""
    match = _NEED.fullmatch(need)
    if match is None:
        return False
    package, least = match.groups()
    if package == "python":
        have = ".".join(map(str, sys.version_info[:3]))
    else:
        try:
            have = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            return False
    return least is None or _numbers(have) >= _numbers(least)


def _numbers(version: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", version)]


def _without_affixes(typed: str) -> str:
    """`tests/s05_locks/test_bank_account.py` and the like as `s05_locks/bank_account`."""
    wanted = typed.strip().replace("\\", "/").strip("/")
    for ending in (".py", ".md"):
        wanted = wanted.removesuffix(ending)
    *folders, name = wanted.split("/")
    trees = ("katas", "tests", "hints", "solutions", "attempts")
    for position, folder in enumerate(folders):
        if folder in trees:
            folders = folders[position + 1 :]
            break
    return "/".join([*folders, name.removeprefix("test_")])


def _or(names: Iterable[str]) -> str:
    ids: Sequence[str] = list(names)
    return ids[0] if len(ids) == 1 else f"{', '.join(ids[:-1])} or {ids[-1]}"
