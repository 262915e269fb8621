"""`dojo check` passes a house in order, and names each thing that is not, with the fix."""

from __future__ import annotations

import json

import pytest

from dojo import jobs


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


def test_quick(house):
    """All attempts of a kata there name the same test: one of them will do."""
    result = house.dojo("check", "--quick", "--kind", "wrong")
    assert result.out.splitlines()[-1].startswith("no problems, 3 runs in "), result


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


WRONG = '"""Wrong.\n\nRejected by: {by}\n"""\n\n{code}\n'
ONE = "def number():\n    return 1"
SEVEN = "def number():\n    return 7"

#: Attempts at s01_first/one, and what is to be said about each.
ATTEMPTS = {
    "right_fails": (f'"""Other."""\n{SEVEN}', "a right answer fails test_is_right"),
    "right_silent": (ONE, "no docstring. Say in its first line which road"),
    "wrong_passes": (WRONG.format(by="test_is_right", code=ONE), "test_is_right does not reject it"),
    "wrong_in_part": (
        WRONG.format(by="test_is_a_number, test_is_right", code=SEVEN),
        "test_is_a_number does not",
    ),
    "wrong_at_import": (WRONG.format(by="test_is_right", code="1 // 0"), "ZeroDivisionError"),
    "wrong_by_nobody": (f'"""Wrong."""\n{SEVEN}', "no line `Rejected by: test_...`"),
    "wrong_by_another": (WRONG.format(by="test_no", code=SEVEN), "test_one.py has no such test"),
    "wrong_no_python": ("def", "is not Python"),
    "wrong_killed": (
        WRONG.format(by="test_is_right", code="import os\n\ndef number(): os.kill(os.getpid(), 9)"),
        "ended with status -9 without a verdict",
    ),
    "wrong_hangs": (
        WRONG.format(by="test_is_right", code="def number():\n    while 1: pass"),
        "test_is_right hung until the time limit",
    ),
    "maybe": (SEVEN, "Name it right_*.py or wrong_*.py"),
}


def test_attempts_that_prove_nothing(house):
    source = house.path("dojo/jobs.py")
    source.write_text(source.read_text().replace(f"TEST_LIMIT = {jobs.TEST_LIMIT}\n", "TEST_LIMIT = 1\n"))
    for name, (text, _) in ATTEMPTS.items():
        house.write(f"attempts/s01_first/one/{name}.py", text)
    problems, status = found(house, "one")
    assert status == 1
    said = problems["s01_first/one"]
    for name, (_, message) in ATTEMPTS.items():
        assert [message in problem for problem in said if f"/{name}.py" in problem] == [True], said
    assert len(said) == len(ATTEMPTS), said


def _tests(doc):
    head = "from katas.s02_second.three import number\n\n\n"
    return f"{head}def test_is_right():\n    {doc}\n    assert number() == 3\n"


STEPS = "## 1\n\n{}\n\n## 2\n\n{}\n\n## 3\n\nc\n"
LINK = "https://docs.python.org/3/"

#: Files that are replaced together, and what is to be said about each one's kata.
FAULTS = [
    {
        "katas/s01_first/one.py": ("def number():  # TODO\n    ...", "no docstring. Open with"),
        "katas/s01_first/two.py": ('"""Do."""\ndef number():\n    ...', "no TODO. Mark"),
        "katas/s02_second/three.py": ('"""TODO"""\ndef number():\n    return 3', "the stub passes all tests"),
    },
    {
        "katas/s01_first/one.py": ('"""TODO"""\n1 // 0', "its tests did not come to their end"),
        "solutions/s01_first/two.py": (SEVEN, "the reference solution fails test_is_right"),
        "tests/s02_second/test_three.py": (_tests("pass"), "test_is_right has no docstring"),
    },
    {
        "hints/s01_first/one.md": ("## 1\n\na\n\n## 2\n\nb\n", "Write three: `## 1`, `## 2`, `## 3`"),
        "hints/s01_first/two.md": (STEPS.format("a", "b"), "hint 2 has no link"),
        "tests/s02_second/test_three.py": (_tests('"""No."""') * 2, "is there 2 times"),
    },
    {
        "hints/s01_first/one.md": (STEPS.format("", LINK), "hint 1 is empty"),
        "tests/s02_second/test_three.py": ("def", "test_three.py is not Python"),
    },
]


@pytest.mark.parametrize("faults", FAULTS)
def test_faults(house, faults):
    for name, (text, _) in faults.items():
        house.write(name, text)
    problems, status = found(house)
    assert status == 1
    for name, (_, message) in faults.items():
        _, section, file = name.split("/")
        kata = f"{section}/{file.split('.')[0].removeprefix('test_')}"
        assert message in "\n".join(problems[kata])


def test_too_few_attempts(house):
    house.path("attempts/s01_first/one/wrong_by_1.py").unlink()
    assert "2 wrong_*.py, and 3 are the least" in "\n".join(found(house, "one")[0]["s01_first/one"])


def test_without_fork(house):
    """As on Windows: a fresh interpreter for each run, and the same verdicts."""
    jobs = house.path("dojo/jobs.py")
    jobs.write_text(jobs.read_text().replace('hasattr(os, "fork")', "False"))
    assert found(house, "one") == ({"s01_first/one": []}, 0)
