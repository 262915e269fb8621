"""Jobs go to workers that may die: whoever is free gets the next one, and only a job that kills is tried again.

Each run of a job leaves a byte in a file of its own, so that runs are counted across crashes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from dojo.leaks import no_descriptor_left
from dojo.processes import StuckCallError, is_running, room_for, started, within
from dojo.rendezvous import Rendezvous, wait_until
from katas.s11_ipc.dispatch import Failed, Lost, Ok, dispatch

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
SECONDS = 15.0
"""After which a call is thought to hang."""
FORK = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
"""With fork a worker has copies of the pipes that were open when it was started."""


def dispatched(jobs: Any, work: Any, **how: int) -> list[Ok | Failed | Lost]:
    """dispatch, with a limit."""
    return within(lambda: dispatch(jobs, work, **how), SECONDS)


# What the workers run: found by name, whatever the start method.


@dataclass(frozen=True)
class Job:
    """Number, folder, and how it ends."""

    number: int
    folder: Path
    how: str = "good"
    caller: int = field(default_factory=os.getpid)

    @property
    def file(self) -> Path:
        return self.folder / str(self.number)


def runs(folder: Path, number: int) -> int:
    """How often the job with this number was begun."""
    file = folder / str(number)
    return file.stat().st_size if file.exists() else 0


def must_be_a_child_of(caller: int) -> None:
    """However it was started."""
    assert os.getpid() != caller, "a job runs in the caller's own process"


def run(job: Job) -> int:
    """Leaves a byte, and ends as the job says."""
    with job.file.open("ab") as file:
        file.write(b".")
    must_be_a_child_of(job.caller)
    match job.how:
        case "raises":
            raise ValueError(f"job {job.number}")
        case "exits":
            os._exit(0)
        case "is killed":
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        case "kills once" if runs(job.folder, job.number) == 1:
            os._exit(1)
    return job.number * 10


def itself(job: Any) -> Any:
    return job


class Refused(Exception):
    """Cannot be unpickled: its __init__ wants more than its args hold."""

    def __init__(self, who: str, why: str) -> None:
        super().__init__(f"{who} {why}")


class Sealed:
    """Cannot be pickled, and says so with an error of its own, as what is nested too deeply does."""

    def __reduce__(self) -> str:
        raise RuntimeError("sealed")


def nasty(job: str) -> Any:
    """Has no picklable result for "lambda", "lock" or "sealed"; its error for "Refused" cannot be sent."""
    match job:
        case "Refused":
            raise Refused("the shop", "is closed")
        case "KeyError":
            raise KeyError("k", 4)
        case "EOFError":
            raise EOFError("the file is empty")
        case "ConnectionResetError":
            raise ConnectionResetError("the till has hung up")
        case "StopIteration":
            raise StopIteration("nothing left")
        case "lambda":
            return lambda: None
        case "lock":
            return threading.Lock()
        case "sealed":
            return Sealed()
    return job


def meets(meeting: Rendezvous) -> bool:
    """Whether so many jobs run at once."""
    return meeting.meet()


def meets_soon(meeting: Rendezvous) -> bool:
    return meeting.meet(0.4)


def meets_or_dies(meeting: Rendezvous | int) -> bool:
    """A number, the caller's, kills the worker."""
    if isinstance(meeting, int):
        must_be_a_child_of(meeting)
        os._exit(1)
    return meeting.meet()


def meets_soon_or_dies(meeting: Rendezvous | int) -> bool:
    return meets_or_dies(meeting) if isinstance(meeting, int) else meeting.meet(0.4)


def waits_for_the_others(job: Job) -> bool:
    """Job 0 ends when jobs 1 to 4 have been run."""
    if job.number == 0:
        return wait_until(lambda: all((job.folder / str(number)).exists() for number in range(1, 5)))
    job.file.touch()
    return True


