"""What is remembered, and what becomes of a damaged memory."""

from __future__ import annotations

import dataclasses
import json

import pytest

from dojo import curriculum
from dojo.progress import Progress, fingerprint


@dataclasses.dataclass(frozen=True)
class Somewhere(curriculum.Kata):
    """A kata whose files lie in a folder of the test."""

    folder: object = None

    @property
    def stub(self):
        return self.folder / "stub.py"

    @property
    def tests(self):
        return self.folder / "tests.py"


@pytest.fixture
def kata(tmp_path):
    kata = Somewhere("s", "k", "K", "fix", 1, folder=tmp_path)
    kata.stub.write_text("answer")
    kata.tests.write_text("tests")
    return kata


@pytest.fixture
def file(tmp_path):
    return tmp_path / ".dojo" / "progress.json"


def test_solved_is_remembered(kata, file):
    assert not Progress(file).is_solved(kata)
    Progress(file).solve(kata, fingerprint(kata))
    assert Progress(file).is_solved(kata)
    Progress(file).forget(kata)
    assert not Progress(file).is_solved(kata)


@pytest.mark.parametrize("which", ["stub", "tests"])
def test_a_changed_file_opens_it_again(kata, file, which):
    Progress(file).solve(kata, fingerprint(kata))
    getattr(kata, which).write_text("changed")
    assert not Progress(file).is_solved(kata)
    getattr(kata, which).unlink()
    assert not Progress(file).is_solved(kata)


def test_text_cannot_wander_from_one_file_into_the_other(kata):
    before = fingerprint(kata)
    kata.stub.write_text("answert")
    kata.tests.write_text("ests")
    assert fingerprint(kata) != before


def test_what_ran_counts_not_what_is_there_afterwards(kata, file):
    before = fingerprint(kata)
    kata.stub.write_text("edited while the tests ran")
    Progress(file).solve(kata, before)
    assert not Progress(file).is_solved(kata)


def test_hints_seen(kata, file):
    Progress(file).see_hints(kata, 2)
    Progress(file).solve(kata, fingerprint(kata))
    assert Progress(file).hints_seen(kata) == 2


def test_two_runs_do_not_undo_each_other(kata, file):
    first, second = Progress(file), Progress(file)
    first.solve(kata, fingerprint(kata))
    second.see_hints(kata, 1)
    assert Progress(file).is_solved(kata)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"solved": {}}', '{"solved": 3, "hints": {}}', "\0\xff"]
)
def test_a_damaged_file_is_set_aside(kata, file, text):
    file.parent.mkdir()
    file.write_bytes(text.encode("latin-1"))
    progress = Progress(file)
    assert "could not be read" in progress.complaint
    assert not progress.is_solved(kata)
    assert file.with_suffix(".damaged.json").read_bytes() == text.encode("latin-1")
    progress.solve(kata, fingerprint(kata))
    assert Progress(file).is_solved(kata)
    assert Progress(file).complaint == ""


def test_whole_or_not_at_all(kata, file):
    Progress(file).solve(kata, fingerprint(kata))
    assert json.loads(file.read_text())["solved"].keys() == {"s/k"}
    assert list(file.parent.iterdir()) == [file]


def test_a_place_that_cannot_be_written_only_complains(kata, tmp_path):
    (tmp_path / "blocked").write_text("a file where a folder should be")
    progress = Progress(tmp_path / "blocked" / "progress.json")
    progress.solve(kata, fingerprint(kata))
    assert "could not be saved" in progress.complaint
