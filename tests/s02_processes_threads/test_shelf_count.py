"""One worker per shelf: the same promise for threads and for processes."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle
from dojo.leaks import no_descriptor_left
from dojo.processes import impatient_pipes, is_running, started, within
from dojo.rendezvous import Rendezvous, wait_until
from katas.s02_processes_threads.shelf_count import on_each_shelf

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
shelf_lists = st.lists(st.lists(st.sampled_from(["tea", "milk", "rice"]), max_size=3), max_size=3)


@settings(max_examples=12)
@given(shelves=shelf_lists)
@interleave(preemptions=1, schedules=8)
def test_results_in_shelf_order(shelves: list[list[str]]) -> None:
    """With threads a result is missing, wrong, or in the place of another shelf."""
    assert on_each_shelf(Counter, shelves, kind="thread") == [Counter(shelf) for shelf in shelves]


@interleave(timeouts=True)
def test_threads_in_every_order() -> None:
    """Some order in which threads take turns mixes up the results, or it returns before all threads have ended.

    A wait with a timeout may be over before they have.
    """
    finished = []
    before = set(threading.enumerate())

    def count(shelf: list[str]) -> int:
        number = len(shelf)
        finished.append(number)
        return number

    assert on_each_shelf(count, [["tea"], [], ["tea", "milk"]], kind="thread") == [1, 0, 2]
    assert sorted(finished) == [0, 1, 2]
    assert set(threading.enumerate()) == before, "it has returned, and a thread is still there"


@interleave(preemptions=0)
def test_a_late_first_thread() -> None:
    """With threads the results come in the order in which the workers finish, not in that of the shelves."""
    second_is_done = threading.Event()

    def count(shelf: list[str]) -> int:
        if shelf:
            second_is_done.wait()
            settle()
        else:
            second_is_done.set()
        return len(shelf)

    assert on_each_shelf(count, [["tea"], []], kind="thread") == [1, 0]


class Shelf(list[str]):
    """Can be changed by a job, and cannot be pickled."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()


def test_threads_share_the_shelf() -> None:
    """A thread's job did not get the very shelf, or its result was copied: threads share memory."""
    shelves: list[list[str]] = [Shelf(), []]

    def fill(shelf: list[str]) -> list[str]:
        shelf.append("filled")
        return shelf

    results = on_each_shelf(fill, shelves, kind="thread")
    assert [result is shelf for result, shelf in zip(results, shelves, strict=True)] == [True, True]
    assert shelves == [["filled"], ["filled"]]


@pytest.mark.parametrize("number", [1, 3])
@interleave(preemptions=1)
def test_all_threads_at_once(number: int) -> None:
    """The threads do not work at the same time, each started before the first is waited for; or you do their work."""
    meeting = threading.Barrier(number)
    ours = threading.get_ident()

    def meet(shelf: int) -> bool:
        meeting.wait()
        return threading.get_ident() != ours

    assert on_each_shelf(meet, range(number), kind="thread") == [True] * number


@pytest.mark.parametrize("shelves", [range(40), ["tea"] * 40], ids=["different", "all the same"])
@interleave(preemptions=0, schedules=1)
def test_a_thread_for_each_of_forty_shelves(shelves: Sequence[object]) -> None:
    """With many shelves, or the same one many times, there are fewer threads or results than shelves."""
    meeting = threading.Barrier(40)
    places = on_each_shelf(lambda shelf: meeting.wait(), shelves, kind="thread")
    assert (len(places), set(places)) == (40, set(range(40)))


@interleave(preemptions=1, schedules=20)
def test_a_job_may_count_shelves_itself() -> None:
    """Two counts under way at once, or one after the other, have got into each other's results."""

    def count(shop: list[str]) -> list[int]:
        return on_each_shelf(len, shop, kind="thread")

    counted = on_each_shelf(count, [["tea"], ["milk", "sugar"]], kind="thread")
    assert counted == [[3], [4, 5]]
    count([])
    assert counted == [[3], [4, 5]], "another count has changed the list that came back before"


# What processes run has to be found by its name.


def keep(shelf: Any) -> Any:
    return shelf


def change(shelf: list[str]) -> tuple[int, list[str]]:
    shelf.append("changed")
    return os.getpid(), shelf


def unhurried(shelf: Any) -> Any:
    time.sleep(0.3)
    return shelf


def large(shelf: int) -> bytes:
    return bytes([shelf]) * 2**20


@dataclass(frozen=True)
class Meet:
    meeting: Rendezvous

    def __call__(self, shelf: int) -> int | None:
        """Which process this is; None if the others did not come."""
        return os.getpid() if self.meeting.meet() else None


@dataclass(frozen=True)
class LateFirst:
    """The first shelf's job ends well after the second's."""

    meeting: Rendezvous

    def __call__(self, shelf: int) -> int:
        met = self.meeting.meet()
        if shelf == 0:
            time.sleep(0.15)
        return shelf if met else -1


@dataclass(frozen=True)
class Lingers:
    """A job whose process ends, long after its result is sent, when somebody waits for it (or after seconds)."""

    folder: Path

    def __call__(self, shelf: int) -> int:
        (self.folder / str(os.getpid())).touch()
        Finalize(None, wait_until, ((self.folder / "waited for").exists,), {"seconds": 2}, exitpriority=0)
        return shelf


def test_thread_results() -> None:
    """With threads None, 0 or an empty list is not taken for a result like any other."""
    shelves = [None, 0, "", ["tea"]]
    assert on_each_shelf(keep, shelves, kind="thread") == shelves