def survives(job: Job) -> bool:
    """Job 0 waits until job 1 has been begun, and died, three times."""
    with job.file.open("ab") as file:
        file.write(b".")
    if job.number == 1:
        must_be_a_child_of(job.caller)
        if runs(job.folder, 0) == 0:
            wait_until(lambda: runs(job.folder, 0) == 1)
        os._exit(1)
    return wait_until(lambda: runs(job.folder, 1) == 3)


def interrupts(job: tuple[int, int, Path]) -> None:
    """Job 0 sends the signal of Ctrl-C to the caller of dispatch while both jobs run; they would go on for a while.

    Job 1 ignores SIGTERM.
    """
    number, caller, folder = job
    if number == 1:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (folder / str(number)).write_text(str(os.getpid()))
    if number == 0 and wait_until((folder / "1").exists):
        time.sleep(0.2)  # the caller has started us both; now it waits
        os.kill(caller, signal.SIGINT)
    time.sleep(5)
    os._exit(1)  # who waits for its worker is not kept any longer


def is_interrupted(folder: Path) -> None:
    """Calls dispatch as a program does, in its main thread, and notes what became of it."""
    os.setpgrp()  # so that the test can end all of us, whatever happens
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        dispatch([(number, os.getpid(), folder) for number in (0, 1)], interrupts, 2)
    except KeyboardInterrupt:
        pids = {number: int((folder / number).read_text()) for number in "01"}
        wait_until(lambda: not any(map(is_running, pids.values())), 1.0)  # who was killed may take a moment to end
        left = [number for number, pid in pids.items() if is_running(pid)]
        (folder / "told").write_text(f"interrupted, jobs left: {left}")
    else:
        (folder / "told").write_text("not interrupted")
    os._exit(0)  # without waiting for what is left


@pytest.mark.parametrize("start_method", ["spawn"], indirect=True)
def test_two_jobs(start_method: str, tmp_path: Path) -> None:
    """Two jobs, one that raises, do not have their outcomes."""
    outcomes = dispatched([Job(0, tmp_path), Job(1, tmp_path, "raises")], run, workers=1)
    assert outcomes == [Ok(0), Failed("ValueError: job 1")]


MIXES = [
    (["good"], 1, 1),
    (["is killed", "good"], 1, 2),
    (["kills once", "raises", "kills once"], 2, 1),
    (["kills once", "good", "exits", "kills once"], 1, 2),
    (["exits", "raises", "is killed", "good", "kills once"], 3, 2),
]
"""How the jobs end, how many workers there are, and how many attempts."""


def test_outcomes() -> None:
    """With some mix of good, raising and deadly jobs an outcome is wrong, or a job ran too often or not at all."""
    for hows, workers, attempts in MIXES:
        expected = []
        for number, how in enumerate(hows):
            outcome: Any = Ok(number * 10)
            if how == "raises":
                outcome = Failed(f"ValueError: job {number}")
            elif how in ("exits", "is killed") or (how == "kills once" and attempts == 1):
                outcome = Lost(attempts)
            expected.append((how, outcome, 1 if how in ("good", "raises") else attempts))
        with TemporaryDirectory() as name:
            folder = Path(name)
            jobs = [Job(number, folder, how) for number, how in enumerate(hows)]
            outcomes = dispatched(jobs, run, workers=workers, attempts=attempts)
            found = [(how, outcomes[number], runs(folder, number)) for number, how in enumerate(hows)]
        assert found == expected, f"{workers=}, {attempts=}: (how it ends, its outcome, how often it ran)"


def test_workers_overlap(tmp_path: Path) -> None:
    """There are two workers unless asked otherwise, and two jobs do not run at the same time."""
    assert dispatched([Rendezvous(tmp_path / "meeting", 2)] * 2, meets) == [Ok(True)] * 2


def test_as_many_as_asked_for(tmp_path: Path) -> None:
    """Five workers were asked for, and five jobs do not run at the same time, on however few CPUs."""
    assert dispatched([Rendezvous(tmp_path / "meeting", 5)] * 5, meets, workers=5) == [Ok(True)] * 5


