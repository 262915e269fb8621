"""The one list of katas: how it is read, and how people name what is in it."""

from __future__ import annotations

import pytest

from dojo import curriculum
from dojo.answers import ROOT
from dojo.curriculum import CurriculumError, UnknownKata


@pytest.fixture(scope="module")
def ours():
    return curriculum.load()


@pytest.mark.parametrize(
    "typed",
    [
        "s05_locks/bank_account",
        "bank_account",
        "account",
        "katas/s05_locks/bank_account.py",
        "tests/s05_locks/test_bank_account.py",
        str(ROOT / "solutions" / "s05_locks" / "bank_account.py"),
    ],
)
def test_names_of_a_kata(ours, typed):
    assert ours.kata(typed).id == "s05_locks/bank_account"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("bank_acount", "did you mean s05_locks/bank_account"),
        ("s5_locks/bank_account", "did you mean s05_locks/bank_account"),
        ("xyz", "`dojo list` shows them all"),
        ("", "there is no kata ''"),
    ],
)
def test_unknown_kata(ours, typed, message):
    with pytest.raises(UnknownKata, match=message):
        ours.kata(typed)


def test_an_ending_of_several_katas():
    locks = tuple(curriculum.Kata("s", name, name, "fix", 1) for name in ("spin_lock", "file_lock"))
    with pytest.raises(UnknownKata, match="'lock' could be s/spin_lock or s/file_lock: type more of it"):
        curriculum.Curriculum((curriculum.Section("s", "beginner", "S", locks),)).kata("lock")


def test_files_of_a_kata(ours):
    kata = ours.kata("s05_locks/bank_account")
    files = (kata.stub, kata.tests, kata.hints, kata.solution, kata.attempts)
    assert [file.relative_to(ROOT).as_posix() for file in files] == [
        "katas/s05_locks/bank_account.py",
        "tests/s05_locks/test_bank_account.py",
        "hints/s05_locks/bank_account.md",
        "solutions/s05_locks/bank_account.py",
        "attempts/s05_locks/bank_account",
    ]
    assert ours.tested_by(kata.tests) == kata


def test_there_are_22_sections_in_order(ours):
    assert [section.id[:3] for section in ours.sections] == [f"s{number:02}" for number in range(1, 23)]


KATA = '[[section]]\nid = "s"\nlevel = "beginner"\ntitle = "S"\n[[section.kata]]\nname = "k"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[section]\n", "Expected"),
        ('[[section]]\nid = "s"\n', "s: (level|title) is missing"),
        (KATA, "k: (title|kind|minutes|teaches) is missing"),
        (
            KATA + 'title = "K"\nkind = "sing"\nminutes = 3\nteaches = []\n',
            "kata s/k: kind is one of fix, build",
        ),
        (KATA + 'title = "K"\nkind = "fix"\nminutes = "3"\nteaches = []\n', "minutes must be of type int"),
        (KATA + 'title = "K"\nkind = "fix"\nminutes = 3\nteaches = []\nneeds = []\n', "needs is not a field"),
        (KATA + 'title = "K"\nkind = "fix"\nminutes = 3\nteaches = []\nrequires = [">3"]\n', "requires '>3'"),
    ],
)
def test_damaged_list(tmp_path, text, message):
    file = tmp_path / "curriculum.toml"
    file.write_text(text)
    with pytest.raises(CurriculumError, match=message) as told:
        curriculum.load(file)
    assert str(file) in str(told.value)


@pytest.mark.parametrize(
    ("requires", "lacks"),
    [
        (("python>=3.11",), ""),
        (("python>=3.11", "pytest>=7", "numpy"), ""),
        (("python>=9.1", "pytest", "no-such-package"), "python>=9.1, no-such-package"),
        (("pytest>=999",), "pytest>=999"),
    ],
)
def test_requirements(requires, lacks):
    assert curriculum.Kata("s", "k", "K", "fix", 1, (), requires).lacks == lacks