def test_process_results() -> None:
    """With processes results are missing or misplaced: a child fills its own copy of a list, not yours."""
    shelves = [None, 0, "", ["tea"]]
    assert within(lambda: on_each_shelf(keep, shelves, kind="process")) == shelves


@pytest.mark.parametrize("kind", ["thread", "process"])
def test_error_as_a_result(kind: Any) -> None:
    """An error that the job returns is a result like any other, and was raised."""
    results = within(lambda: on_each_shelf(keep, ["tea", ValueError("sold out")], kind=kind))
    assert list(map(repr, results)) == ["'tea'", "ValueError('sold out')"]


def test_slow_job_is_waited_for() -> None:
    """A process counted for long, and whoever waited for its result gave up. (There is no time limit.)"""
    with impatient_pipes():
        assert within(lambda: on_each_shelf(unhurried, ["tea", "milk"], kind="process")) == ["tea", "milk"]


def test_every_start_method(start_method: str) -> None:
    """Under one of the start methods a child does not find its work, or another one than the default is used."""
    shelves = [["tea"], ["milk"]]
    with started() as children:
        assert within(lambda: on_each_shelf(keep, shelves, kind="process")) == shelves
    assert {child.method for child in children} == {start_method}, "the default start method is the one to use"


def test_processes_have_their_own_memory() -> None:
    """The job of a process runs in the caller's process, or changes the caller's shelves."""
    shelves = [["a"], ["b"]]
    results = within(lambda: on_each_shelf(change, shelves, kind="process"))
    assert [shelf for _, shelf in results] == [["a", "changed"], ["b", "changed"]]
    assert shelves == [["a"], ["b"]]
    assert os.getpid() not in {pid for pid, _ in results}


@pytest.mark.parametrize("number", [1, 12])
def test_all_processes_at_once(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes do not work at the same time, one for each shelf, or that depends on the cores or the shelves."""
    for name in ("cpu_count", "process_cpu_count"):
        monkeypatch.setattr(os, name, lambda: 1, raising=False)  # one core is no reason for fewer processes
    meet = Meet(Rendezvous(tmp_path / "meeting", number))
    pids = within(lambda: on_each_shelf(meet, [7] * number, kind="process"))
    assert None not in pids, f"the {number} jobs were not under way at the same time"
    assert len(pids) == number
    assert len({os.getpid(), *pids}) == number + 1, f"{number} jobs in the processes {pids}, called by {os.getpid()}"


def test_late_first_process(tmp_path: Path) -> None:
    """With processes the results come in the order in which the children finish, not in that of the shelves."""
    job = LateFirst(Rendezvous(tmp_path / "meeting", 2))
    assert within(lambda: on_each_shelf(job, [0, 1], kind="process")) == [0, 1]


def test_children_that_are_faster_than_you(monkeypatch: pytest.MonkeyPatch) -> None:
    """The children had ended before you looked, and a result that had not been taken yet was lost."""
    really_start = BaseProcess.start

    def start(process: BaseProcess) -> None:
        really_start(process)
        process.join(2)  # it ends, or wants to hear from you again

    monkeypatch.setattr(BaseProcess, "start", start)
    assert within(lambda: on_each_shelf(keep, ["tea", "milk"], kind="process")) == ["tea", "milk"]


def test_processes_that_are_slow_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The results are there, and so is a child process: wait for its end as long as it takes, not for a while."""
    really_join = BaseProcess.join

    def join(process: BaseProcess, timeout: float | None = None) -> None:
        if timeout is None:
            (tmp_path / "waited for").touch()
        elif (tmp_path / str(process.pid)).exists():
            timeout = 0
        really_join(process, timeout)

    monkeypatch.setattr(BaseProcess, "join", join)
    with started() as children:
        assert within(lambda: on_each_shelf(Lingers(tmp_path), [1, 2], kind="process")) == [1, 2]
        still_there = [child.pid for child in children if is_running(child.pid)]
    assert not still_there, f"it has returned, and these processes have not ended: {still_there}"


def test_large_results() -> None:
    """A child waits for you to take its large result, and you wait for its end."""
    results = within(lambda: on_each_shelf(large, [1, 2, 3], kind="process"), seconds=10)
    assert [(len(result), result[0]) for result in results] == [(2**20, 1), (2**20, 2), (2**20, 3)]


@pytest.mark.parametrize("kind", ["thread", "process"])
@pytest.mark.parametrize("shelves", [[], (), range(0)], ids=repr)
def test_no_shelves(kind: Any, shelves: Sequence[int]) -> None:
    """Without shelves the answer is an empty list."""
    assert on_each_shelf(keep, shelves, kind=kind) == []


@pytest.mark.parametrize("kind", ["Thread", "", None, "fork"])
@pytest.mark.parametrize("shelves", [[], [1]])
def test_bad_kind(kind: Any, shelves: list[int]) -> None:
    """An unknown kind of worker has to be refused with a ValueError, and no job may run."""
    ran: list[int] = []
    with pytest.raises(ValueError):
        on_each_shelf(ran.append, shelves, kind=kind)
    assert ran == []


def test_nothing_left() -> None:
    """A pipe, a thread or a process is left behind: close both ends, and wait for each worker."""
    with no_descriptor_left():
        within(lambda: on_each_shelf(keep, [1, 2], kind="process"))
        on_each_shelf(keep, [1, 2], kind="thread")
