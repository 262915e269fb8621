"""Runs a kata's tests against many answers, each in a process of its own, several at a time.

Where the platform can fork, this process imports pytest and all that belongs to it once, and each job starts
from there; elsewhere each job is a fresh interpreter. Either way the tests run as they do for a learner.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from dojo import warm
from dojo.answers import ROOT
from dojo.curriculum import Kata

#: Seconds that one test, and one job, may take; thorough ones, which do ten times as much, so many times as long.
TEST_LIMIT = 60
JOB_LIMIT = 120.0
THOROUGH = 6


@dataclass(frozen=True)
class Job:
    """Run the kata's tests (those in `names`, or all) with pytest's `option` for the answer.

    `effort`: "quick" and "thorough" as pytest's options; `until_red`: no further than the first red test.
    """

    kata: Kata
    option: str
    names: tuple[str, ...] = ()
    effort: str = ""
    until_red: bool = False

    @property
    def patience(self) -> int:
        """How many times as long as others it may take."""
        return THOROUGH if self.effort == "thorough" else 1

    def arguments(self) -> list[str]:
        """What pytest is called with."""
        file = str(self.kata.tests)
        return [
            *([f"{file}::{name}" for name in self.names] or [file]),
            self.option,
            *([f"--{self.effort}"] if self.effort else []),
            *(["--exitfirst"] if self.until_red else []),
            f"--rootdir={ROOT}",
            f"--timeout={TEST_LIMIT * self.patience}",
            "--tb=native",  # nobody reads it, and this is the cheapest that tells why a file cannot be collected
            "-p",
            "no:cacheprovider",
            *(word for plugin in warm.PLUGINS for word in ("-p", plugin)),
        ]


@dataclass
class Outcome:
    """What came of a job.

    `tests` maps each test that was run (without its parameters) to "passed", "failed", "skipped" or "hung":
    the worst of its runs. `trouble` says why there is no verdict (the answer cannot be imported, the process
    died), or is "".
    """

    tests: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    seconds: float = 0.0

    def having(self, *outcomes: str) -> list[str]:
        """The tests with one of these outcomes."""
        return [name for name, outcome in self.tests.items() if outcome in outcomes]


def run(jobs: Iterable[Job], parallel: int | None = None) -> Iterator[tuple[Job, Outcome]]:
    """Run the jobs, `parallel` at a time (default: one per CPU); yields each when it has ended."""
    waiting = list(jobs)[::-1]
    start: Callable[[Job], _Process] = _Forked if warm.CAN_FORK else _Spawned
    if warm.CAN_FORK:
        warm.warm_up()
    running: list[_Process] = []
    try:
        while waiting or running:
            while waiting and len(running) < (parallel or os.cpu_count() or 1):
                running.append(start(waiting.pop()))
            ended = [process for process in running if process.has_ended()]
            for process in ended:
                running.remove(process)
                yield process.job, process.outcome()
            if not ended:
                time.sleep(0.002)
    finally:
        for process in running:
            process.kill()


class _Process:
    """A job under way. Its verdict comes in a file; what it printed is kept in case there is none."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.folder = Path(tempfile.mkdtemp(prefix="dojo-"))
        self._start = time.monotonic()

    def poll(self) -> int | None:
        """The exit status once it has ended; negative for a signal."""
        raise NotImplementedError

    def kill(self) -> None:
        raise NotImplementedError

    def has_ended(self) -> bool:
        if self.poll() is not None:
            return True
        limit = JOB_LIMIT * self.job.patience
        if time.monotonic() - self._start < limit:
            return False
        self._write_trouble(f"still running after {limit:g} seconds")
        self.kill()
        return True

    def outcome(self) -> Outcome:
        status = self.poll()
        self.kill()  # whatever it started and left behind
        verdict = self.folder / "verdict.json"
        if verdict.exists():
            outcome = Outcome(**json.loads(verdict.read_text(encoding="utf-8")))
        else:
            printed = (self.folder / "output.txt").read_text(encoding="utf-8", errors="replace")
            outcome = Outcome(trouble=f"the process ended with status {status} without a verdict\n{printed[-2000:]}")
        outcome.seconds = time.monotonic() - self._start
        for file in self.folder.iterdir():
            file.unlink()
        self.folder.rmdir()
        return outcome

    def _write_trouble(self, text: str) -> None:
        (self.folder / "verdict.json").write_text(json.dumps(asdict(Outcome(trouble=text))), encoding="utf-8")


class _Forked(_Process):
    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._child = warm.Forked(lambda: _work(job, self.folder), self.folder / "output.txt")

    def poll(self) -> int | None:
        return self._child.poll()

    def kill(self) -> None:
        self._child.kill()


class _Spawned(_Process):
    def __init__(self, job: Job) -> None:
        super().__init__(job)
        (self.folder / "job.pickle").write_bytes(pickle.dumps(job))
        with (self.folder / "output.txt").open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "dojo.jobs", str(self.folder)],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def poll(self) -> int | None:
        return self._process.poll()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


def _work(job: Job, folder: Path) -> None:
    """In the job's own process: run the tests and write the verdict."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.chdir(ROOT)
    recorder = Recorder(first_red_decides=bool(job.names), shrinks=False)
    status: int | pytest.ExitCode = pytest.ExitCode.TESTS_FAILED
    try:
        status = pytest.main(job.arguments(), plugins=[recorder])
    except Exception:  # what a thread has left raises at the very end, behind all tests
        if not recorder.outcome.tests:
            raise
    unfinished = (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERRUPTED)
    if status in unfinished and not recorder.outcome.trouble:
        return  # what pytest printed tells more
    draft = folder / "verdict.tmp"
    draft.write_text(json.dumps(asdict(recorder.outcome)), encoding="utf-8")
    os.replace(draft, folder / "verdict.json")


class Recorder:
    """A pytest plugin that keeps the worst outcome of each test, and what was told of the first red one (`why`).

    If `first_red_decides`, a test that has failed is not tried with its further parameters. Unless it `shrinks`,
    Hypothesis tells of the first example that fails: that takes a tenth of the time, where nobody reads it.
    """

    _ORDER = ("skipped", "passed", "failed", "hung")

    def __init__(self, *, first_red_decides: bool = False, shrinks: bool = True) -> None:
        self.outcome = Outcome()
        self.why = ""
        self._first_red_decides = first_red_decides
        self._shrinks = shrinks

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self) -> None:
        if self._shrinks:
            return
        chosen = hypothesis.settings()
        phases = [phase for phase in chosen.phases if phase is not hypothesis.Phase.shrink]
        hypothesis.settings.register_profile("dojo-unshrunk", chosen, phases=phases)
        hypothesis.settings.load_profile("dojo-unshrunk")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if self._first_red_decides and self.outcome.tests.get(_name(item.nodeid)) == "failed":
            pytest.skip("has failed already, with other parameters")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.outcome.trouble = report.longreprtext

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        name = _name(report.nodeid)
        now: Any = "hung" if getattr(report, "dojo_hung", False) else report.outcome
        before = self.outcome.tests.get(name, "skipped")
        self.outcome.tests[name] = max(now, before, key=self._ORDER.index)
        if report.failed and not self.why:
            told = getattr(report, "dojo_not_started", "") or "\n".join(getattr(report, "dojo_why", ()))
            self.why = f"{name}: {told or report.longreprtext}"


def _name(nodeid: str) -> str:
    """The name of a test without its parameters."""
    return nodeid.rpartition("::")[2].partition("[")[0]


if __name__ == "__main__":
    _folder = Path(sys.argv[1])
    _work(pickle.loads((_folder / "job.pickle").read_bytes()), _folder)
