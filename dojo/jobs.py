"""Runs a kata's tests against many answers, each in a process of its own, several at a time.

Where the platform can fork, the jobs are forks of one process: it has imported pytest and all that belongs to it, and
has begun a session up to where it would collect tests. Elsewhere each job is a fresh interpreter with a session of its
own. Either way the tests run as they do for a learner.
"""

from __future__ import annotations

import contextlib
import faulthandler
import itertools
import json
import multiprocessing
import os
import pickle
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from dojo import plugin, warm
from dojo.answers import ROOT, Answers
from dojo.curriculum import Kata
from dojo.recorder import Outcome, Recorder

TEST_LIMIT = 60.0
"""Seconds that one test may take, if nothing else is said."""
BESIDES = 60.0
"""Seconds that a job may take beyond what one test may."""
TICK = 0.005


@dataclass(frozen=True)
class Job:
    """Run the kata's tests (those in `names`, or all) on these answers.

    `effort`: "quick" and "thorough" as pytest's options; `until_red`: no further than the first red test.
    """

    kata: Kata
    answers: Answers
    names: tuple[str, ...] = ()
    effort: str = ""
    until_red: bool = False


def run(jobs: Iterable[Job], parallel: int | None = None, limit: float = TEST_LIMIT) -> Iterator[tuple[Job, Outcome]]:
    """Run the jobs, `parallel` at a time (default: one per CPU); yields each when it has ended.

    `limit`: seconds that one test may take.
    """
    waiting = list(jobs)
    parallel = parallel or os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="dojo-") as place:
        folders = (Path(place, str(number)) for number in itertools.count())
        if not warm.CAN_FORK:
            yield from _all(waiting, parallel, lambda job: _Fresh(job, limit, next(folders)), lambda: time.sleep(TICK))
            return
        warm.warm_up()
        ours, theirs = multiprocessing.Pipe()
        printed = Path(place, "printed.txt")
        host = warm.Forked(lambda: _host(waiting, parallel, limit, folders, theirs, ours), printed)
        theirs.close()
        try:
            for _ in waiting:
                yield ours.recv()
        except EOFError:
            raise RuntimeError(f"the tests cannot run here\n{printed.read_text()}") from None
        finally:
            ours.close()  # which tells the host to end what still runs
            host.wait()


def _host(
    waiting: list[Job], parallel: int, limit: float, folders: Iterator[Path], theirs: Connection, ours: Connection
) -> None:
    """In a process of its own: a session from which the jobs are forked. Ends early if `ours` is closed."""
    ours.close()

    def pause() -> None:
        if theirs.poll(TICK):
            raise BrokenPipeError

    def serve(session: pytest.Session) -> None:
        def fork(job: Job) -> _Process:
            return _Fork(job, limit, next(folders), session, theirs)

        with contextlib.suppress(ConnectionError), contextlib.closing(_all(waiting, parallel, fork, pause)) as ended:
            for each in ended:
                theirs.send(each)

    _session(serve, limit)


def _all(
    jobs: Iterable[Job], parallel: int, start: Callable[[Job], _Process], pause: Callable[[], None]
) -> Generator[tuple[Job, Outcome]]:
    waiting = list(jobs)[::-1]
    running: list[_Process] = []
    try:
        while waiting or running:
            while waiting and len(running) < parallel:
                running.append(start(waiting.pop()))
            ended = [process for process in running if process.has_ended()]
            for process in ended:
                running.remove(process)
                yield process.job, process.outcome()
            if not ended:
                pause()
    finally:
        for process in running:
            process.kill()


class _Process:
    """A job under way. Its verdict comes in a file; what it printed is kept in case there is none."""

    def __init__(self, job: Job, limit: float, folder: Path) -> None:
        self.job = job
        self.folder = folder
        folder.mkdir()
        self._limit = limit + BESIDES
        self._start = time.monotonic()

    def poll(self) -> int | None:
        """The exit status once it has ended; negative for a signal."""
        raise NotImplementedError

    def kill(self) -> None:
        raise NotImplementedError

    def has_ended(self) -> bool:
        if self.poll() is not None:
            return True
        if time.monotonic() - self._start < self._limit:
            return False
        _write(Outcome(trouble=f"still running after {self._limit:g} seconds"), self.folder)
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
        return outcome


class _Fork(_Process):
    def __init__(self, job: Job, limit: float, folder: Path, session: pytest.Session, inherited: Connection) -> None:
        super().__init__(job, limit, folder)

        def work() -> None:
            inherited.close()
            _work(session, job, self.folder)

        self._child = warm.Forked(work, self.folder / "output.txt")

    def poll(self) -> int | None:
        return self._child.poll()

    def kill(self) -> None:
        self._child.kill()


class _Fresh(_Process):
    def __init__(self, job: Job, limit: float, folder: Path) -> None:
        super().__init__(job, limit, folder)
        (self.folder / "job.pickle").write_bytes(pickle.dumps((job, limit)))
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


def _session(serve: Callable[[pytest.Session], None], limit: float) -> None:
    """Begin a pytest session, and let serve() do the rest."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.chdir(ROOT)
    arguments = [
        "--katas=solutions",  # until a job says what else
        *("-p", "no:faulthandler"),  # each job has its own
        *warm.arguments(limit),
    ]
    pytest.main(arguments, plugins=[_Served(serve)])


class _Served:
    """A pytest plugin: instead of collecting, the session is handed over."""

    def __init__(self, serve: Callable[[pytest.Session], None]) -> None:
        self._serve = serve

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        session.items = []
        capture: Any = session.config.pluginmanager.get_plugin("capturemanager")
        capture.stop_global_capturing()  # its files are not to be shared between processes
        self._serve(session)
        return True


def _work(session: pytest.Session, job: Job, folder: Path) -> None:
    """In the job's own process: run the tests and write the verdict."""
    faulthandler.enable(os.dup(2))
    config = session.config
    plugin.settle(config, job.answers, job.effort)
    config.option.maxfail = int(job.until_red)
    recorder = Recorder(first_red_decides=bool(job.names), shrinks=False)
    config.pluginmanager.register(recorder)
    capture: Any = config.pluginmanager.get_plugin("capturemanager")
    capture.start_global_capturing()
    capture.suspend_global_capture()
    file = str(job.kata.tests)
    try:
        session.perform_collect([f"{file}::{name}" for name in job.names] or [file])
        config.hook.pytest_runtestloop(session=session)
    except session.Failed:  # the first red test was the last one to be run
        pass
    except BaseException:
        traceback.print_exc()
        if not recorder.outcome.trouble:
            return  # what was printed tells more
    _write(recorder.outcome, folder)


def _write(outcome: Outcome, folder: Path) -> None:
    draft = folder / "verdict.tmp"
    draft.write_text(json.dumps(asdict(outcome)), encoding="utf-8")
    os.replace(draft, folder / "verdict.json")


if __name__ == "__main__":
    _folder = Path(sys.argv[1])
    _job, _limit = pickle.loads((_folder / "job.pickle").read_bytes())
    _session(lambda session: _work(session, _job, _folder), _limit)
