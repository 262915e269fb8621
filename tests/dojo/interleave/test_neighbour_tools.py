"""pytest's plugins and coverage beside the scheduler: both do their work, and the verdict stays right."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FileRun = Callable[..., "subprocess.CompletedProcess[str]"]

TESTS = """
import threading

from dojo.interleave import interleave, together


class Account:
    def __init__(self):
        self.balance = 0
        self.lock = threading.Lock()

    def naive(self, amount):
        self.balance += amount
        return self.balance

    def locked(self, amount):
        with self.lock:
            self.balance += amount
        if amount > 100:
            return "never run"
        return self.balance


@interleave
def test_wrong():
    account = Account()
    together(lambda: account.naive(1), lambda: account.naive(2))
    assert account.balance == 3


@interleave
def test_right():
    account = Account()
    together(lambda: account.locked(1), lambda: account.locked(2))
    assert account.balance == 3
"""
NEVER = TESTS.splitlines().index('            return "never run"') + 1

CORES = [
    "ctrace",
    "pytrace",
    pytest.param(
        "sysmon", marks=pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring came with 3.12")
    ),
]


def check(done: subprocess.CompletedProcess[str]) -> None:
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "1 preemption breaks it: lost update on Account.balance" in done.stdout
    assert "FAILED test_it.py::test_wrong" in done.stdout


def test_pytest_shows_the_picture_alone(file_run: FileRun) -> None:
    done = file_run(TESTS)
    check(done)
    assert "-- preempted --" in done.stdout
    assert "/dojo/interleave/" not in done.stdout  # no machinery in the traceback


def test_the_picture_does_not_tell_what_pytest_makes_of_an_assert(file_run: FileRun) -> None:
    done = file_run(
        """
from dojo.interleave import interleave, together

@interleave
def test_it():
    box = [0]
    def work():
        before = box[0]
        box[0] = before + 1
        assert box[0] == before + 1 and box[0] in (1, 2), f"now {box[0]}"
    together(work, work)
"""
    )
    assert "writes box[0]" in done.stdout
    for name in ("_call_reprcompare", "_saferepr", "locals", "_format"):
        assert name not in done.stdout


@pytest.mark.parametrize(
    ("plugin", "options"),
    [
        ("xdist", ("-n", "2")),
        ("pytest_randomly", ("-p", "randomly")),
        ("pytest_timeout", ("-p", "no:randomly", "-p", "no:timeout")),
    ],
)
def test_beside_other_plugins(file_run: FileRun, plugin: str, options: tuple[str, ...]) -> None:
    pytest.importorskip(plugin, reason="comes with the dev extra")
    check(file_run(TESTS, *options))


@pytest.mark.parametrize("core", CORES)
def test_beside_coverage(file_run: FileRun, tmp_path: Path, core: str) -> None:
    pytest.importorskip("coverage", reason="comes with the dev extra")
    done = file_run(TESTS, module=("coverage", "run", "--source=.", "-m", "pytest"), env={"COVERAGE_CORE": core})
    check(done)
    report = [sys.executable, "-m", "coverage", "json", "-q", "-o", "report.json"]
    subprocess.run(report, cwd=tmp_path, check=True, timeout=200)
    measured = json.loads((tmp_path / "report.json").read_text())["files"]["test_it.py"]
    assert measured["missing_lines"] == [NEVER]
