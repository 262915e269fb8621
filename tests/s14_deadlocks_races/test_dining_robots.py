"""Two controllers are broken by hand. A third one has no deadlock, no two neighbours at work, and nobody who starves.

Under `@interleave` a test is run again for many ways in which its threads can take turns. A deadlock is reported at
once, and time costs nothing.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Barrier, Event, current_thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from katas.s14_deadlocks_races.dining_robots import Cell, deadlock_schedule, starving_schedule


class Ring:
    """The model: who holds how many grippers, which grippers are free, who has worked how often."""

    def __init__(self, n: int, polite: bool) -> None:
        self.n = n
        self.polite = polite
        self.free = [True] * n
        self.held = [0] * n
        self.worked = [0] * n

    def grippers(self, seat: int) -> list[int]:
        return [seat, (seat + 1) % self.n]

    def step(self, seat: int) -> bool:
        """The next step of this seat. False if it is impossible now."""
        pair = self.grippers(seat)
        if self.held[seat] == 2:
            self.held[seat] = 0
            self.worked[seat] += 1
            for gripper in pair:
                self.free[gripper] = True
            return True
        wanted = pair if self.polite else [pair[self.held[seat]]]
        if not all(self.free[gripper] for gripper in wanted):
            return False
        for gripper in wanted:
            self.free[gripper] = False
        self.held[seat] += len(wanted)
        return True


@given(n=st.integers(2, 8))
@settings(max_examples=7)
def test_greedy_is_stopped(n: int) -> None:
    """Your first schedule lets somebody work, or leaves a seat that can still do something."""
    schedule = deadlock_schedule(n)
    ring = Ring(n, polite=False)
    for seat in schedule:
        assert seat in range(n), f"there is no seat {seat} in a ring of {n}"
        ring.step(seat)
    assert not any(ring.worked), f"after {schedule} the seats have worked {ring.worked} times"
    for seat in range(n):
        assert not ring.step(seat), f"after {schedule} seat {seat} can still do its next step"


@given(n=st.integers(4, 8), rounds=st.integers(0, 20))
@settings(max_examples=30)
def test_polite_starves(n: int, rounds: int) -> None:
    """Your second schedule lets seat 1 work, or gives it a chance, or its neighbours work too little."""
    schedule = starving_schedule(n, rounds)
    ring = Ring(n, polite=True)
    for number, seat in enumerate(schedule, 1):
        assert seat in range(n), f"there is no seat {seat} in a ring of {n}"
        ring.step(seat)
        chance = all(ring.free[gripper] for gripper in ring.grippers(1))
        assert not chance, f"after {schedule[:number]} both grippers of seat 1 are free"
    assert not ring.worked[1], f"after {schedule} seat 1 has worked"
    assert schedule.count(1) >= rounds, f"seat 1 is to be named {rounds} times, in {schedule}"
    assert min(ring.worked[0], ring.worked[2]) >= rounds, f"{schedule}: the seats have worked {ring.worked} times"


def test_schedules_refuse_bad_input() -> None:
    """A ring that is too small, or a negative number of rounds, was not refused with ValueError."""
    for n in (-1, 0, 1):
        with pytest.raises(ValueError):
            deadlock_schedule(n)
    for n, rounds in ((3, 1), (2, 0), (0, 1), (4, -1)):
        with pytest.raises(ValueError):
            starving_schedule(n, rounds)


@pytest.mark.parametrize("n", [2, 3, 5])
@interleave
def test_one_robot_after_the_other(n: int) -> None:
    """Without any rush: a job was not run, not once, not in the caller's thread, or for a seat that is not there."""
    cell = Cell(n)
    ran = []
    for seat in (*range(n), *range(n)):
        cell.work(seat, lambda: ran.append(current_thread()))
    assert ran == [current_thread()] * (2 * n)
    for seat in (-1, n, n + 1, -n):
        with pytest.raises(IndexError):
            cell.work(seat, partial(pytest.fail, f"seat {seat} of {n} got a job"))
    for seat in range(n):
        cell.work(seat, lambda: ran.append(current_thread()))
    assert len(ran) == 3 * n, "an IndexError costs nobody anything"


@pytest.mark.parametrize("n", [-1, 0, 1])
def test_bad_rings(n: int) -> None:
    """A ring in which a robot would be its own neighbour was not refused with ValueError."""
    with pytest.raises(ValueError):
        Cell(n)


class Floor:
    """Its jobs complain when a neighbour is at work."""

    def __init__(self, n: int) -> None:
        self.cell = Cell(n)
        self.n = n
        self.working: list[int] = []
        self.jobs: list[int] = []

    def neighbours(self, seat: int) -> set[int]:
        return {(seat - 1) % self.n, (seat + 1) % self.n}

    def job(self, seat: int, seconds: float = 0) -> None:
        self.working.append(seat)
        self.jobs.append(seat)
        busy = self.neighbours(seat).intersection(self.working)
        assert not busy, f"seats {seat} and {busy} work at the same time, and are neighbours in a ring of {self.n}"
        if seconds:
            time.sleep(seconds)
        self.working.remove(seat)

    def robot(self, seat: int, times: int) -> None:
        for _ in range(times):
            self.cell.work(seat, partial(self.job, seat))


