"""Every kata is whole, every stub fails, every right_ attempt passes and every wrong_ one is rejected as it says.

For maintainers, and slow: part of `pytest --katas=solutions` only, which runs the solutions as well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from dojo import curriculum, whole
from dojo.answers import ROOT
from dojo.curriculum import Section

KINDS = ("--kind=stub", "--kind=right", "--kind=wrong", "--quick")


@pytest.fixture(autouse=True)
def _for_maintainers(pytestconfig: pytest.Config) -> None:
    if pytestconfig.option.katas is None or (ROOT / pytestconfig.option.katas) != ROOT / "solutions":
        pytest.skip("runs with --katas=solutions")


def test_trees() -> None:
    problems = list(whole.trees(curriculum.load()))
    assert not problems, "\n".join(problems)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("section", curriculum.load().sections, ids=lambda section: section.id)
def test_is_whole(section: Section) -> None:
    """In a process of its own, so that its forks start from a clean one.

    Four at a time even on a worker that shares the machine: many wrong answers wait for what never comes.
    """
    names = [kata.id for kata in section.katas]
    jobs = "4" if "PYTEST_XDIST_WORKER" in os.environ else str(os.cpu_count())
    done = subprocess.run(
        [sys.executable, "-m", "dojo", "check", *names, "--json", "--jobs", jobs, *KINDS],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith("["), done.stderr
    problems = [problem for finding in json.loads(done.stdout) for problem in finding["problems"]]
    assert not problems, "\n".join(problems)