def test_no_more_than_asked_for(tmp_path: Path) -> None:
    """One worker was asked for, and two jobs run at the same time."""
    outcomes = dispatched([Rendezvous(tmp_path / "meeting", 2)] * 2, meets_soon, workers=1)
    assert outcomes[0] == Ok(False), "the second job came while the first was running"


def test_as_many_as_before_a_death(tmp_path: Path) -> None:
    """After deaths fewer jobs run at the same time than workers were asked for, or more."""
    outcomes = dispatched([os.getpid(), *[Rendezvous(tmp_path / "two", 2)] * 2], meets_or_dies, attempts=1)
    assert outcomes == [Lost(1), Ok(True), Ok(True)], "two workers, two jobs left"
    outcomes = dispatched([os.getpid(), *[Rendezvous(tmp_path / "one", 2)] * 2], meets_soon_or_dies, workers=1)
    assert outcomes[:2] == [Lost(2), Ok(False)], "one worker, and the last job came while another one was running"


@pytest.mark.parametrize("before", [0, 2])
def test_goes_to_whoever_is_free(before: int, tmp_path: Path) -> None:
    """A job waits for a slow worker, though another is free: be the slow one among the first, or a later one."""
    jobs = [Job(number, tmp_path) for number in range(1, 5)]
    jobs.insert(before, Job(0, tmp_path))
    assert dispatched(jobs, waits_for_the_others) == [Ok(True)] * 5


@pytest.mark.parametrize("start_method", [FORK], indirect=True)
def test_neighbour_is_undisturbed(start_method: str, tmp_path: Path) -> None:
    """A death beside it ends or repeats a running job; or the death is not noticed as long as that job runs."""
    outcomes = dispatched([Job(0, tmp_path), Job(1, tmp_path)], survives, attempts=3)
    assert outcomes == [Ok(True), Lost(3)]
    assert (runs(tmp_path, 0), runs(tmp_path, 1)) == (1, 3), "how often they ran"


def test_more_deaths_than_workers(tmp_path: Path) -> None:
    """Dead workers are not replaced: in the end nobody is left for the good jobs."""
    jobs = [Job(number, tmp_path, "exits" if number < 3 else "good") for number in range(6)]
    assert dispatched(jobs, run, attempts=1) == [Lost(1)] * 3 + [Ok(30), Ok(40), Ok(50)]


def test_equal_jobs(tmp_path: Path) -> None:
    """Two equal jobs are two, also when they are tried again: the second one had no run of its own."""
    assert dispatched([Job(0, tmp_path, "exits")] * 2, run) == [Lost(2)] * 2
    assert runs(tmp_path, 0) == 4, "two jobs, two attempts each"
    assert dispatched([Job(1, tmp_path)] * 2, run, workers=1) == [Ok(10)] * 2
    assert runs(tmp_path, 1) == 2, "two good jobs, a run each"


def test_unpicklable_job() -> None:
    """A job that cannot be pickled ends everything, or counts as a death."""
    first, second, third, fourth = dispatched([threading.Lock(), "fine", lambda: None, Sealed()], itself)
    assert second == Ok("fine")
    assert isinstance(first, Failed)
    assert isinstance(third, Failed)
    assert isinstance(fourth, Failed), "pickling may raise errors of any kind, here a RuntimeError"


def test_unpicklable_job_takes_nobodys_place(tmp_path: Path) -> None:
    """A job that cannot be pickled keeps a worker from the next job, as long as the others are busy."""
    meeting = Rendezvous(tmp_path / "meeting", 2)
    first, failed, last = dispatched([meeting, threading.Lock(), meeting], meets)
    assert isinstance(failed, Failed)
    assert (first, last) == (Ok(True), Ok(True)), "two workers, and the two good jobs did not run at the same time"


def test_unpicklable_result() -> None:
    """A result that cannot be pickled is lost, counts as a death, or takes its worker along."""
    first, second, third, *others = dispatched(["lambda", "lock", "sealed", "KeyError", "fine"], nasty, workers=1)
    assert isinstance(first, Failed)
    assert isinstance(second, Failed)
    assert isinstance(third, Failed), "pickling may raise errors of any kind, here a RuntimeError"
    assert others == [Failed("KeyError: ('k', 4)"), Ok("fine")]


