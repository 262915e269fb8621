"""In the process of one job: run the pristine tests on one answer, and say what came of it."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dojo import crowd
from dojo.answers import ROOT
from dojo.grade import fence
from dojo.grade.verdict import Limits

if TYPE_CHECKING:
    import pytest

    from dojo.recorder import Recorder

AFTER_RED = 5.0
"""Seconds that the further tests have once one is red: the verdict does not depend on them any more."""


@dataclass(frozen=True)
class Job:
    """One answer to one kata.

    `names` are the tests that it has to pass. `control` is the source of a known wrong answer and `control_test` a
    test that rejects it: after the answer has passed, they show that its code has not disarmed the tests.
    """

    kata: str
    source: str
    names: tuple[str, ...]
    control: str = ""
    control_test: str = ""
    limits: Limits = field(default_factory=Limits)


@dataclass
class Result:
    """`tests` maps each test (without parameters) to its worst outcome; `why` tells of the first that is red."""

    tests: dict[str, str] = field(default_factory=dict)
    why: str = ""
    refused: str = ""


def work(job: Job, folder: Path, closed: list[str]) -> None:
    """Judge the answer; the result is written to `folder`/result.json, all or nothing."""
    import pytest  # noqa: F401 - now, while nothing of the answer has run

    from dojo.grade import integrity

    crowd.counted = True
    _limit(job.limits)
    _settle_in(folder)
    section, name = job.kata.split("/")
    file = _lay(folder / "answer" / section / name / "answer.py", job.source)
    os.environ[fence.VARIABLE] = fence.settings(str(folder), closed, job.limits.processes)
    write, real_exit = _writer(folder), os._exit
    before = integrity.snapshot()
    fence.install(os.environ[fence.VARIABLE])
    limit = job.limits.seconds / 2  # so that one test that hangs is told with its stacks
    result = _run(job.kata, file, [], limit, write)
    if _is_green(result, job.names):
        twins = integrity.equal_to_everything(f"katas.{section}.{name}")
        changed = integrity.changes(before)
        if changed:
            result.refused = f"it changed {', '.join(changed[:3])}"
        elif twins:
            result.refused = f"instances of {', '.join(twins[:3])} call themselves equal to everything"
        elif job.control:
            control = _lay(folder / "control" / section / name / "answer.py", job.control)
            if _run(job.kata, control, [job.control_test], limit).tests.get(job.control_test) != "failed":
                result.refused = "with this answer loaded the tests do not reject a wrong answer any more"
    write(result)
    real_exit(0)


def _is_green(result: Result, names: tuple[str, ...]) -> bool:
    outcomes = [result.tests.get(name) for name in names]
    return all(outcome in ("passed", "skipped") for outcome in outcomes) and "passed" in outcomes


def _lay(file: Path, source: str) -> Path:
    file.parent.mkdir(parents=True)
    file.write_text(source, encoding="utf-8", errors="surrogateescape")
    return file


def _writer(folder: Path) -> Any:
    """A function that writes the result, made of what cannot be patched any more."""
    dump, opened, replace = json.dumps, open, os.replace

    def write(result: Result) -> None:
        text = dump(asdict(result))
        with opened(folder / "result.tmp", "w", encoding="utf-8") as stream:
            stream.write(text)
        replace(folder / "result.tmp", folder / "result.json")

    return write


def _run(
    kata: str, file: Path, names: list[str], limit: float, write: Callable[[Result], None] | None = None
) -> Result:
    """Its tests, or those named, with `limit` seconds for each. What there is when the first is red is written at
    once: it holds even if a later one does not come to an end."""
    import pytest

    from dojo import warm
    from dojo.recorder import Recorder

    for module in [module for module in sys.modules if module.partition(".")[0] in ("katas", "tests")]:
        if module.count("."):
            del sys.modules[module]
    section, name = kata.split("/")
    tests = ROOT / "tests" / section / f"test_{name}.py"
    recorder = Recorder()
    status = pytest.main(
        [
            *([f"{tests}::{test}" for test in names] or [str(tests)]),
            f"--attempt={file}",
            "-q",
            *warm.arguments(limit),
        ],
        plugins=[_FirstRed(recorder, write), recorder],
    )
    why = recorder.outcome.trouble or recorder.why
    if status in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERRUPTED) and not why:
        why = f"pytest stopped ({pytest.ExitCode(status).name.lower().replace('_', ' ')})"
    return Result(dict(recorder.outcome.tests), why)


class _FirstRed:
    """A pytest plugin, to be registered before the recorder, which is told of each report first then."""

    def __init__(self, recorder: Recorder, write: Callable[[Result], None] | None) -> None:
        self._recorder = recorder
        self._write = write
        self._now = time.monotonic  # the answer may patch what it likes later
        self._at: float | None = None

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self._session = session

    def pytest_runtest_logreport(self) -> None:
        if not self._recorder.why:
            return
        if self._at is None:
            self._at = self._now()
            if self._write is not None:
                self._write(Result(dict(self._recorder.outcome.tests), self._recorder.why))
        elif self._now() - self._at > AFTER_RED:
            self._session.shouldstop = "a test is red, and the others take long"


def _settle_in(folder: Path) -> None:
    """The folder is the answer's world: where it is, where its temporary files go."""
    import multiprocessing.shared_memory
    import tempfile

    temporary = folder / "tmp"
    temporary.mkdir()
    os.chdir(temporary)
    for variable in ("TMPDIR", "TEMP", "TMP", "HOME"):
        os.environ[variable] = str(temporary)
    tempfile.tempdir = None
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ["PYTHONPATH"] = str(ROOT)
    sys.dont_write_bytecode = True
    if hasattr(multiprocessing.shared_memory, "_SHM_NAME_PREFIX"):  # so that what is left can be told and removed
        multiprocessing.shared_memory._SHM_NAME_PREFIX = f"/{shared_prefix(folder)}"


def shared_prefix(folder: Path) -> str:
    """How the names of the job's shared-memory blocks begin."""
    return f"dj{folder.name[-6:]}_"


def _limit(limits: Limits) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    mib = 1024 * 1024
    for what, most in (
        (resource.RLIMIT_CPU, int(limits.seconds) + 10),
        (resource.RLIMIT_AS, limits.memory * mib),
        (resource.RLIMIT_FSIZE, limits.files * mib),
        (resource.RLIMIT_NOFILE, limits.descriptors),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(what, (most, most))
