"""The `dojo` command."""

from __future__ import annotations

import pytest

from dojo import cli


def test_list(house):
    house.solve("s01_first/one")
    house.pytest()
    result = house.dojo("list")
    assert result.status == 0, result
    assert [line.split()[:2] for line in result.out.splitlines() if "[" in line] == [
        ["[x]", "one"],
        ["[", "]"],
        ["[", "]"],
    ]


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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hint", "bank_acount"], "there is no kata 'bank_acount'; did you mean s05_locks/bank_account"),
        (["run", "nothing"], "there is no kata 'nothing'"),
        (["check", "nothing"], "there is no kata 'nothing'"),
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
