"""The default verdict is a function of the code; --thorough draws afresh, ten times as much."""

from __future__ import annotations

import re

import pytest

COUNTING = '''"""Counts its examples."""

import os

from hypothesis import given, settings, strategies as st

drawn, few = [], []


@given(st.integers())
def test_many(n):
    """No."""
    drawn.append(n)


@settings(max_examples=7)
@given(st.integers())
def test_few(n):
    """No."""
    few.append(n)


def test_print():
    """No."""
    print("drawn", len(drawn), len(few), os.environ.get("DOJO_THOROUGH"), hash(tuple(drawn)))
'''


@pytest.fixture
def drawn(house):
    """Runs the tests; how many examples were drawn, what the environment says, a hash of the examples."""
    house.write("tests/s01_first/test_one.py", COUNTING)

    def run(*arguments):
        result = house.pytest("tests/s01_first/test_one.py", "-s", "-p", "no:randomly", *arguments)
        found = re.search(r"drawn (\d+) (\d+) (\w+) (-?\d+)", result.out)
        assert found, result
        return int(found[1]), int(found[2]), found[3], found[4]

    return run


def test_default(drawn):
    first, second = drawn(), drawn()
    assert first == second
    assert first[:3] == (25, 7, "None")


def test_thorough(drawn):
    first, second = drawn("--thorough"), drawn("--thorough")
    assert first[:3] == second[:3] == (250, 70, "1")
    assert first[3] != second[3]


def test_a_profile_of_ones_own_has_the_last_word(drawn):
    assert drawn("--hypothesis-profile=default")[0] == 100
