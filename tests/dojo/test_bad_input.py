"""Whatever is handed in: a clear message that names the file, the run ends, other verdicts stand."""

from __future__ import annotations

import os
import shutil

import pytest

from dojo import choice, curriculum
from dojo.answers import ROOT

KATA = '[[section.kata]]\nname = "{name}"\ntitle = "T"\nkind = "fix"\nminutes = 1\nteaches = []\n'
BAD_STUBS = {
    "syntax error": ("def number(:\n", "line 1: SyntaxError"),
    "raises at import": ("def number():\n    return 1\n\n\nnumber(2)\n", "line 5: TypeError"),
    "sys.exit": ("import sys\n\nsys.exit(0)\n", "line 3: sys.exit(0) was called"),
    "os._exit": ("import os\n\nos._exit(0)\n", "line 3: os._exit(0) was called"),
    "endless loop": ("while True:\n    pass\n", "the import was still running after 1 seconds"),
    "deadlock": (
        "import threading\n\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()\n",
        "line 5: the import was still running after 1 seconds",
    ),
}


@pytest.mark.skipif(os.name == "nt", reason="interrupting needs SIGALRM")
@pytest.mark.parametrize("kind", BAD_STUBS)
def test_the_walk_stops_at_a_bad_stub(house, kind):
    text, message = BAD_STUBS[kind]
    house.write("katas/s01_first/two.py", text)
    house.solve("s01_first/one")
    result = house.pytest()
    assert result.status == 1, result
    assert "1 of 3 solved" in result.out, result
    assert "katas/s01_first/two.py, line" in result.out, result
    assert message in result.out, result
    assert "Traceback" not in result.text, result
    assert house.stub("s01_first/two").read_text() == text


@pytest.mark.skipif(os.name == "nt", reason="interrupting needs SIGALRM")
def test_bad_stubs_leave_the_other_verdicts_alone(house):
    listing, tests = (
        house.path("katas/curriculum.toml"),
        house.path("tests/s02_second/test_three.py").read_text(),
    )
    for number, (text, _) in enumerate(BAD_STUBS.values()):
        name = f"bad{number}"
        listing.write_text(listing.read_text() + KATA.format(name=name))
        house.write(f"katas/s02_second/{name}.py", text)
        house.write(f"tests/s02_second/test_{name}.py", tests.replace("three", name))
    for kata in ("s01_first/one", "s01_first/two", "s02_second/three"):
        house.solve(kata)
    result = house.pytest("--all")
    assert (result.status, result.count("passed"), result.count("error")) == (1, 6, len(BAD_STUBS)), result
    for _, message in BAD_STUBS.values():
        assert message in result.out, result


@pytest.mark.parametrize(
    ("katas", "attempt", "message"),
    [
        ("solution", None, "--katas=solution: there is no such folder; did you mean --katas=solutions?"),
        (
            "nothing",
            None,
            "--katas=nothing: there is no such folder. A tree of answers is expected, with files like",
        ),
        ("tests", None, "--katas=tests: no kata is in that folder. Expected are files like tests/s0"),
        ("pyproject.toml", None, "--katas=pyproject.toml: is a file, not a folder"),
        (None, "no.py", "--attempt=no.py: there is no such file"),
        (None, "attempts", "--attempt=attempts: is a folder, not a file"),
        (None, "hints/s05_locks/bank_account.md", "the name of an attempt ends in .py"),
        (
            None,
            "{tmp}/s05_locks/bank_acount/x.py",
            "there is no kata 's05_locks/bank_acount'; did you mean s05_locks/",
        ),
        (None, "{tmp}/locks/bank_account/x.py", "did you mean s05_locks/bank_account"),
    ],
)
def test_options_that_name_nothing(katas, attempt, message, tmp_path):
    for folder in ("s05_locks/bank_acount", "locks/bank_account"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.py").touch()
    with pytest.raises(choice.BadChoice) as told:
        choice.answers(curriculum.load(), katas, attempt and attempt.format(tmp=tmp_path), ROOT)
    assert message in str(told.value)


@pytest.mark.parametrize("argument", ["--katas=nothing", "--attempt=strange/s01_first/on/x.py"])
def test_bad_options_end_the_run(house, argument):
    house.write("strange/s01_first/on/x.py", "")
    result = house.pytest(argument)
    assert result.status == pytest.ExitCode.USAGE_ERROR, result
    assert result.text.startswith(f"ERROR: {argument}"), result
    assert "Traceback" not in result.text, result


def test_damaged_curriculum(house):
    house.write("katas/curriculum.toml", "[[section]\n")
    result = house.pytest()
    assert result.status == pytest.ExitCode.USAGE_ERROR, result
    assert "curriculum.toml" in result.text, result


def test_unknown_kata_on_the_command_line(house):
    result = house.dojo("hint", "thre")
    assert result.status == 2, result
    assert "there is no kata 'thre'; did you mean s02_second/three?" in result.err


def test_a_submission_of_one_kata(house):
    """What was not handed in is said and skipped; asked for by name, it fails."""
    shutil.copytree(house.path("solutions/s01_first"), house.path("given/s01_first"))
    house.path("given/s01_first/two.py").unlink()
    result = house.pytest("--katas=given", "-rs")
    assert (result.status, result.count("passed"), result.count("skipped")) == (0, 2, 2), result
    assert "s02_second/three: not handed in: there is no given/s02_second/three.py" in result.out, result
    named = house.pytest("--katas=given", "tests/s02_second/test_three.py")
    assert (named.status, named.count("failed")) == (1, 1), named
    assert "Traceback" not in named.text, named


def test_a_submission_elsewhere(house, tmp_path):
    tree = tmp_path / "given"
    shutil.copytree(house.path("solutions"), tree)
    (tree / "s02_second" / "three.py").write_text("def number():\n    return 4\n")
    result = house.pytest(f"--katas={tree}")
    assert (result.status, result.count("passed"), result.count("failed")) == (1, 5, 1), result
    assert not list(tree.rglob("__pycache__"))
    assert not house.path(".dojo").exists(), "somebody else's answers were remembered as the learner's"


def test_an_attempt(house, tmp_path):
    for name, number, status in (("mine", 2, 0), ("yours", 3, 1)):
        file = tmp_path / "s01_first" / "two" / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"def number():\n    return {number}\n")
        result = house.pytest(f"--attempt={file}")
        assert (result.status, result.count("passed") + result.count("failed")) == (status, 2), result


def test_an_answer_cannot_skip_its_tests(house):
    house.answer("s01_first/one", "import pytest\n    pytest.skip('no')")
    result = house.pytest("tests/s01_first/test_one.py")
    assert (result.status, result.count("failed")) == (1, 2), result
    assert "the answer skipped its own test" in result.out, result


def test_a_kata_that_was_deleted(house):
    house.stub("s01_first/one").unlink()
    result = house.pytest()
    assert result.status == 1, result
    assert "s01_first/one: not handed in: there is no katas/s01_first/one.py" in result.out, result
