"""Nobody is counted twice, nobody is lost, and nobody gets in when the hall is full."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
from contextlib import AbstractContextManager
from functools import partial
from multiprocessing import sharedctypes
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dojo.interleave import interleave, together
from dojo.leaks import no_descriptor_left
from dojo.processes import impatient, is_running, started, within
from dojo.rendezvous import PairingCell, Rendezvous, wait_until
from katas.s06_multiprocessing.hall_counter import Tally, enter, leave, run_doors

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


class Cell:
    """Threads stand in for processes: the same promises, and every interleaving can be tried."""

    def __init__(self) -> None:
        self.value = 0
        self._lock = threading.RLock()

    def get_lock(self) -> AbstractContextManager[object]:
        return self._lock


def model(people: str, capacity: int) -> Tally:
    """What one door has to do, step by step."""
    inside = turned_away = 0
    for person in people:
        if person == "-":
            inside -= inside > 0
        elif inside < capacity:
            inside += 1
        else:
            turned_away += 1
    return Tally(inside, turned_away)


@given(people=st.text("+-", max_size=8), inside=st.integers(0, 4), capacity=st.integers(0, 3))
@example(people="+", inside=2, capacity=1)
def test_enter_and_leave_in_order(people: str, inside: int, capacity: int) -> None:
    """Even one door alone counts wrong, or says True when nobody went through, or lets people into a crowded hall."""
    cell = Cell()
    cell.value = inside
    for person in people:
        through = enter(cell, capacity) if person == "+" else leave(cell)
        assert through is (inside < capacity if person == "+" else inside > 0)
        inside += (1 if person == "+" else -1) if through else 0
        assert cell.value == inside


@pytest.mark.parametrize("plan", [("+", "+"), ("+-", "+"), ("-", "-"), ("+", "-")], ids=" ".join)
@pytest.mark.parametrize(("inside", "capacity"), [(0, 1), (0, 2), (1, 2)])
@interleave
def test_doors_in_every_order(plan: tuple[str, str], inside: int, capacity: int) -> None:
    """Two doors at once lose or double a person, or let more in than the hall holds."""
    cell = Cell()
    cell.value = inside
    passed: list[int] = []

    def door(people: str) -> None:
        for person in people:
            through = enter(cell, capacity) if person == "+" else leave(cell)
            assert 0 <= cell.value <= capacity
            if through:
                passed.append(1 if person == "+" else -1)

    together(*(partial(door, people) for people in plan))
    assert cell.value == inside + sum(passed)


@pytest.mark.parametrize("step", [partial(enter, capacity=3), leave], ids=["enter", "leave"])
@interleave
def test_alarm_panel(step: Any) -> None:
    """The alarm panel empties the hall under cell.get_lock(); your doors use another lock, or none, and undo it."""
    cell, out = Cell(), []
    cell.value = 1

    def panel() -> None:
        with cell.get_lock():
            out.append(cell.value)
            cell.value = 0

    gone_through: list[bool] = []
    together(lambda: gone_through.append(step(cell)), panel)
    change = (-1 if step is leave else 1) * gone_through[0]
    assert out[0] + cell.value == 1 + change


@pytest.mark.parametrize("step", [partial(enter, capacity=3), leave], ids=["enter", "leave"])
@interleave
def test_look_under_the_lock(step: Any) -> None:
    """The panel blinks full and empty under cell.get_lock(); your door took a look without the lock and believed it."""
    cell = Cell()
    cell.value = 1

    def panel() -> None:
        with cell.get_lock():
            people = cell.value
            cell.value = 99
            cell.value = 0
            cell.value = people

    gone_through: list[bool] = []
    together(lambda: gone_through.append(step(cell)), panel)
    assert gone_through == [True], "one of three inside: people may come in and go out"


def one_door(cell: Any, capacity: int, results: Any) -> None:
    """A child that lets one person in, and says whether it did."""
    let_in = enter(cell, capacity)
    cell.leave()
    results.put(let_in)


def two_doors(capacity: int) -> tuple[list[bool], int]:
    """Two children let one person in each, at the same time; what they said, and who is inside then."""
    context = multiprocessing.get_context()
    cell, results = PairingCell(context), context.SimpleQueue()
    children = [context.Process(target=one_door, args=(cell, capacity, results)) for _ in range(2)]
    for child in children:
        child.start()
    said = [results.get() for _ in children]
    for child in children:
        child.join()
    results.close()
    return sorted(said), cell.now()


def test_two_real_doors_last_seat() -> None:
    """Two processes give the last seat away twice."""
    assert within(lambda: two_doors(capacity=1)) == ([False, True], 1)


def test_two_real_doors_lost_person() -> None:
    """Two processes count at once, and one person is lost."""
    assert within(lambda: two_doors(capacity=10)) == ([True, True], 2)


def test_run_doors_all_in(start_method: str) -> None:
    """Who is inside, or who was turned away, is counted in a place that the main process cannot see."""
    with started() as children:
        assert within(lambda: run_doors(["+++", "+++++"], 5)) == Tally(5, 3)
    methods = [child.method for child in children]
    assert methods.count(start_method) >= 2, "one child for each door, by the default start method"


PLANS = [("-+++--", 2), ("", 1), ("++", 0), ("--", 0), ("+" * 255, 0), ("+" * 300, 300), ("-++", 5), ("+-+-+", 1)]


@pytest.mark.parametrize(("people", "capacity"), PLANS)
def test_run_doors_one_door(people: str, capacity: int) -> None:
    """A door alone does not keep the order of its string, has no child since nobody comes, or counts in a byte."""
    with started() as children:
        assert within(lambda: run_doors([people], capacity)) == model(people, capacity)
    assert children, "one child for each door"


def test_large_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand are turned away, and a child whose many reports nobody reads waits for ever, and you for its end."""
    if sys.platform == "linux":
        import fcntl

        really_pipe = os.pipe

        def small_pipe() -> tuple[int, int]:
            ends = really_pipe()
            fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, 4096)  # full sooner, with fewer people
            return ends

        monkeypatch.setattr(os, "pipe", small_pipe)
    assert within(lambda: run_doors(["+" * 255] * 4, 0), 15) == Tally(0, 1020)


