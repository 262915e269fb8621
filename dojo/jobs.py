"""Runs a kata's tests against many answers, each in a process of its own, several at a time.

Where the platform can fork, the jobs are forks of one process: it has imported pytest and all that belongs to it, and
has begun a session up to where it would collect tests. Elsewhere each job is a fresh interpreter with a session of its
own. Either way the tests run as they do for a learner.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import multiprocessing
import os
import pickle
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

from dojo import crowd, plugin, warm
from dojo.answers import ROOT, Answers
from dojo.curriculum import Kata
from dojo.recorder import Outcome, Recorder

TEST_LIMIT = 60.0
"""Seconds that one test may take, if nothing else is said."""
BESIDES = 60.0
"""Seconds that a job may take beyond what one test may."""
TICK = 0.005
OUTPUT = "output.txt"
"""The file in a job's folder that keeps what was printed."""


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
    with tempfile.TemporaryDirectory(prefix="dojo-") as folder:
        place = Path(folder)
        if not warm.CAN_FORK:

            def start(job: Job, folder: Path) -> warm.Fresh:
                (folder / "job.pickle").write_bytes(pickle.dumps((job, limit)))
                return warm.Fresh(["dojo.jobs", str(folder)], folder / OUTPUT)

            yield from _all(waiting, start, place, parallel, limit, lambda: time.sleep(TICK))
            return
        warm.warm_up()
        ours, theirs = multiprocessing.Pipe()
        printed = place / "printed.txt"
        host = warm.Forked(lambda: _host(waiting, place, parallel, limit, theirs, ours), printed)
        theirs.close()
        try:
            for _ in waiting:
                yield ours.recv()
        except EOFError:
            raise RuntimeError(f"the tests cannot run here\n{printed.read_text()}") from None
        finally:
            ours.close()  # which tells the host to end what still runs
            host.wait()


def _host(jobs: list[Job], place: Path, parallel: int, limit: float, theirs: Connection, ours: Connection) -> None:
    """In a process of its own: a session from which the jobs are forked. Ends early if `ours` is closed."""
    ours.close()

    def pause() -> None:
        if theirs.poll(TICK):
            raise BrokenPipeError

    def serve(session: pytest.Session) -> None:
        def work(job: Job, folder: Path) -> None:
            theirs.close()
            _work(session, job, folder)

        def start(job: Job, folder: Path) -> warm.Forked:
            return warm.Forked(lambda: work(job, folder), folder / OUTPUT)

        ended = _all(jobs, start, place, parallel, limit, pause)
        with contextlib.suppress(ConnectionError), contextlib.closing(ended):
            for each in ended:
                theirs.send(each)

    _session(serve, limit)


def _all(
    jobs: list[Job],
    start: Callable[[Job, Path], warm.Forked | warm.Fresh],
    place: Path,
    parallel: int,
    limit: float,
    pause: Callable[[], None],
) -> Generator[tuple[Job, Outcome]]:
    """Run the jobs as start(job, its folder below `place`) does."""
    waiting = [*enumerate(jobs)][::-1]
    running: list[_Process] = []
    try:
        while waiting or running:
            while waiting and len(running) < parallel:
                number, job = waiting.pop()
                folder = place / str(number)
                folder.mkdir()
                running.append(_Process(job, folder, start(job, folder), limit))
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

    def __init__(self, job: Job, folder: Path, child: warm.Forked | warm.Fresh, limit: float) -> None:
        self.job = job
        self._folder = folder
        self._child = child
        self._limit = (limit + BESIDES) * crowd.times()
        self._start = time.monotonic()

    def kill(self) -> None:
        self._child.kill()

    def has_ended(self) -> bool:
        if self._child.poll() is not None:
            return True
        if time.monotonic() - self._start < self._limit:
            return False
        _write(Outcome(trouble=f"still running after {self._limit:.0f} seconds"), self._folder)
        self.kill()
        return True

    def outcome(self) -> Outcome:
        status = self._child.poll()
        self.kill()  # whatever it started and left behind
        verdict = self._folder / "verdict.json"
        if verdict.exists():
            outcome = Outcome(**json.loads(verdict.read_text(encoding="utf-8")))
        else:
            printed = (self._folder / OUTPUT).read_text(encoding="utf-8", errors="replace")
            outcome = Outcome(trouble=f"the process ended with status {status} without a verdict\n{printed[-2000:]}")
        outcome.seconds = time.monotonic() - self._start
        return outcome


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
