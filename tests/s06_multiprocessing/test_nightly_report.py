"""One child process for each branch, the same under every start method, and an honest exit status."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from dojo.leaks import no_descriptor_left
from dojo.processes import impatient, is_running, started, within
from dojo.rendezvous import Rendezvous
from katas.s06_multiprocessing import nightly_report
from katas.s06_multiprocessing.nightly_report import run_reports

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
LAUNCHER = Path(__file__).with_name("_launcher.py")
methods = pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())


def run_script(method: str, *branches: str) -> subprocess.CompletedProcess[str]:
    """Run the answer as a script under this start method."""
    command = [sys.executable, str(LAUNCHER), method, str(nightly_report.__file__), *branches]
    # As at home: what is printed waits in a buffer until the process ends in good order.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run(command, capture_output=True, text=True, timeout=50, env=environment)


def reports(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What the reports printed, in order of the alphabet. The script may say more than that."""
    return sorted(line for line in done.stdout.splitlines() if line.endswith(": done"))


# What the children run: found by name, whatever the start method.


@dataclass(frozen=True)
class Meet:
    """Fails if it does not meet the others."""

    meeting: Rendezvous

    def __call__(self, branch: str) -> None:
        if not self.meeting.meet():
            raise TimeoutError(f"{branch} was alone")


@dataclass(frozen=True)
class SignIn:
    """Leaves a file that says who ran it, and for which branch."""

    folder: Path

    def __call__(self, branch: str) -> None:
        name = multiprocessing.current_process().name
        (self.folder / str(os.getpid())).write_text(f"{name} {branch}")


def fail_in_many_ways(branch: str) -> object:
    if branch == "north":
        raise ValueError("no report today")
    if branch == "south":
        sys.exit(3)
    if branch == "east":
        os._exit(4)
    if branch == "centre":
        os.kill(os.getpid(), signal.SIGTERM)
    if branch == "harbour":
        sys.exit("no paper")
    if branch == "west":
        sys.exit(0)
    if branch == "hill":
        sys.exit()
    return "what a job returns does not matter"


def slow(branch: str) -> None:
    if branch == "north":
        raise ValueError("no report today")
    time.sleep(0.2)


def nothing(branch: str) -> None:
    pass


@methods
def test_script_under_every_start_method(method: str) -> None:
    """As a script it does not print one line for each branch, or does not exit with 0."""
    done = run_script(method, "north", "south")
    assert reports(done) == ["north: done", "south: done"], done.stderr
    assert done.returncode == 0, done.stderr


def test_script_reports_failure() -> None:
    """As a script it hides that a report failed, or the others suffer from it."""
    done = run_script("spawn", "nobody", "north", "nowhere")
    assert reports(done) == ["north: done"], done.stderr
    assert done.returncode == 1, "the exit status, where two of three children have failed"


def test_script_without_branches() -> None:
    """As a script without arguments it has nothing to do: no report, status 0."""
    done = run_script("spawn")
    assert (reports(done), done.returncode) == ([], 0), done.stderr


def test_import_starts_nothing() -> None:
    """Importing the module prints, starts something, or decides about the start method for everybody."""
    program = (
        "import multiprocessing, sys\n"
        "from multiprocessing.process import BaseProcess\n"
        "started = []\n"
        "BaseProcess.start = lambda self: started.append(self)\n"
        "sys.argv = ['program', 'north']\n"
        "import katas.s06_multiprocessing.nightly_report\n"
        "assert not started, 'a process was started'\n"
        "assert multiprocessing.get_start_method(allow_none=True) is None, 'the start method was set'\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=50)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_all_branches_at_once(tmp_path: Path) -> None:
    """A branch has to wait until another one's report is finished."""
    branches = [f"branch {number}" for number in range(10)]
    meet = Meet(Rendezvous(tmp_path / "meeting", len(branches)))
    assert within(lambda: run_reports(branches, meet)) == 0


def test_counts_failed_children() -> None:
    """A failure goes unnoticed: exceptions, sys.exit, os._exit and signals show in the exit code. (East is twice.)"""
    branches = ("north", "south", "east", "west", "east", "centre", "harbour")
    with started() as children:
        assert within(lambda: run_reports(branches, fail_in_many_ways)) == 6
    assert len(children) == len(branches), "one child for each branch, and none is sent again"


def test_a_good_end_is_no_failure() -> None:
    """A job that calls sys.exit(0) or sys.exit(), or returns something, has not failed: its child's exit code is 0."""
    assert within(lambda: run_reports(["west", "hill", "island"], fail_in_many_ways)) == 0


def test_report_is_the_default(capfd: pytest.CaptureFixture[str]) -> None:
    """Without a job it is report that runs, and whoever calls from Python gets the number of failures, too."""
    assert within(lambda: run_reports(["nowhere", "north"])) == 1
    capfd.readouterr()  # the lines of the children


def test_children_of_others() -> None:
    """The caller has another child, which is still at work: it is nobody's report, so it is not waited for."""
    over = multiprocessing.Event()
    other = multiprocessing.Process(target=over.wait, name="other")
    other.start()
    try:
        assert within(lambda: run_reports(["north"], nothing)) == 0
        assert other.is_alive(), "the caller's other child was ended"
    finally:
        over.set()
        other.join()


def test_counts_children_that_have_ended_already(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that has ended before it is waited for is not counted: active_children() has forgotten it by then."""
    real = BaseProcess.start

    def start(self: BaseProcess) -> None:
        real(self)
        wait([self.sentinel])  # as if the child were that quick

    monkeypatch.setattr(BaseProcess, "start", start)
    assert within(lambda: run_reports(["north", "west", "north"], fail_in_many_ways)) == 2


def test_no_branches() -> None:
    """Without branches nothing is to be started, and nothing can fail."""
    with started() as children:
        assert run_reports([], nothing) == 0
    assert children == []


def test_names_and_children(start_method: str, tmp_path: Path) -> None:
    """The job of a branch does not run once, in a child process of its own with its name."""
    with started() as children:
        assert within(lambda: run_reports(["north", "west"], SignIn(tmp_path))) == 0
    assert sorted(file.read_text() for file in tmp_path.iterdir()) == ["report-north north", "report-west west"]
    assert {int(file.name) for file in tmp_path.iterdir()} == {child.pid for child in children}
    assert {child.method for child in children} == {start_method}, "the default start method is the one to use"


def test_slow_report() -> None:
    """A report took longer than the main process was ready to wait, or is not waited for since another has failed."""
    with impatient(), started() as children:
        assert within(lambda: run_reports(["north", "south", "north"], slow)) == 2
    assert not any(is_running(child.pid) for child in children), "a report is still being written"


def test_no_child_left() -> None:
    """It returns before all children have ended, or leaves something open."""
    with no_descriptor_left():
        within(lambda: run_reports(["north", "south", "east"], fail_in_many_ways))
    assert multiprocessing.active_children() == []