@pytest.mark.skipif(multiprocessing.get_start_method() != "fork", reason="children are to inherit the slow reading")
def test_tally_of_two_doors_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two doors turn somebody away at the same time, and only one of the two is counted: `+= 1` without the lock."""
    real, here, met = sharedctypes.Synchronized.value, os.getpid(), []
    meeting = Rendezvous(tmp_path / "meeting", 2)

    def read(self: Any) -> int:
        value = real.fget(self)
        if os.getpid() != here and not self.get_lock()._semlock._is_mine():
            if not met:
                met.append(meeting.meet(seconds=2))  # both have read before either writes, if it is only once
            time.sleep(0.02)  # whoever reads without the lock is overtaken
        return int(value)

    monkeypatch.setattr(sharedctypes.Synchronized, "value", property(read, real.fset))
    assert within(lambda: run_doors(["+" * 25] * 2, 0)) == Tally(0, 50)


def test_no_doors() -> None:
    """Without doors nobody comes in."""
    assert run_doors([], 5) == Tally(0, 0)


def test_two_evenings() -> None:
    """The second evening does not start with an empty hall and a fresh count."""
    assert [within(lambda: run_doors(["++"], 1)) for _ in range(2)] == [Tally(1, 1)] * 2


def test_doors_are_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is not one child process for each door, or one was waited for before all were started."""
    events: list[str] = []
    process = multiprocessing.process.BaseProcess
    real_start, real_join = process.start, process.join

    def start(self: Any) -> None:
        if "Manager" not in type(self).__name__ and "Manager" not in self.name:
            events.append("start")
        real_start(self)

    def join(self: Any, timeout: float | None = None) -> None:
        events.append("join")
        real_join(self, timeout)

    monkeypatch.setattr(process, "start", start)
    monkeypatch.setattr(process, "join", join)
    within(lambda: run_doors(["+", "-"] * 10, 5))
    assert events[:20] == ["start"] * 20, events


@pytest.mark.skipif(multiprocessing.get_start_method() != "fork", reason="children are to inherit the meeting")
def test_doors_open_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A door was waited for, if only for its answer, before the others were started."""
    meeting = Rendezvous(tmp_path / "meeting", 3)
    real, here, came = sharedctypes.Synchronized.get_lock, os.getpid(), set()

    def get_lock(self: Any) -> Any:
        if os.getpid() not in {here, *came}:
            came.add(os.getpid())
            if not meeting.meet(seconds=5):
                (tmp_path / "alone").touch()
        return real(self)

    monkeypatch.setattr(sharedctypes.Synchronized, "get_lock", get_lock)
    assert within(lambda: run_doors(["+", "+", "-+"], 5)).turned_away == 0
    assert not (tmp_path / "alone").exists()


@pytest.mark.skipif(multiprocessing.get_start_method() != "fork", reason="children are to inherit the list")
def test_no_child_for_two_doors(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A child that was ready with its door did another one's work, too, as those of a pool do."""
    process, here = multiprocessing.process.BaseProcess, os.getpid()
    real_get_lock, real_run = sharedctypes.Synchronized.get_lock, process.run

    def get_lock(self: Any) -> Any:
        if os.getpid() != here:
            (tmp_path / str(os.getpid())).touch()
        return real_get_lock(self)

    def run(self: Any) -> None:
        earlier = [child for child in children if "Manager" not in child.name]
        if earlier:  # as if the others were slow to start: the first one has all the time for more than one door
            wait_until(lambda: not is_running(earlier[0].pid), 0.5)
        real_run(self)

    monkeypatch.setattr(sharedctypes.Synchronized, "get_lock", get_lock)
    monkeypatch.setattr(process, "run", run)
    with started() as children:
        assert within(lambda: run_doors(["+", "+", "+"], 5)) == Tally(3, 0)
    assert len(list(tmp_path.iterdir())) in (0, 3), "how many children let people in (0: not seen)"


@pytest.mark.skipif(multiprocessing.get_start_method() != "fork", reason="children are to inherit the slow lock")
def test_slow_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """A door took longer than the main process was ready to wait."""
    here, real = os.getpid(), sharedctypes.Synchronized.get_lock

    def get_lock(self: Any) -> Any:
        if os.getpid() != here:
            time.sleep(0.1)
        return real(self)

    monkeypatch.setattr(sharedctypes.Synchronized, "get_lock", get_lock)
    with impatient():
        assert within(lambda: run_doors(["+", "+"], 1)) == Tally(1, 1)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(("doors", "capacity"), [(["+", "+x"], 5), (["+"], -1), ([], -1), ([" "], 1), (["+\n"], 1)])
def test_bad_plan(doors: list[str], capacity: int) -> None:
    """A bad plan is not refused with a ValueError, or children were started before it was."""
    with started() as children, pytest.raises(ValueError):
        run_doors(doors, capacity)
    assert children == []


def test_nothing_left() -> None:
    """A child has not ended, or something stays open."""
    with no_descriptor_left():
        within(lambda: run_doors(["+", "-"], 5))
    assert multiprocessing.active_children() == []
