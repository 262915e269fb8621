"""`dojo grade`, as CI and teachers use it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

GOOD = "def number():\n    return {}\n"
KATAS = {"s01_first/one": 1, "s01_first/two": 2, "s02_second/three": 3}


def submission(house: Any, name: str, **answers: str) -> str:
    """A folder with answers to the katas of these names: "right", "wrong", "stub" or a text."""
    for kata, number in KATAS.items():
        answer = answers.get(kata.partition("/")[2])
        if answer is not None:
            known = {"right": GOOD.format(number), "wrong": GOOD.format(9), "stub": house.stub(kata).read_text()}
            house.write(f"subs/{name}/katas/{kata}.py", known.get(answer, answer))
    return f"subs/{name}"


def words(house: Any, *arguments: str) -> dict[tuple[str, str], str]:
    house.dojo("grade", *arguments, "--json", "out.json")
    found = json.loads(house.path("out.json").read_text())
    return {(verdict["submission"], verdict["kata"].partition("/")[2]): verdict["word"] for verdict in found}


@pytest.fixture
def ann(house: Any) -> str:
    return submission(house, "ann", one="right", two="wrong", three="stub")


@pytest.fixture
def bob(house: Any) -> str:
    return submission(house, "bob", one="right", two="right", three="right")


def test_words(house: Any, ann: str, bob: str) -> None:
    assert words(house, ann, bob) == {
        ("ann", "one"): "passed",
        ("ann", "two"): "failed",
        ("ann", "three"): "not begun",
        ("bob", "one"): "passed",
        ("bob", "two"): "passed",
        ("bob", "three"): "passed",
    }


@pytest.mark.parametrize(
    ("answers", "options", "status"),
    [
        ({"one": "right", "two": "stub"}, (), 0),
        ({"one": "right"}, (), 0),
        ({"one": "right"}, ("--required",), 1),
        ({"one": "right"}, ("--required", "--kata", "one"), 0),
        ({"one": "right", "two": "stub"}, ("--required", "--kata", "two"), 1),
        ({"one": "wrong"}, (), 1),
        ({"one": "import os\nos._exit(0)\n"}, (), 1),
    ],
)
def test_exit_status(house: Any, answers: dict[str, str], options: tuple[str, ...], status: int) -> None:
    result = house.dojo("grade", submission(house, "ann", **answers), *options)
    assert result.status == status, result


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("nowhere",), "there is nothing of that name"),
        (("dojo",), "no kata is in it"),
        (("subs/bob", "nowhere"), "there is nothing of that name"),
        (("subs/bob", "--shard", "3/2"), "I/N is expected"),
        (("subs/bob", "--executor", "spark://x"), "dask://HOST:PORT is expected"),
        (("subs/bob", "--kata", "four"), "four"),
        (("subs/bob", "--json", "no/such/folder.json"), "cannot be written"),
    ],
)
def test_what_it_cannot_do_is_told_in_a_line(house: Any, bob: str, arguments: tuple[str, ...], text: str) -> None:
    result = house.dojo("grade", *arguments)
    assert (result.status, text in result.err, "Traceback" in result.text) == (2, True, False), result


def test_reports(house: Any, ann: str) -> None:
    house.write("summary.md", "before\n")
    result = house.dojo("grade", ann, "--junit", "junit.xml", "--summary", "summary.md", "--json", "-")
    assert len(json.loads(result.out)) == 3, result
    assert ElementTree.parse(house.path("junit.xml")).getroot().find("testsuite") is not None
    assert house.path("summary.md").read_text().startswith("before\n# Katas\n")


def test_its_tests_are_ours(house: Any) -> None:
    """Tests, settings and modules in a submission change nothing."""
    ann = submission(house, "ann", one="wrong")
    for name in ("tests/s01_first/test_one.py", "conftest.py", "sitecustomize.py", "katas/__init__.py", "pytest.py"):
        house.write(f"{ann}/{name}", "import os\nos._exit(0)\ndef test_is_right(): pass\n")
    house.write(f"{ann}/pytest.ini", "[pytest]\naddopts = --collect-only\n")
    assert words(house, ann) == {("ann", "one"): "failed", ("ann", "two"): "missing", ("ann", "three"): "missing"}


def test_shards_are_the_whole_and_do_not_overlap(house: Any, ann: str, bob: str) -> None:
    whole = words(house, ann, bob)
    parts = [words(house, ann, bob, "--shard", f"{part}/2") for part in (1, 2)]
    assert sum(map(len, parts)) == len(whole)
    assert {key: word for part in parts for key, word in part.items()} == whole


def test_order_and_number_of_workers_do_not_matter(house: Any, ann: str, bob: str) -> None:
    whole = words(house, ann, bob, "--jobs", "1")
    assert words(house, bob, ann, "--jobs", "5") == whole


def test_two_submissions_of_one_name(house: Any, ann: str) -> None:
    house.write("more/ann/katas/s01_first/one.py", GOOD.format(1))
    assert {name for name, _ in words(house, ann, "more/ann")} == {"ann", "more/ann"}


def test_a_log_shows_ten_lines_of_progress(house: Any) -> None:
    names = [submission(house, f"s{i}", one="stub", two="stub", three="stub") for i in range(50)]
    lines = house.dojo("grade", *names).err.splitlines()
    assert lines == [f"{number} of 150 judged" for number in range(15, 151, 15)]


def test_finished_work_is_not_repeated(house: Any, ann: str) -> None:
    words(house, ann, "--journal", "journal")
    lines = house.path("journal").read_text()
    assert lines.count("\n") == 2, "what is not begun takes no time to find out"
    again = words(house, ann, "--journal", "journal")
    assert (again["ann", "two"], house.path("journal").read_text()) == ("failed", lines)
    submission(house, "ann", two="right")
    assert words(house, ann, "--journal", "journal")["ann", "two"] == "passed"


@pytest.mark.skipif(sys.platform == "win32", reason="ends it with SIGKILL")
def test_an_interrupted_run_goes_on_where_it_was(house: Any) -> None:
    slow = "import time\ntime.sleep(0.5)\n"
    names = [submission(house, f"s{i}", one=slow + GOOD.format(1 + i % 2)) for i in range(6)]
    command = [sys.executable, "-m", "dojo", "grade", *names, "--kata", "one", "--journal", "journal", "--jobs", "1"]
    run = subprocess.Popen(command, cwd=house.root, env=os.environ | {"PYTHONPATH": str(house.root)},
                           stdout=subprocess.DEVNULL, start_new_session=True)
    journal: Path = house.path("journal")
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and not (journal.exists() and journal.read_text().count("\n") >= 2):
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    finished = journal.read_text()
    assert 2 <= finished.count("\n") < 6
    found = words(house, *names, "--kata", "one", "--journal", "journal")
    assert list(found.values()) == ["passed", "failed"] * 3
    assert journal.read_text().startswith(finished.rpartition("\n")[0])
    assert len({json.loads(line)["submission"] for line in journal.read_text().splitlines() if line.endswith("}")}) == 6
