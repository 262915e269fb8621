"""Every kata is whole, every stub fails, and a few wrong_ attempts are rejected by the tests they name. The others, and
the right_ ones, are for `dojo check`: they take long.

For maintainers, and slow: part of `pytest --katas=solutions` only, which runs the solutions as well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from dojo import curriculum, whole
from dojo.answers import ROOT

KINDS = ("--kind=stub", "--kind=wrong", "--quick")


@pytest.fixture(autouse=True)
def _for_maintainers(pytestconfig: pytest.Config) -> None:
    if pytestconfig.option.katas is None or (ROOT / pytestconfig.option.katas) != ROOT / "solutions":
        pytest.skip("runs with --katas=solutions")


def test_trees() -> None:
    problems = list(whole.trees(curriculum.load()))
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="module")
def checker() -> Iterator[subprocess.Popen[str]]:
    """`dojo check`, in a process of its own, so that its forks start from a clean one.

    Four at a time even on a worker that shares the machine: many wrong answers wait for what never comes.
    """
    jobs = "4" if "PYTEST_XDIST_WORKER" in os.environ else str(os.cpu_count())
    command = [sys.executable, "-m", "dojo", "check", "-", "--jobs", jobs, *KINDS]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.stdin.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", [kata.id for kata in curriculum.load().katas])
def test_is_whole(name: str, checker: subprocess.Popen[str]) -> None:
    print(name, file=checker.stdin, flush=True)
    finding = json.loads(checker.stdout.readline())
    assert finding["name"] == name
    assert not finding["problems"], "\n".join(finding["problems"])
