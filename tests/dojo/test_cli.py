"""The `dojo` command."""

from __future__ import annotations

import subprocess

import pytest

from dojo import cli


def listed(result):
    """The names of the katas in `dojo list`, those that are solved in capitals."""
    names = [line[6:].split()[0] for line in result.out.splitlines() if line.startswith(("  [x] ", "  [ ] "))]
    solved = [line[6:].split()[0] for line in result.out.splitlines() if line.startswith("  [x] ")]
    return [name.upper() if name in solved else name for name in names]


def test_list(house):
    house.solve("s01_first/one")
    house.pytest()
    result = house.dojo("list")
    assert result.status == 0, result
    assert result.out.startswith("1 of 3 solved  [#########...................]\n"), result
    assert listed(result) == ["ONE", "two", "three"]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--section", "s02"), ["three"]),
        (("--section", "first"), ["one", "two"]),
        (("--level", "advanced"), ["three"]),
        (("--kind", "fix"), ["two"]),
        (("--open",), ["one", "two", "three"]),
    ],
)
def test_list_of_some(house, options, names):
    assert listed(house.dojo("list", *options)) == names


def test_list_of_none(house):
    result = house.dojo("list", "--kind", "port")
    assert (result.status, "no kata is like that" in result.out) == (1, True)


def test_list_fits_narrow_terminals(house):
    result = house.dojo("list", COLUMNS="60")
    assert max(map(len, result.out.splitlines())) <= 60, result


def test_hints_come_one_by_one(house):
    for step in (1, 2, 3, 3):
        result = house.dojo("hint", "one")
        assert result.status == 0, result
        assert [f"hint {number} of 3" in result.out for number in (1, 2, 3)] == [
            step >= 1,
            step >= 2,
            step >= 3,
        ]
    assert "(3 of 3 seen)" in house.pytest().out
    assert "s01_first/one, hint 1 of 3\n\nWhich?" in house.dojo("hint").out, "the next unsolved one is meant"


def test_run(house):
    house.solve("s01_first/one")
    assert house.dojo("run", "one").count("passed") == 2
    assert "1 of 3 solved" in house.dojo().out
    assert "s02_second/three   The number three" in house.dojo("run", "three").out


def test_a_failed_test_names_mistakes_that_it_stops(house):
    house.answer("s01_first/one", "return 7")
    assert "  seen   answers that this test stopped before:\n         - Too large.\n" in house.dojo().out


def test_the_solution_comes_after_solving(house):
    result = house.dojo("solution", "one")
    assert (result.status, "not solved yet" in result.err, "--give-up" in result.err) == (2, True, True), result
    assert "return 1" in house.dojo("solution", "one", "--give-up").out
    house.solve("s01_first/one")
    house.pytest()
    assert "return 1" in house.dojo("solution", "one").out


def test_the_solution_as_a_difference(house):
    house.answer("s01_first/one", "return 7")
    lines = house.dojo("solution", "one", "--give-up", "--diff").out.splitlines()
    assert lines[:2] == ["--- katas/s01_first/one.py", "+++ solutions/s01_first/one.py"]
    assert {"-    return 7", "+    return 1"} <= set(lines)


def test_attempts_come_after_solving(house):
    assert "not solved yet" in house.dojo("attempts", "one").err
    result = house.dojo("attempts", "one", "--give-up")
    assert "  Too large.\n      test_is_right   attempts/s01_first/one/wrong_by_1.py\n" in result.out, result
    assert "  Counted.\n      attempts/s01_first/one/right_counted.py\n" in result.out, result


def test_reset(house):
    """The stub comes back from git's history, also when the answer has been committed; the answer is kept."""
    git(house, "init", "-q")
    git(house, "add", "-A")
    git(house, "commit", "-qm", "begin")
    stub = house.stub("s01_first/one").read_text()
    house.solve("s01_first/one")
    house.pytest()
    git(house, "commit", "-qam", "solved")
    answer = house.stub("s01_first/one").read_text()
    result = house.dojo("reset", "one")
    assert result.status == 0, result
    assert house.stub("s01_first/one").read_text() == stub
    (saved,) = house.path(".dojo/saved/s01_first").iterdir()
    assert (saved.read_text(), f".dojo/saved/s01_first/{saved.name}" in result.out) == (answer, True)
    assert "0 of 3 solved" in house.dojo("list").out


def test_reset_without_git(house):
    house.solve("s01_first/one")
    answer = house.stub("s01_first/one").read_text()
    result = house.dojo("reset", "one")
    assert (result.status, "is in no commit here" in result.err) == (2, True), result
    assert house.stub("s01_first/one").read_text() == answer


def git(house, *arguments):
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    subprocess.run(["git", *who, *arguments], cwd=house.root, check=True)


def test_new(house):
    """What it makes passes the check at once, but for what only people can write."""
    result = house.dojo("new", "s01_first/four", "--title", "The number four", "--kind", "fix")
    assert result.status == 0, result
    assert listed(house.dojo("list")) == ["one", "two", "four", "three"]
    assert house.dojo("check", "four").status == 0


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("s09_none/four", "there is no section 's09_none'"),
        ("s01_first/Four", "no name for a kata"),
        ("s01_first/class", "no name for a kata"),
        ("s01_first", "no name for a kata"),
        ("s02_second/one", "there is a kata 'one' already"),
    ],
)
def test_new_refuses(house, name, message):
    result = house.dojo("new", name)
    assert (result.status, message in result.err) == (2, True), result


def test_new_overwrites_nothing(house):
    house.write("hints/s01_first/four.md", "mine")
    result = house.dojo("new", "s01_first/four")
    assert (result.status, "hints/s01_first/four.md is there already" in result.err) == (2, True), result
    assert not house.path("katas/s01_first/four.py").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hint", "bank_acount"], "there is no kata 'bank_acount'; did you mean s05_locks/bank_account"),
        (["run", "nothing"], "there is no kata 'nothing'"),
        (["check", "nothing"], "there is no kata 'nothing'"),
        (["watch", "nothing"], "there is no kata 'nothing'"),
        (["solution", "nothing"], "there is no kata 'nothing'"),
    ],
)
def test_unknown_kata(capsys, arguments, message):
    assert cli.main(arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["sing"], ["check", "--jobs", "many"]])
def test_not_understood(capsys, arguments):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert "usage: dojo" in capsys.readouterr().err


RACE = '''"""Counts."""

from dojo.interleave import interleave, together
from katas.s01_first.one import number


@interleave
def test_is_right() -> None:
    """Somebody was not counted."""
    box = [0]

    def add() -> None:
        box[0] = box[0] + number()

    together(add, add)
    assert box == [2]
'''


def test_show(house):
    """The last failing interleaving as a page; nothing of the machinery is on the way."""
    result = house.dojo("show")
    assert (result.status, "no failing interleaving is remembered" in result.err) == (2, True), result
    house.solve("s01_first/one")
    house.write("tests/s01_first/test_one.py", RACE)
    assert "1 preemption breaks it" in house.pytest().out
    result = house.dojo("show", "--output", "page.html")
    assert (result.status, result.out) == (0, "the picture: page.html\n"), result
    text = house.path("page.html").read_text()
    assert "1 preemption breaks it" in text
    assert "s01_first/one, test_is_right" in text
