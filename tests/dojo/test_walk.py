"""Bare `pytest`: up to the first unsolved kata, and one screen about it."""

from __future__ import annotations

import pytest


def test_a_fresh_clone(house):
    """The first kata is shown as not started, in one line; the others are not even imported."""
    house.answer("s01_first/two", "pass\n\nopen('imported', 'w')")
    result = house.pytest()
    assert result.status == 1, result
    assert result.out.splitlines()[:6] == [
        "",
        "0 of 3 solved  [............................]",
        "s01_first/one   The number one   build   1 min",
        "  edit   katas/s01_first/one.py",
        "  todo   not started: number() in katas/s01_first/one.py, line 5, is still to be written",
        "  next   dojo hint one      (0 of 3 seen)",
    ], result
    assert "Traceback" not in result.text
    assert not house.path("imported").exists()


def test_a_wrong_answer(house):
    """What a failure means, what was expected, where; and what the learner printed."""
    house.answer("s01_first/one", "print('here I am')\n    return 7")
    result = house.pytest()
    assert result.status == 1, result
    for line in (
        "  FAIL   test_is_right",
        "         It is another number.",
        "         assert 7 == 1",
        "         tests/s01_first/test_one.py:13",
        "             assert number() == 1",
        "           here I am",
    ):
        assert line in result.out.splitlines(), result


def test_an_error_in_the_answer(house):
    house.answer("s01_first/one", "return 1 // 0")
    result = house.pytest()
    assert "ZeroDivisionError: " in result.out, result
    assert "katas/s01_first/one.py:2\n             return 1 // 0" in result.out, result


def test_notes_of_an_exception_are_shown(house):
    """Pictures of interleavings and falsifying examples travel as notes."""
    house.answer(
        "s01_first/one",
        "error = AssertionError('wrong')\n    error.add_note('head\\n  picture')\n    raise error",
    )
    assert "         head\n           picture\n" in house.pytest().out


def test_on_to_the_next_one(house):
    house.solve("s01_first/one")
    result = house.pytest()
    assert result.status == 1, result
    assert "solved s01_first/one: 2 tests in " in result.out, result
    assert "1 of 3 solved  [#########...................]" in result.out, result
    assert "s01_first/two   The number two   fix   2 min" in result.out, result

    again = house.pytest()
    assert "solved s01_first/one:" not in again.out, "a solved kata was run again"
    assert again.count("passed") == 0, again

    house.answer("s01_first/one", "return 7")
    changed = house.pytest()
    assert "0 of 3 solved" in changed.out, "a solved kata was changed and not run again"


def test_all_solved(house):
    for kata in ("s01_first/one", "s01_first/two", "s02_second/three"):
        house.solve(kata)
    for text in ("6 passed", "no tests ran"):
        result = house.pytest()
        assert (result.status, text in result.out) == (0, True), result
        assert "3 of 3 solved  [############################]" in result.out, result


def test_a_failure_elsewhere_opens_it_again(house):
    house.solve("s01_first/one")
    house.pytest()
    house.write("tests/s01_first/test_one.py", "def test_more():\n    '''No.'''\n    assert False\n")
    assert house.pytest("tests/s01_first/test_one.py").status == 1
    assert "0 of 3 solved" in house.pytest().out


def test_some_of_its_tests_do_not_solve_a_kata(house):
    house.solve("s01_first/one")
    assert house.pytest("-k", "test_one and number").count("passed") == 1
    assert "solved s01_first/one: 2 tests" in house.pytest().out


@pytest.mark.parametrize("folder", ["katas", "katas/s01_first"])
def test_from_a_folder_below(house, folder):
    assert "0 of 3 solved" in house.pytest(cwd=folder).out


def test_what_this_python_lacks_is_left_out(house):
    listing = house.path("katas/curriculum.toml")
    listing.write_text(
        listing.read_text().replace("minutes = 1\n", 'minutes = 1\nrequires = ["python>=9.1"]\n')
    )
    result = house.pytest()
    assert "s01_first/one is left out here: it needs python>=9.1" in result.out, result
    assert "s01_first/two" in result.out, result
    named = house.pytest("tests/s01_first/test_one.py")
    assert (named.status, named.count("skipped")) == (0, 1), named


def test_a_damaged_memory_is_told(house):
    house.write(".dojo/progress.json", "{")
    result = house.pytest()
    assert result.status == 1, result
    assert "progress.json could not be read" in result.out, result
    assert house.path(".dojo/progress.damaged.json").read_text() == "{"


@pytest.mark.parametrize(
    "arguments", [("-k", "one"), ("tests/s01_first",), ("--lf",), ("tests", "-x", "-p", "no:randomly")]
)
def test_otherwise_pytest_is_as_always(house, arguments):
    house.answer("s01_first/one", "return 7")
    result = house.pytest(*arguments)
    assert result.status == 1, result
    assert "of 3 solved" not in result.out, result
    assert "FAILED tests/s01_first/test_one.py::test_is_right - assert 7 == 1" in result.out, result


def test_beside_xdist_and_randomly(house):
    """Reports come from workers; what is solved is remembered all the same."""
    pytest.importorskip("xdist")
    house.solve("s01_first/one")
    result = house.pytest("-n", "2", "tests/s01_first")
    assert (result.status, result.count("passed"), result.count("failed")) == (1, 2, 2), result
    assert "1 of 3 solved" in house.pytest().out


def test_causes_that_go_in_circles(house):
    body = "group = ExceptionGroup('all', [ValueError(1)]); group.exceptions[0].__cause__ = group; raise group"
    house.answer("s01_first/one", body)
    result = house.pytest()
    assert (result.status, "INTERNALERROR" in result.text, "ValueError" in result.out) == (1, False, True), result
