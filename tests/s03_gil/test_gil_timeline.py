"""Threads, processes, cores and the one lock: what the model says, tick by tick."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dojo.interleave import interleave, together
from katas.s03_gil.gil_timeline import Worker, choose, finish_ticks

Burst = tuple[str, int]


def worker(*bursts: Burst, process: str = "A") -> Worker:
    """A worker of the one process there is, unless said otherwise."""
    return Worker(process, bursts)


def test_seed_example() -> None:
    """Two loops of pure Python take turns in one process, whatever the cores; in two processes they do not."""
    loop: Burst = ("python", 100)
    threads = [worker(loop), worker(loop)]
    processes = [worker(loop, process="A"), worker(loop, process="B")]
    assert finish_ticks(threads, cores=2) == [199, 200]
    assert finish_ticks(processes, cores=2) == [100, 100]
    assert finish_ticks(processes, cores=1) == [199, 200], "two processes share one core"
    assert finish_ticks(threads, cores=2, gil=False) == [100, 100]
    assert finish_ticks(threads, cores=1, gil=False) == [199, 200], "without a GIL there is still one core only"


def test_processes_are_told_apart_by_name() -> None:
    """Two workers of one process did not share its GIL, as their names for it were equal, but not the same object."""
    names = ["".join(["ma", "in"]) for _ in range(2)]
    assert finish_ticks([worker(("python", 2), process=name) for name in names], cores=2) == [3, 4]
    assert finish_ticks([worker(("python", 2), process="")] * 2, cores=2) == [3, 4], "a process without a name is one"


def test_an_answer_belongs_to_who_asked() -> None:
    """Somebody emptied the list that came back, and the next one who asks gets it like that."""
    for _ in range(2):
        found = finish_ticks([worker(("io", 2))], cores=1)
        assert found == [2]
        found.clear()


def test_waiting_overlaps() -> None:
    """Waiting needs neither a core nor the GIL: four threads wait at once, next to whatever else runs."""
    assert finish_ticks([worker(("io", 9))] * 4, cores=1) == [9, 9, 9, 9]
    assert finish_ticks([worker(("io", 5)), worker(("python", 5)), worker(("io", 5))], cores=1) == [5, 5, 5]


def test_a_long_night() -> None:
    """The simulation gave up after some number of ticks, or went one call deeper with each."""
    assert finish_ticks([worker(("python", 10_000)), worker(("io", 20_000))], cores=1) == [10_000, 20_000]


def test_native_code_runs_beside_python() -> None:
    """C code that has released the GIL needs a core, and nothing else."""
    native: Burst = ("native", 9)
    assert finish_ticks([worker(native), worker(native)], cores=2) == [9, 9]
    assert finish_ticks([worker(native), worker(native)], cores=1) == [17, 18]
    assert finish_ticks([worker(("python", 5)), worker(("native", 5))], cores=2) == [5, 5]


def test_one_tick_at_a_time() -> None:
    """The next burst starts in the next tick, also if another worker would leave room for it in this one."""
    assert finish_ticks([worker(("io", 1), ("python", 1), ("io", 1))], cores=8) == [3]
    assert finish_ticks([worker(), worker(("io", 1)), worker()], cores=1) == [0, 1, 0]
    assert finish_ticks([], cores=1) == []


def test_everybody_is_served_in_turn() -> None:
    """The order of service moves on by one each tick, and workers that are done keep their place in it."""
    one, two = ("python", 1), ("python", 2)
    assert finish_ticks([worker(two), worker(two), worker(two)], cores=1) == [4, 5, 6]
    assert finish_ticks([worker(one), worker(two), worker(two)], cores=1) == [1, 4, 5]
    assert finish_ticks([worker(), worker(two), worker(two)], cores=1) == [0, 2, 4]


def test_who_waits_for_the_gil_leaves_the_core() -> None:
    """A worker without the GIL kept a core from one who could have used it."""
    three: Burst = ("python", 3)
    trio = [worker(three), worker(three), worker(("native", 3), process="B")]
    assert finish_ticks(trio, cores=2) == [4, 6, 3]


def test_without_the_gil_it_may_take_longer() -> None:
    """More freedom is not always faster: here the long job gets its core later when the lock is gone."""
    workers = [worker(("python", 1)), worker(("python", 1)), worker(("native", 2))]
    assert finish_ticks(workers, cores=2, gil=True) == [1, 2, 2]
    assert finish_ticks(workers, cores=2, gil=False) == [1, 1, 3]


bursts = st.tuples(st.sampled_from(["python", "native", "io"]), st.integers(1, 4))
workers_of_one_or_two = st.lists(
    st.builds(Worker, st.sampled_from(["A", "B"]), st.lists(bursts, max_size=3).map(tuple)), max_size=4
)
some_cores = st.integers(1, 3)


def ticks_of(worker: Worker, *kinds: str) -> int:
    """How many ticks of work of these kinds the worker has; of all kinds, if none is named."""
    return sum(ticks for kind, ticks in worker.bursts if not kinds or kind in kinds)


@given(ticks=st.lists(st.integers(1, 5), min_size=1, max_size=5), cores=st.integers(1, 8))
def test_python_threads_add_up(ticks: list[int], cores: int) -> None:
    """Threads of pure Python in one process take as long as one after the other, for any number of cores."""
    finished = finish_ticks([worker(("python", number)) for number in ticks], cores=cores)
    assert max(finished) == sum(ticks)


@given(work=st.lists(st.lists(bursts, max_size=3), max_size=4), more_cores=st.integers(0, 2))
@example(work=[[("python", 2), ("native", 1), ("io", 2)], [("native", 2), ("python", 2)]], more_cores=0)
def test_own_process_and_enough_cores(work: list[list[Burst]], more_cores: int) -> None:
    """With a GIL and a core for everybody (or a core, and no GIL) nobody waits for anybody."""
    cores = max(len(work), 1) + more_cores
    own_ticks = [sum(ticks for _, ticks in job) for job in work]
    processes = [Worker(f"process {number}", tuple(job)) for number, job in enumerate(work)]
    assert finish_ticks(processes, cores=cores) == own_ticks
    assert finish_ticks([Worker("A", tuple(job)) for job in work], cores=cores, gil=False) == own_ticks


def ticks_by_the_book(workers: Sequence[Worker], cores: int, gil: bool) -> list[int]:
    """The contract, read out line by line."""
    number = len(workers)
    done = [0] * number  # ticks of work that each worker has behind it
    finished = [0] * number
    for tick in range(sum(ticks_of(worker) for worker in workers)):  # somebody gets on in each tick
        used: list[tuple[str, str]] = []  # (kind, process) of those who have used a core in this tick
        for index in [*range(tick % number, number), *range(tick % number)]:
            worker = workers[index]
            to_do = [kind for kind, ticks in worker.bursts for _ in range(ticks)][done[index] :]
            if not to_do:
                continue
            if to_do[0] != "io":
                if len(used) == cores or (gil and to_do[0] == "python" and ("python", worker.process) in used):
                    continue
                used.append((to_do[0], worker.process))
            done[index] += 1
            finished[index] = tick + 1
    return finished


@given(workers=workers_of_one_or_two, cores=some_cores, gil=st.booleans())
@example(
    workers=[
        worker(("native", 2), process="B"),
        worker(("python", 3)),
        worker(("python", 1), ("io", 2), ("native", 2)),
    ],
    cores=2,
    gil=True,
)
@example(
    workers=[
        worker(("python", 4)),
        worker(("io", 1), ("python", 3)),
        worker(("native", 3), ("python", 2)),
        worker(("python", 2), ("native", 2), process="B"),
    ],
    cores=2,
    gil=True,
)
def test_matches_reference(workers: list[Worker], cores: int, gil: bool) -> None:
    """The contract, read out line by line, ends at other ticks."""
    assert finish_ticks(tuple(workers), cores=cores, gil=gil) == ticks_by_the_book(workers, cores, gil)


@given(workers=workers_of_one_or_two, cores=some_cores)
def test_lower_bounds(workers: list[Worker], cores: int) -> None:
    """Somebody was faster than a worker, a core or a GIL can be."""
    finished = finish_ticks(workers, cores=cores)
    for each, tick in zip(workers, finished, strict=True):
        assert tick >= ticks_of(each), "no worker gets on by more than one tick per tick"
    last = max(finished, default=0)
    assert last * cores >= sum(ticks_of(each, "python", "native") for each in workers), "so much fits on the cores"
    for process in ("A", "B"):
        python = sum(ticks_of(each, "python") for each in workers if each.process == process)
        assert last >= python, "one GIL lets one python tick through per tick"


@pytest.mark.parametrize(
    ("jobs", "cores", "process_cost", "plan"),
    [
        ([[("python", 100)]] * 2, 2, 10, "processes"),  # 110 < 200
        ([[("python", 100)]] * 2, 1, 10, "threads"),  # one core is one core
        ([[("io", 100)]] * 2, 2, 10, "threads"),  # waiting overlaps anyway
        ([[("native", 100)]] * 2, 2, 10, "threads"),  # so does C code without the GIL
        ([[("python", 3)]] * 2, 2, 10, "threads"),  # too small: 6 < 13
        ([[("python", 10)]] * 2, 2, 10, "threads"),  # a tie: 20 and 20
        ([[("python", 11)]] * 2, 2, 10, "processes"),  # 21 < 22
        ([[("python", 3)]] * 2, 2, 0, "processes"),  # 3 < 6
        ([[("python", 100)]], 4, 0, "threads"),  # a tie: one job has the GIL to itself
        ([[("io", 50), ("python", 5)], [("python", 20)]], 2, 10, "threads"),  # Python, but never at once
        ([[("io", 100)], [("python", 40)], [("python", 40)]], 2, 30, "threads"),  # 100 < 145: starts cost cores, too
        ([[("python", 30)], [("native", 30)], [("python", 30)]], 3, 10, "processes"),  # 40 < 60
        ([[("native", 50), ("python", 10)]] * 4, 4, 15, "processes"),  # 75 < 90
        ([[("io", 100)], [("python", 10)], [("python", 10)]], 2, 5, "threads"),  # 100 < 105
        (
            [
                *[[("io", 4), ("native", 3), ("io", 5)], [("io", 1)]],
                *[[("native", 6), ("python", 2)], [("io", 5), ("native", 4)]],
            ],
            *(2, 1, "processes"),  # 13 < 14: a later start lets a long job go first
        ),
        ([[("python", 30)], [("io", 5)]], 1, 5, "threads"),  # there is little to share
        ([[("python", 10)]] * 4, 2, 12, "threads"),  # 40 < 44: four starts on two cores
        ([[("python", 10), ("native", 3)], [("python", 5)], [("python", 2), ("io", 10)]], 2, 5, "threads"),  # 20 < 22
        ([[("python", 20)]] * 2 + [[("io", 1)]] * 10, 12, 5, "processes"),  # 25 < 40: the last one counts
        ([[("python", 2)]] * 2 + [[]], 2, 1, "threads"),  # a job with nothing to do costs a process, too
        ([[]], 1, 5, "threads"),
        ([], 1, 5, "threads"),
    ],
)
def test_choose(jobs: list[list[Burst]], cores: int, process_cost: int, plan: str) -> None:
    """The other plan would have ended first, or as early with less ado."""
    assert choose(jobs, cores=cores, process_cost=process_cost) == plan


@given(jobs=st.lists(st.lists(bursts, max_size=3), max_size=4), cores=some_cores, process_cost=st.integers(0, 3))
def test_choose_compares_the_two_plans(jobs: list[list[Burst]], cores: int, process_cost: int) -> None:
    """The plan was not chosen by when its last worker ends."""
    start: list[Burst] = [("python", process_cost)] if process_cost else []
    threads = [Worker("A", tuple(job)) for job in jobs]
    processes = [Worker(str(number), (*start, *job)) for number, job in enumerate(jobs)]
    with_threads, with_processes = (
        max(ticks_by_the_book(plan, cores, gil=True), default=0) for plan in (threads, processes)
    )
    expected = "processes" if with_processes < with_threads else "threads"
    chosen = choose(tuple(map(tuple, jobs)), cores=cores, process_cost=process_cost)
    assert chosen == expected, f"threads end at {with_threads}, processes at {with_processes}"


BAD_BURSTS = [("python", 0), ("io", 0), ("io", -1), ("native", 0), ("gpu", 3), ("Python", 3), ("", 1)]


@pytest.mark.parametrize("burst", BAD_BURSTS, ids=str)
@interleave(preemptions=0, schedules=1)  # tells of a loop without an end
def test_bad_bursts(burst: Burst) -> None:
    """A burst of no kind or no length was simulated, wherever it stood."""
    for job in ([burst], [("io", 2), burst], [burst, ("io", 2)], [*[("io", 1)] * 5, burst]):
        for jobs in ([job], [[("io", 1)], job], [*[[("io", 1)]] * 5, job]):
            for gil in (True, False):
                with pytest.raises(ValueError):
                    finish_ticks([Worker("A", tuple(each)) for each in jobs], cores=1, gil=gil)
            with pytest.raises(ValueError):
                choose(jobs, cores=1, process_cost=1)


@interleave(preemptions=0, schedules=1, steps=5000)
def test_checked_before_the_first_tick() -> None:
    """A bad burst was found after a million ticks: look through all bursts first, and simulate then."""
    jobs: list[list[Burst]] = [[("io", 10**6)], [("io", 10**6), ("python", 0)]]

    def refused(call: Callable[[], object]) -> None:
        with pytest.raises(ValueError):
            call()

    workers = [Worker("A", tuple(job)) for job in jobs]
    together(  # one alone makes no steps that are counted
        partial(refused, partial(finish_ticks, workers, cores=1)),
        partial(refused, partial(choose, jobs, cores=1, process_cost=1)),
    )


@pytest.mark.parametrize("cores", [0, -1])
@interleave(preemptions=0, schedules=1)  # tells of a loop without an end
def test_bad_cores(cores: int) -> None:
    """A machine without cores was simulated, with work or without any."""
    for jobs in ([], [[]], [[("io", 1)]], [[("python", 1)]]):
        for gil in (True, False):
            with pytest.raises(ValueError):
                finish_ticks([Worker("A", tuple(job)) for job in jobs], cores=cores, gil=gil)
        with pytest.raises(ValueError):
            choose(jobs, cores=cores, process_cost=0)


def test_bad_process_cost() -> None:
    """A process was to be started in less than no time."""
    for jobs in ([], [[]], [[("python", 5)]]):
        with pytest.raises(ValueError):
            choose(jobs, cores=1, process_cost=-1)