def test_error_of_any_kind() -> None:
    """An error of work, that cannot be sent or that a pipe raises, counts as a death or has another name or text.

    EOFError and ConnectionResetError are what pipes raise, too. Generators make another error of StopIteration.
    """
    assert dispatched(["Refused", "fine"], nasty) == [Failed("Refused: the shop is closed"), Ok("fine")]
    errors = dispatched(["EOFError", "ConnectionResetError", "StopIteration"], nasty)
    assert errors == [
        Failed("EOFError: the file is empty"),
        Failed("ConnectionResetError: the till has hung up"),
        Failed("StopIteration: nothing left"),
    ]


def test_big_jobs_and_results() -> None:
    """A large job or result gets stuck on its way."""
    jobs = [letter * 300_000 for letter in "abcd"]
    assert dispatched(jobs, itself) == [Ok(job) for job in jobs]


def test_values_that_look_like_something_else() -> None:
    """A result such as None, b"", an exception or an outcome is taken for something else."""
    jobs = [None, b"", 0, "", Failed("no"), Lost(1)]
    assert dispatched(jobs, itself) == [Ok(job) for job in jobs]
    (returned,) = dispatched([ValueError("sold out")], itself)
    assert isinstance(returned, Ok), "work has returned an exception: a value, not an error"
    assert repr(returned.value) == "ValueError('sold out')"


def test_no_jobs() -> None:
    """Without jobs nothing is to be started."""
    with started() as children:
        assert dispatched([], itself) == []
    assert children == []


@pytest.mark.parametrize(("workers", "attempts"), [(0, 1), (-1, 1), (1, 0)])
@pytest.mark.parametrize("jobs", [[], ["fine"]])
def test_bad_arguments(workers: int, attempts: int, jobs: list[str]) -> None:
    """Fewer than one worker or attempt are to be refused with a ValueError, before anything is started."""
    with started() as children, pytest.raises(ValueError):
        dispatched(jobs, itself, workers=workers, attempts=attempts)
    assert children == []


@pytest.mark.parametrize("how", ["good", "raises", "exits"])
def test_nothing_left(how: str, tmp_path: Path) -> None:
    """A process or a pipe is left, after success, a failure or a death."""
    with no_descriptor_left():
        dispatched([Job(0, tmp_path), Job(1, tmp_path, how), Job(2, tmp_path)], run)


@pytest.mark.parametrize("start_method", ["spawn"], indirect=True)
def test_nothing_left_after_a_failed_start(start_method: str) -> None:
    """A worker cannot be started (a lambda cannot be sent to it), and an end of its pipe is left."""

    def attempt() -> None:
        with suppress(Exception):
            dispatched(["job"], lambda job: job)

    with no_descriptor_left():
        attempt()


def test_nothing_left_when_the_second_start_fails(tmp_path: Path) -> None:
    """The system has no process left for the second worker, and the first one lives on."""
    with room_for(1, OSError("no more processes")), started() as children:
        try:
            dispatched([Rendezvous(tmp_path / "meeting", 2)] * 2, meets_soon)
        except StuckCallError:
            raise
        except Exception:  # of whatever kind: that is not promised
            pass
    left = [child.name for child in children if is_running(child.pid)]
    assert left == [], "still running when dispatch had ended"


@pytest.mark.skipif(os.name == "nt", reason="no such signal there")
def test_nothing_left_after_ctrl_c(tmp_path: Path) -> None:
    """Ctrl-C while jobs are running leaves a process (job 1 ignores SIGTERM), or does not arrive at the caller."""
    program = multiprocessing.get_context("fork").Process(target=is_interrupted, args=(tmp_path,))
    program.start()
    assert program.pid
    try:
        within(program.join, SECONDS)
    finally:
        with suppress(OSError):
            os.killpg(program.pid, signal.SIGKILL)
    assert (tmp_path / "told").read_text() == "interrupted, jobs left: []"
