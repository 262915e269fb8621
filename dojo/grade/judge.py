"""Judges answers one after the other, in a house of its own with a warm worker; a worker that dies is replaced."""

from __future__ import annotations

import functools
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dojo import mistakes, whole
from dojo.answers import ROOT
from dojo.curriculum import Kata
from dojo.grade import policy
from dojo.grade.house import House
from dojo.grade.inside import Job
from dojo.grade.verdict import Limits, Verdict

PATIENCE = 30.0
"""Seconds beyond a job's limit after which its worker is thought to be lost."""

_CLOSED = ("solutions", "attempts", "hints", "katas", "tests", ".git", ".dojo")


class Judge:
    """Give it answers; close it in the end. Not for several threads at once. `limits` hold for the next answer."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._folder = Path(tempfile.mkdtemp(prefix="dojo-house-"))
        self._house = House(self._folder / "house")
        self._worker: _Worker | None = None

    def close(self) -> None:
        if self._worker is not None:
            self._worker.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def verdict(self, submission: str, kata: Kata, source: bytes) -> Verdict:
        """Run the kata's pristine tests on this source."""
        if kata.lacks:
            return Verdict(submission, kata.id, "not here", f"needs {kata.lacks}")
        if source.replace(b"\r\n", b"\n").strip() == kata.stub.read_bytes().strip():
            return Verdict(submission, kata.id, "not begun")
        breaches = policy.breaches(source, kata)
        if breaches:
            why = "it reaches for the tests' machinery: " + "; ".join(breaches)
            return Verdict(submission, kata.id, "refused", why)
        job = _job(kata, source, self.limits)
        result = self._ask(job)
        changed = self._house.changed()
        if changed:
            result["refused"] = f"it changed {', '.join(changed[:3])}"
        return _verdict(submission, job, result)

    def _ask(self, job: Job) -> dict[str, Any]:
        if self._worker is None:
            self._worker = _Worker(self._house.folder)
        closed = [str(ROOT / name) for name in _CLOSED]
        result = self._worker.ask(asdict(job) | {"closed": closed}, job.limits.seconds + PATIENCE)
        if result is None:
            self._worker.close()
            self._worker = None
            return {"died": "it took the process that judges it along"}
        return result


def _job(kata: Kata, source: bytes, limits: Limits) -> Job:
    return Job(kata.id, source.decode("utf-8", "surrogateescape"), *_tests(kata), limits)


@functools.lru_cache(maxsize=256)
def _tests(kata: Kata) -> tuple[tuple[str, ...], str, str]:
    """Their names, a known wrong answer, and a test that rejects it."""
    names = tuple(whole.test_names(kata))
    known = list(mistakes.mistakes(kata))
    for test in names:  # they begin with what is simple, and quick
        for mistake in known:
            if test in mistake.tests:
                return names, mistake.file.read_text(encoding="utf-8"), test
    return names, "", ""


def _verdict(submission: str, job: Job, result: dict[str, Any]) -> Verdict:
    seconds = float(result.get("seconds", 0.0))
    tests = dict(result.get("tests", {}))
    if result.get("refused"):
        return Verdict(submission, job.kata, "refused", str(result["refused"]), tests, seconds)
    if "died" in result:
        return Verdict(submission, job.kata, "died", str(result["died"]), tests, seconds)
    red = [name for name in job.names if tests.get(name) not in ("passed", "skipped")]
    if red or "passed" not in tests.values():
        why = str(result.get("why") or f"{', '.join(red[:3])} did not run")
        return Verdict(submission, job.kata, "failed", why, tests, seconds)
    return Verdict(submission, job.kata, "passed", "", tests, seconds)


class _Worker:
    """The process of dojo.grade.worker, and a thread that reads what it answers."""

    def __init__(self, house: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DOJO"))}
        environment |= {"PYTHONPATH": str(house), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dojo.grade.worker"],
            cwd=house,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        self._answers: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, name="dojo-grade-reader", daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put("")

    def ask(self, job: dict[str, Any], seconds: float) -> dict[str, Any] | None:
        """What the worker says of the job; None if it has died, or says nothing in time."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
            line = self._answers.get(timeout=seconds)
            return dict(json.loads(line)) if line else None
        except (OSError, ValueError, queue.Empty):
            return None

    def close(self) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
            self._process.wait(timeout=2)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
