"""`dojo check` passes a house in order, and names each thing that is not, with the fix."""

from __future__ import annotations

import json

import pytest


def found(house, *arguments):
    """The problems by kata, and the exit status."""
    result = house.dojo("check", "--json", *arguments)
    assert result.out.startswith("["), result
    return {finding["name"]: finding["problems"] for finding in json.loads(result.out)}, result.status


def test_a_house_in_order(house):
    result = house.dojo("check")
    assert result.status == 0, result
    lines = result.out.splitlines()
    assert lines[0] == "ok     trees   agree with curriculum.toml"
    assert sum("6 runs" in line for line in lines) == 3, result
    assert lines[-1].startswith("no problems, 18 runs in ")


def test_a_solved_stub_is_no_problem_in_the_clone_that_solved_it(house):
    house.solve("s01_first/one")
    assert found(house, "one")[1] == 1
    house.pytest()
    assert found(house, "one") == ({"s01_first/one": []}, 0)


def test_trees_that_do_not_agree(house):
    house.write("katas/s01_first/four.py", "")
    house.write("katas/s01_first/_helper.py", "")
    house.write("tests/s03_third/test_five.py", "")
    house.write("attempts/s01_first/ones/wrong_x.py", "")
    house.path("hints/s02_second/three.md").unlink()
    problems, status = found(house)
    assert status == 1
    assert sorted(problem.partition(": ")[0] for problem in problems["trees"]) == [
        "attempts/s01_first/ones",
        "katas/s01_first/four.py",
        "tests/s03_third",
    ]
    assert problems["s02_second/three"] == [
        "hints/s02_second/three.md is not there. Write it, or take s02_second/three out of curriculum.toml."
    ]


def _attempt(name, text):
    return lambda house: house.write(f"attempts/s01_first/one/{name}.py", text)


def _file(name, text):
    return lambda house: house.write(name, text)


WRONG = '"""Wrong.\n\nRejected by: {by}\n"""\n\n{code}\n'
ONE = "def number():\n    return 1"
SEVEN = "def number():\n    return 7"
TEST = (
    "from katas.s01_first.one import number\n\n\ndef test_is_right():\n    {doc}\n    assert number() == 1\n"
)
FAULTS = {
    "stub without docstring": (
        _file("katas/s01_first/one.py", "def number():  # TODO\n    ..."),
        "no docstring. Open with",
    ),
    "stub without TODO": (
        _file("katas/s01_first/one.py", '"""Do."""\ndef number():\n    ...'),
        "no TODO. Mark",
    ),
    "stub that passes": (_file("katas/s01_first/one.py", f'"""TODO"""\n{ONE}'), "the stub passes all tests"),
    "stub that cannot be imported": (
        _file("katas/s01_first/one.py", '"""TODO"""\n1 // 0'),
        "its tests did not run",
    ),
    "solution that fails": (
        _file("solutions/s01_first/one.py", SEVEN),
        "the reference solution fails test_is_right",
    ),
    "right that fails": (_attempt("right_x", f'"""Other."""\n{SEVEN}'), "a right answer fails test_is_right"),
    "right without docstring": (_attempt("right_x", ONE), "no docstring. Say in its first line which road"),
    "wrong that passes": (
        _attempt("wrong_x", WRONG.format(by="test_is_right", code=ONE)),
        "test_is_right does not reject",
    ),
    "wrong for another reason": (
        _attempt("wrong_x", WRONG.format(by="test_is_a_number, test_is_right", code=SEVEN)),
        "test_is_a_number does not reject it",
    ),
    "wrong at import": (
        _attempt("wrong_x", WRONG.format(by="test_is_right", code="1 // 0")),
        "ZeroDivisionError",
    ),
    "wrong by nobody": (_attempt("wrong_x", f'"""Wrong."""\n{SEVEN}'), "no line `Rejected by: test_...`"),
    "wrong by a test that is not there": (
        _attempt("wrong_x", WRONG.format(by="test_no", code=SEVEN)),
        "rejected by test_no? tests/s01_first/test_one.py has no such test",
    ),
    "wrong that is not Python": (_attempt("wrong_x", "def"), "wrong_x.py is not Python"),
    "wrong that kills its process": (
        _attempt(
            "wrong_x",
            WRONG.format(by="test_is_right", code="import os\n\ndef number(): os.kill(os.getpid(), 9)"),
        ),
        "ended with status -9 without a verdict",
    ),
    "attempt of no kind": (_attempt("maybe_x", SEVEN), "Name it right_*.py or wrong_*.py"),
    "too few attempts": (
        lambda house: house.path("attempts/s01_first/one/wrong_by_1.py").unlink(),
        "2 wrong_*.py, and 3",
    ),
    "test without docstring": (
        _file("tests/s01_first/test_one.py", TEST.format(doc="pass")),
        "test_is_right has no docstring",
    ),
    "test twice": (
        _file("tests/s01_first/test_one.py", TEST.format(doc='"""No."""') * 2),
        "is there 2 times",
    ),
    "tests that are not Python": (_file("tests/s01_first/test_one.py", "def"), "test_one.py is not Python"),
    "two hints": (_file("hints/s01_first/one.md", "## 1\n\na\n\n## 2\n\nb\n"), "Write three: `## 1`"),
    "hint without link": (
        _file("hints/s01_first/one.md", "## 1\n\na\n\n## 2\n\nb\n\n## 3\n\nc\n"),
        "hint 2 has no link",
    ),
    "empty hint": (_file("hints/s01_first/one.md", "## 1\n\n## 2\n\nb\n\n## 3\n\nc\n"), "hint 1 is empty"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault(house, fault):
    break_it, message = FAULTS[fault]
    break_it(house)
    problems, status = found(house, "one")
    assert status == 1
    assert message in "\n".join(problems["s01_first/one"])


def test_a_hang_is_no_rejection(house):
    jobs = house.path("dojo/jobs.py")
    jobs.write_text(jobs.read_text().replace("TEST_LIMIT = 20", "TEST_LIMIT = 1"))
    house.write(
        "attempts/s01_first/one/wrong_x.py",
        WRONG.format(by="test_is_right", code="def number():\n    while 1: pass"),
    )
    problems, status = found(house, "one")
    assert status == 1
    assert "test_is_right hung until the time limit" in problems["s01_first/one"][0]


def test_without_fork(house):
    """As on Windows: a fresh interpreter for each run, and the same verdicts."""
    jobs = house.path("dojo/jobs.py")
    jobs.write_text(jobs.read_text().replace('hasattr(os, "fork")', "False"))
    assert found(house, "one") == ({"s01_first/one": []}, 0)
