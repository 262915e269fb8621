"""Every number comes from a clock or a profile that the test made: what is asked for is exact."""

import dataclasses
import random
import threading
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katas.s15_profiling.read_the_numbers import Sample, best_case, hottest, measure


@pytest.mark.parametrize(
    ("wall", "cpu", "kind"),
    [
        (10, 10, "cpu"),
        (10, 8, "cpu"),
        (1000, 799, "mixed"),
        (10, 5, "mixed"),
        (1000, 201, "mixed"),
        (10, 2, "io"),
        (10, 0, "io"),
        (0, 0, "cpu"),
        (0.5, 0.4375, "cpu"),
        (0.5, 0.0625, "io"),
    ],
)
def test_kinds(wall: float, cpu: float, kind: str) -> None:
    """A job was told to compute, to wait or to do both, and it is not so."""
    assert Sample("job", wall, cpu).kind == kind, f"{cpu} s of CPU in {wall} s"


@pytest.mark.parametrize(("wall", "cpu"), [(1, 2), (1, -1), (0, 1), (-1, 0), (-1, -1), (-2, -1)])
def test_impossible_samples(wall: float, cpu: float) -> None:
    """More CPU time than time, or less than none, was taken for a measurement."""
    with pytest.raises(ValueError):
        Sample("job", wall, cpu)