@pytest.mark.parametrize(("n", "seats"), [(2, [0, 1]), (3, [0, 1]), (3, [1, 2]), (5, [4, 0]), (5, [1, 2, 3])])
@interleave(schedules=15)
def test_neighbours_exclude_each_other(n: int, seats: list[int]) -> None:
    """Two neighbours have worked at the same time, with one gripper between them."""
    floor = Floor(n)
    together(*(partial(floor.robot, seat, 1) for seat in seats))
    assert sorted(floor.jobs) == sorted(seats), f"seats {seats} asked, {floor.jobs} worked"


@pytest.mark.parametrize("n", [2, 3, 4])
@interleave(schedules=20)
def test_full_ring_has_no_deadlock(n: int) -> None:
    """All robots asked at the same time, and the ring stands still."""
    floor = Floor(n)
    together(*(partial(floor.robot, seat, 1) for seat in range(n)))
    assert sorted(floor.jobs) == list(range(n))


@given(times=st.lists(st.integers(1, 2), min_size=2, max_size=3))
@settings(max_examples=8)
@interleave(schedules=10)
def test_no_deadlock(times: list[int]) -> None:
    """Some robots worked more often than others, and the ring stands still, or a job got lost."""
    floor = Floor(len(times))
    together(*(partial(floor.robot, seat, number) for seat, number in enumerate(times)))
    did = [floor.jobs.count(seat) for seat in range(floor.n)]
    assert did == times, f"the robots asked {times} times, and worked {did} times"


