"""The default verdict is a function of the code; --thorough draws afresh, ten times as much, --quick a tenth."""

from __future__ import annotations

import re

import pytest

COUNTING = '''"""Counts its examples."""

import os

import pytest
from hypothesis import given, settings, strategies as st

drawn, few, each = [], [], {"a": [], "b": []}


@given(st.integers())
def test_many(n):
    """No."""
    drawn.append(n)


@settings(max_examples=6)
@given(st.integers())
def test_few(n):
    """No."""
    few.append(n)


@pytest.mark.parametrize("letter", "ab")
@settings(max_examples=8)
@given(n=st.integers())
def test_each(letter, n):
    """No."""
    each[letter].append(n)


def test_print():
    """No."""
    effort = os.environ.get("DOJO_EFFORT") or "usual"
    print("drawn", len(drawn), len(few), len(each["a"]), len(each["b"]), effort, hash(tuple(drawn)))
'''


@pytest.fixture
def drawn(house):
    """Runs the tests; how many examples were drawn by each, what the environment says, a hash of the examples."""
    house.write("tests/s01_first/test_one.py", COUNTING)

    def run(*arguments):
        result = house.pytest("tests/s01_first/test_one.py", "-s", "-p", "no:randomly", *arguments)
        found = re.search(r"drawn (\d+) (\d+) (\d+) (\d+) (\w+) (-?\d+)", result.out)
        assert found, result
        return tuple(map(int, found.groups()[:4])), found[5], found[6]

    return run


def test_default(drawn):
    first, second = drawn(), drawn()
    assert first == second
    assert first[:2] == ((25, 6, 8, 8), "usual")


def test_thorough(drawn):
    first, second = drawn("--thorough"), drawn("--thorough")
    assert first[:2] == second[:2] == ((250, 60, 80, 80), "thorough")
    assert first[2] != second[2]


def test_quick(drawn):
    first, second = drawn("--quick"), drawn("--quick")
    assert first == second
    assert first[:2] == ((3, 1, 1, 1), "quick")


def test_a_profile_of_ones_own_has_the_last_word(drawn):
    assert drawn("--hypothesis-profile=default")[0][0] == 100