def test_sample_is_a_record() -> None:
    """A sample cannot be compared, or can be changed after the measurement."""
    sample = Sample("job", 2, 1)
    assert sample == Sample(name="job", wall=2, cpu=1)
    assert (sample.name, sample.wall, sample.cpu) == ("job", 2, 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        sample.wall = 3  # type: ignore[misc]


class FakeClock:
    """Moves only when told to. Like the real ones, it does not start at 0."""

    def __init__(self) -> None:
        self.now = {"wall": 1000.0, "thread": 64.0, "process": 256.0}

    def wall(self) -> float:
        return self.now["wall"]

    def thread_cpu(self) -> float:
        return self.now["thread"]

    def process_cpu(self) -> float:
        return self.now["process"]

    def compute(self, seconds: float, neighbours: float = 0) -> None:
        """The calling thread computes; other threads compute for `neighbours` seconds meanwhile."""
        self.now["wall"] += seconds
        self.now["thread"] += seconds
        self.now["process"] += seconds + neighbours

    def wait(self, seconds: float, neighbours: float = 0) -> None:
        """The calling thread waits."""
        self.now["wall"] += seconds
        self.now["process"] += neighbours


def test_measure_counts_only_this_thread() -> None:
    """Somebody else's work was put on the job's bill: a job that waits looks as if it computed."""
    clock = FakeClock()
    clock.compute(3)  # before the job: not part of it

    def job() -> None:
        clock.wait(8, neighbours=6)
        clock.compute(2)

    sample = measure("report", job, clock)
    assert sample == Sample("report", wall=10, cpu=2), f"waited 8 s, computed 2 s; measured: {sample}"
    assert sample.kind == "io"
    again = measure("report", job, clock)
    assert again == sample, f"the same job measured again: {again}"
    idle = measure("download", lambda: clock.wait(8, neighbours=6), clock)
    assert idle == Sample("download", wall=8, cpu=0), f"waited 8 s, computed nothing; measured: {idle}"


def test_a_short_job() -> None:
    """A job of less than a thousandth of a second was rounded away."""
    clock = FakeClock()
    tiny = 2.0**-20  # about a microsecond, and exact
    assert measure("tiny", lambda: clock.wait(tiny), clock) == Sample("tiny", tiny, 0)


def test_measure_runs_the_job_once() -> None:
    """The job ran another number of times than once, or in another thread, whose CPU clock is another one."""
    ran: list[int] = []
    measure("report", lambda: ran.append(threading.get_ident()), FakeClock())
    assert ran == [threading.get_ident()]


def test_uneven_clocks() -> None:
    """The CPU clock ticked once more than the clock on the wall, and the measurement came out impossible."""
    clock = FakeClock()

    def job() -> None:
        clock.compute(1)
        clock.now["thread"] += 0.25

    assert measure("report", job, clock) == Sample("report", wall=1, cpu=1)

    def short_job() -> None:
        clock.now["thread"] += 0.25

    assert measure("short", short_job, clock) == Sample("short", wall=0, cpu=0)


@pytest.mark.parametrize("error", [ZeroDivisionError(), StopIteration(7)], ids=repr)
def test_error_of_the_job(error: Exception) -> None:
    """The job failed, and whoever had it measured was not told, or was told something else."""

    def job() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        measure("report", job, FakeClock())
    assert raised.value is error


COMPUTING = [Sample(f"sum {number}", wall=1, cpu=1) for number in range(4)]
WAITING = [Sample(f"download {number}", wall=1, cpu=0) for number in range(4)]


def test_four_loops_on_four_threads() -> None:
    """With a GIL threads do not speed up what computes; they speed up what waits, with a GIL or without."""
    assert best_case(COMPUTING, workers=4, cores=4, gil=True) == 4
    assert best_case(COMPUTING, workers=4, cores=4, gil=False) == 1
    assert best_case(WAITING, workers=4, cores=4, gil=True) == 1
    assert best_case(WAITING, workers=4, cores=4, gil=False) == 1
    assert best_case(WAITING, workers=4, cores=1, gil=True) == 1, "waiting takes no core"


@pytest.mark.parametrize("gil", [True, False])
def test_many_jobs_that_compute_a_little(gil: bool) -> None:
    """Jobs that mostly wait compute, too: the little of each one adds up, and there is one core for all of it."""
    downloads = [Sample(f"download {number}", wall=10, cpu=2) for number in range(10)]
    assert {job.kind for job in downloads} == {"io"}
    assert best_case(downloads, workers=10, cores=1, gil=gil) == 20, "ten jobs of 10 s, 2 s of each on the one core"


def test_best_case_of_nothing() -> None:
    """No jobs take no time."""
    assert best_case([], workers=1, cores=1, gil=True) == 0
    assert best_case((), workers=4, cores=2, gil=False) == 0


@pytest.mark.parametrize("jobs", [[], COMPUTING], ids=["no jobs", "four jobs"])
@pytest.mark.parametrize(("workers", "cores"), [(0, 1), (1, 0), (-1, 1), (1, -1)])
@pytest.mark.parametrize("gil", [True, False])
def test_no_workers_no_cores(jobs: list[Sample], workers: int, cores: int, gil: bool) -> None:
    """Nobody there to work, and a time came out all the same."""
    with pytest.raises(ValueError):
        best_case(jobs, workers, cores, gil)


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    wall = draw(st.integers(0, 9))
    return Sample("job", wall, draw(st.integers(0, wall)))


few = st.integers(1, 5)


@given(jobs=st.lists(samples(), max_size=6), workers=few, cores=few, gil=st.booleans())
def test_best_case_formula(jobs: list[Sample], workers: int, cores: int, gil: bool) -> None:
    """Another time came out than the largest of the three bounds."""
    computing = Fraction(sum(int(job.cpu) for job in jobs))
    bounds = [Fraction(int(job.wall)) for job in jobs]
    bounds.append(Fraction(sum(int(job.wall) for job in jobs), workers))
    if gil:
        bounds.append(computing)
    else:
        bounds += [computing / workers, computing / cores]
    came = best_case(jobs, workers, cores, gil)
    assert came == pytest.approx(float(max(bounds))), f"{jobs}, {workers} workers, {cores} cores, GIL: {gil}"


def run_on_threads(jobs: list[str], workers: int, cores: int, choice: random.Random) -> int:
    """Seconds that the jobs take: "c" is a second of computing, "w" one of waiting. cores: 1 with a GIL.

    Each worker takes the next job when it is done with one; who may compute is drawn each second.
    """
    waiting = list(jobs)
    desks: list[str] = []
    seconds = 0
    while waiting or desks:
        while waiting and len(desks) < workers:
            desks.append(waiting.pop(0))
        computing = [place for place, job in enumerate(desks) if job[0] == "c"]
        lucky = set(choice.sample(computing, min(cores, len(computing))))
        desks = [job[1:] if job[0] == "w" or place in lucky else job for place, job in enumerate(desks)]
        desks = [job for job in desks if job]
        seconds += 1
    return seconds


def jobs_of(kinds: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.text(kinds, min_size=1, max_size=6), max_size=5)


@settings(max_examples=150)
@given(
    jobs=st.one_of(jobs_of("cw"), jobs_of("c"), jobs_of("w")),
    workers=few,
    cores=few,
    gil=st.booleans(),
    seed=st.integers(0, 99),
)
def test_nothing_beats_best_case(jobs: list[str], workers: int, cores: int, gil: bool, seed: int) -> None:
    """Simulated threads beat the best case, or never reach it where they have to."""
    taken = run_on_threads(jobs, workers, 1 if gil else cores, random.Random(seed))
    best = best_case([Sample(job, len(job), job.count("c")) for job in jobs], workers, cores, gil)
    assert best <= taken + 1e-9, f"{jobs} took {taken} s, and the best case is said to be {best} s"
    if gil and "w" not in "".join(jobs):
        assert best == pytest.approx(taken), "one GIL, all of them compute: that time can be reached"
    if "c" not in "".join(jobs) and workers >= len(jobs):
        assert best == pytest.approx(taken), "all of them wait, a worker for each: that time can be reached"


PROFILE = """\
main (report.py:80);load (report.py:12);read (io.py:7) 30
main (report.py:80);load (report.py:12) 5
main (report.py:80);render (report.py:40);escape (html.py:3) 25
main (report.py:80);footer (report.py:61);escape (html.py:3) 20
main (report.py:80) 1
"""


def test_hottest_is_self_time() -> None:
    """A frame was charged for what the frames that it called did, or one leaf was taken for two."""
    assert hottest(PROFILE) == ("escape (html.py:3)", 45), "25 samples under render and 20 under footer"
    assert hottest("main;load 40\nmain 3\nmain;render 39") == ("load", 40), "main itself: 3 samples"


def test_hottest_of_one_line() -> None:
    """A profile of one line, or of one frame, was not understood."""
    assert hottest("main 7") == ("main", 7)
    assert hottest("main;step2 7\nmain;step1 6") == ("step2", 7), "a digit at the end of a name belongs to the name"
    assert hottest("a b (c d.py:1);e f (g h.py:22) 105\n") == ("e f (g h.py:22)", 105)
    assert hottest("main;load (my  disk.py:1) 3") == ("load (my  disk.py:1)", 3), "two spaces are two spaces"


def test_hottest_of_a_recursion() -> None:
    """A frame that is in a stack three times was counted three times."""
    assert hottest("main;walk;walk;walk 4\nmain;walk;walk;stat 10") == ("stat", 10)
    assert hottest("main;walk;walk;walk 4\nmain;walk;walk 4\nmain;walk;stat 7") == ("walk", 8)
    assert hottest("main;walk;stat;walk 2\nmain;walk;stat 3") == ("stat", 3)


def test_ties() -> None:
    """Of two frames with the same number of samples another one came first than in the alphabet."""
    assert hottest("main;zip 5\nmain;add 5\nmain;map 5") == ("add", 5)
    assert hottest("main;add 5\nmain;zip 5") == ("add", 5)
    assert hottest("main;b 2\nmain;a 3\nroot;b 1") == ("a", 3)
    assert hottest("main;load 5\nmain;Zip 5") == ("Zip", 5), "strings sort capital letters first"


frames = st.sampled_from(["main", "parse (app.py:12)", "parse (app.py:9)", "<lambda> (a  b.py:3)"])
stacks = st.tuples(st.lists(frames, min_size=1, max_size=5), st.integers(1, 3))


@given(profile=st.lists(stacks, min_size=1, max_size=8))
def test_hottest_of_any_profile(profile: list[tuple[list[str], int]]) -> None:
    """Another frame than the one with the most self samples came out."""
    folded = "".join(f"{';'.join(stack)} {samples}\n" for stack, samples in profile)
    selves = Counter({stack[-1]: 0 for stack, _ in profile})
    for stack, samples in profile:
        selves[stack[-1]] += samples
    most = max(selves.values())
    assert hottest(folded) == (min(frame for frame in selves if selves[frame] == most), most), folded
