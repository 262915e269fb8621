"""`dojo session`: the plan, the timer, the board."""

from __future__ import annotations

import urllib.request

import pytest

from dojo import curriculum
from dojo.board import page, serve
from dojo.commands import session


@pytest.fixture
def katas():
    facts = [("one", 10), ("two", 30), ("three", 25), ("four", 50)]
    return [curriculum.Kata("s", name, name.title(), "fix", minutes) for name, minutes in facts]


@pytest.fixture
def clones(tmp_path):
    """Three pairs: one has solved `two`, one has a damaged file, one has not begun."""
    for name in ("ann & bob", "cy and di", "ed and flo"):
        (tmp_path / name / ".dojo").mkdir(parents=True)
    (tmp_path / "ann & bob/.dojo/progress.json").write_text('{"solved": {"s/two": "x"}, "hints": {}}')
    (tmp_path / "cy and di/.dojo/progress.json").write_text("{")
    return sorted(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("length", "names"),
    [
        (20, ["one"]),
        (30, ["one"]),
        (60, ["one", "two"]),
        (85, ["one", "two", "three"]),
        (500, ["one", "two", "three", "four"]),
    ],
)
def test_katas_fit_between_opening_and_closing(katas, length, names):
    section = curriculum.Section("s", "beginner", "S", tuple(katas))
    found = session.picked(curriculum.Curriculum((section,)), katas[0], length)
    assert [kata.name for kata in found] == names


def test_the_plan(house):
    result = house.dojo("session", "--pairs", "6", "--minutes", "7", "--length", "30", "--start", "two", "--plan")
    assert result.status == 0, result
    assert result.out.splitlines()[0] == "30 minutes, 6 pairs, change seats every 7"
    assert "s01_first/two" in result.out, result
    assert "s02_second/three" in result.out, result
    assert "s01_first/one" not in result.out, result


def test_the_timer(capsys):
    """Seats change at each full turn, and it ends by itself."""
    now = iter(range(0, 10_000, 30))
    session._time(length=20, minutes=7, pairs=3, now=lambda: next(now), pause=0)
    lines = capsys.readouterr().out.replace("\r\a", "").splitlines()
    assert [line.strip().partition(":")[0] for line in lines] == ["change 1", "change 2", "time is up"]


def test_the_board(katas, clones):
    text = page(katas, clones)
    assert text.count(">solved<") == 1
    assert "<th>ann &amp; bob</th><td></td><td class=\"done\">solved</td><td></td><td></td>" in text


def test_the_board_is_served_on_this_machine_only(katas, clones):
    board = serve(katas, clones, "127.0.0.1", 0)
    try:
        assert board.server_address[0] == "127.0.0.1"
        with urllib.request.urlopen(f"http://127.0.0.1:{board.server_port}/", timeout=10) as answer:
            assert answer.read().decode() == page(katas, clones)
    finally:
        board.shutdown()
        board.server_close()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--serve", "8000"), "--serve needs --clones"),
        (("--serve", "web", "--clones", "."), "a port number is expected"),
        (("--pairs", "0"), "at least 1"),
    ],
)
def test_bad_options(house, options, message):
    result = house.dojo("session", *options)
    assert (result.status, message in result.err) == (2, True), result
