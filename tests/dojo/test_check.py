"""Every stub fails, every solution and right_ attempt passes, every wrong_ attempt is rejected by the test it
names.

For maintainers, and slow: part of `pytest --katas=solutions` only. `dojo check KATA` does the same for one
kata.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from dojo import curriculum
from dojo.answers import ROOT


@pytest.fixture(scope="session")
def findings(pytestconfig: pytest.Config) -> dict[str, list[str]]:
    """What `dojo check` found, by kata. In a process of its own, so that its forks start from a clean one."""
    if pytestconfig.option.katas is None or (ROOT / pytestconfig.option.katas) != ROOT / "solutions":
        pytest.skip("runs with --katas=solutions")
    done = subprocess.run(
        [sys.executable, "-m", "dojo", "check", "--json"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith("["), done.stderr
    return {finding["name"]: finding["problems"] for finding in json.loads(done.stdout)}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["trees", *(kata.id for kata in curriculum.load().katas)])
def test_is_whole(findings: dict[str, list[str]], name: str) -> None:
    assert not findings[name], "\n".join(findings[name])