@pytest.mark.parametrize(("n", "first"), [(4, 0), (4, 1), (5, 0), (5, 3), (7, 0)])
@interleave(schedules=15)
def test_half_the_ring_works(n: int, first: int) -> None:
    """Robots that are not neighbours had to wait for each other."""
    cell = Cell(n)
    meeting = Barrier(n // 2)  # passes when all of them are at work
    seats = [(first + 2 * number) % n for number in range(n // 2)]
    together(*(partial(cell.work, seat, meeting.wait) for seat in seats))


@interleave(schedules=10)
def test_cells_of_their_own() -> None:
    """Robots in different cells had to wait for each other. (Also if the cells are of one size.)"""
    one, other, third = Cell(3), Cell(4), Cell(4)
    meeting = Barrier(4)  # passes when all four are at work
    at_work = [(one, 0), (other, 1), (other, 3), (third, 0)]
    together(*(partial(cell.work, seat, meeting.wait) for cell, seat in at_work))


@interleave(schedules=40)
def test_asks_as_a_job_ends() -> None:
    """A robot asked at the very moment at which its neighbour's job ended, and was not woken."""
    floor = Floor(3)
    over = Event()

    def job() -> None:
        floor.job(0)
        over.wait()

    def others() -> None:
        settle()  # seat 0 is at work
        together(partial(floor.robot, 1, 1), over.set)

    together(partial(floor.cell.work, 0, job), others)
    assert floor.jobs == [0, 1]


class Failed(Exception):
    """What a job raises."""


@given(fails=st.lists(st.lists(st.booleans(), max_size=2), min_size=2, max_size=4))
@settings(max_examples=12)
@interleave(preemptions=1, schedules=5)
def test_failing_job(fails: list[list[bool]]) -> None:
    """A job failed, and its grippers were never put down, or the exception did not arrive, or was another one."""
    floor = Floor(len(fails))

    def job(seat: int, fault: Failed | None) -> None:
        floor.job(seat)
        if fault is not None:
            raise fault

    def robot(seat: int) -> None:
        for fail in fails[seat]:
            fault = Failed(seat) if fail else None
            came = None
            try:
                floor.cell.work(seat, partial(job, seat, fault))
            except Failed as error:
                came = error
            assert came is fault, f"the job of seat {seat} raised {fault!r}, work raised {came!r}"

    together(*(partial(robot, seat) for seat in range(floor.n) if fails[seat]))
    did = [floor.jobs.count(seat) for seat in range(floor.n)]
    assert did == [len(jobs) for jobs in fails], f"the robots worked {did} times; {fails} shows which jobs fail"


@interleave(schedules=10)
def test_a_failure_lets_the_neighbours_in() -> None:
    """A job failed while both neighbours waited for its grippers, and one of them still waits."""
    cell = Cell(4)
    both_wait = Event()

    def fail() -> None:
        both_wait.wait()
        raise Failed

    def broken() -> None:
        with pytest.raises(Failed):
            cell.work(1, fail)

    def neighbours() -> None:
        settle()  # seat 1 is at work
        together(partial(cell.work, 0, lambda: None), partial(cell.work, 2, lambda: None), alarm)

    def alarm() -> None:
        settle()
        both_wait.set()

    together(broken, neighbours)


@interleave(preemptions=0, schedules=3, steps=3000)
def test_waiting_robots_sleep() -> None:
    """A job took long, and the robot that waited for its gripper looked again and again meanwhile."""
    cell = Cell(4)
    together(partial(cell.work, 0, partial(time.sleep, 1000)), partial(cell.work, 1, lambda: None))


def overtaken(
    n: int, past: int, starts: tuple[float, float], seconds: tuple[float, float], rounds: int, failing: bool = False
) -> dict[int, int]:
    """How many jobs seats 0 and 2, which work again and again, start while seat 1 waits, from 1.5 s on."""
    floor = Floor(n)
    floor.robot(1, past)  # seat 1 has done so many jobs before, and was the last one at its grippers
    waiting: list[None] = []
    through: list[None] = []
    asked = Event()
    before = {0: 0, 2 % n: 0}

    def job(seat: int, length: float) -> None:
        if waiting and not through:
            before[seat] += 1
        floor.job(seat, length)
        if failing:
            raise OSError("the screw is stuck")

    def neighbour(seat: int, start: float, length: float) -> None:
        time.sleep(start)
        for _ in range(rounds):
            with suppress(OSError):
                floor.cell.work(seat, partial(job, seat, length))

    def last() -> None:
        through.append(None)
        floor.job(1)

    def asks() -> None:
        time.sleep(1.5)
        asked.set()
        floor.cell.work(1, last)

    def watch() -> None:
        asked.wait()  # not by the clock: asks may have begun late
        settle()  # everybody else has gone as far as they can: seat 1 is through, or it waits
        waiting.append(None)

    calls: list[Callable[[], None]] = [asks, watch, partial(neighbour, 0, starts[0], seconds[0])]
    if n > 2:
        calls.append(partial(neighbour, 2, starts[1], seconds[1]))
    together(*calls)
    return before


@pytest.mark.parametrize(
    ("starts", "seconds"), [((0, 1), (2, 2)), ((0, 1), (2, 20)), ((2, 0), (2, 20))]
)
@pytest.mark.parametrize(("n", "past"), [(2, 1), (3, 1), (5, 1), (3, 9)])
@interleave(preemptions=1, schedules=4)
def test_nobody_is_overtaken_for_ever(
    n: int, past: int, starts: tuple[float, float], seconds: tuple[float, float]
) -> None:
    """A robot waits, and a neighbour who came later works again and again before it."""
    before = overtaken(n, past, starts, seconds, rounds=4)
    told = f"jobs of {seconds[0]} and {seconds[1]} s; while seat 1 of {n} was waiting, these started: {{seat: jobs}}"
    assert max(before.values()) <= 2, f"{told} {before}; at most 2 each are allowed"


@interleave(preemptions=1, schedules=4)
def test_who_fails_goes_to_the_end_of_the_line() -> None:
    """A robot waits, and a neighbour whose jobs fail again and again tries before it each time."""
    before = overtaken(3, 1, (0, 1), (2, 2), rounds=6, failing=True)
    told = "failing jobs of 2 s; while seat 1 of 3 was waiting, these started: {seat: jobs}"
    assert max(before.values()) <= 2, f"{told} {before}; at most 2 each are allowed"


@given(lengths=st.lists(st.integers(1, 20), min_size=4, max_size=5))
@settings(max_examples=5)
@interleave(preemptions=0, schedules=2)
def test_nobody_starves_in_a_busy_ring(lengths: list[int]) -> None:
    """All robots work again and again, with jobs of different lengths, and one of them is overtaken too often."""
    n = len(lengths)
    floor = Floor(n)
    asked: dict[int, float] = {}  # seat: since when it waits
    overtakes: dict[tuple[int, int], int] = {}

    def job(seat: int) -> None:
        del asked[seat]
        for neighbour in floor.neighbours(seat):
            overtakes[seat, neighbour] = 0
            if asked.get(neighbour, time.monotonic()) < time.monotonic():  # time moves when all others wait
                overtakes[neighbour, seat] = overtakes.get((neighbour, seat), 0) + 1
                assert overtakes[neighbour, seat] <= 2, f"jobs of {lengths} s: seat {seat} overtook {neighbour} thrice"
        floor.job(seat, lengths[seat])

    def robot(seat: int) -> None:
        time.sleep(seat)
        for _ in range(3):
            asked[seat] = time.monotonic()
            floor.cell.work(seat, partial(job, seat))

    together(*(partial(robot, seat) for seat in range(n)))
