"""Strips of a ring, one thread each: a step is computed from the whole step before, and an error ends it all.

Under `@interleave` a test is run again for many ways in which its threads can take turns. Threads that wait
for ever are reported at once. `settle()` returns when all other threads have gone as far as they can.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from threading import Barrier, Lock, Thread, current_thread, main_thread

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle
from katas.s13_advanced_sync.lockstep_grid import simulate


class Melted(Exception):
    """What a rule raises."""


def heat(left: int, own: int, right: int) -> int:
    """A rule that tells all three apart."""
    return left + 2 * own + 5 * right


Rule = Callable[[int, int, int], int]


def one_by_one(cells: Sequence[int], steps: int, rule: Rule = heat) -> list[list[int]]:
    """The values before the first step and after each step, computed in a plain loop."""
    history = [list(cells)]
    for _ in range(steps):
        old = history[-1]
        history.append([rule(old[i - 1], old[i], old[(i + 1) % len(old)]) for i in range(len(old))])
    return history


@pytest.mark.parametrize("n_threads", [1, 2])
@interleave(preemptions=0, schedules=5)
def test_small_ring(n_threads: int) -> None:
    """A cell was computed from the wrong neighbours, or from a neighbour that was new already."""
    cells = [1, 0, 0, 0]
    assert simulate(cells, 1, n_threads, heat) == [2, 1, 0, 5]
    assert simulate(cells, 2, n_threads, heat) == [14, 4, 26, 20]
    assert cells == [1, 0, 0, 0], "the caller's own list is not touched"
    assert simulate((3,), 2, n_threads, heat) == [3 * 8 * 8], "a single cell is its own neighbour"
    assert simulate(range(1, 3), 1, n_threads, heat) == [1 * 2 + 2 * 6, 2 * 2 + 1 * 6]


@interleave(preemptions=1, schedules=20)
def test_more_threads_than_cells() -> None:
    """With fewer cells than threads the simulation waits for workers that do not exist, or cells are lost."""
    assert simulate([1, 0], 2, 3, heat) == one_by_one([1, 0], 2)[-1]
    assert simulate([1], 2, 2, heat) == [64]


@interleave
def test_nothing_to_do() -> None:
    """A ring without cells, or a simulation of no steps, did something."""

    def called(*args: object) -> int:
        raise AssertionError("there is nothing to call")

    cells = [1, 2, 3]
    result = simulate(cells, 0, 2, called, called)
    assert result == cells
    assert result is not cells, "a list of its own"
    assert simulate((), 3, 2, called, called) == []


@interleave
def test_bad_arguments() -> None:
    """A simulation with no threads, or with a negative number of steps, was not refused."""
    for steps, n_threads in [(1, 0), (1, -1), (-1, 1)]:
        with pytest.raises(ValueError):
            simulate([1, 2], steps, n_threads, heat)
        with pytest.raises(ValueError):
            simulate([], steps, n_threads, heat)


@interleave(preemptions=1, schedules=20)
def test_any_values() -> None:
    """Values such as None or an exception object were taken for "not computed" or "failed"."""
    values = [None, ValueError("a value, not raised"), 0]
    calls: list[object] = []

    def rule(left: object, own: object, right: object) -> object:
        calls.append(own)
        return left

    rotated = simulate(values, 1, 2, rule)
    assert rotated == [values[2], values[0], values[1]]
    assert len(calls) == 3, "the rule runs once per cell and step, whatever it returns"


@given(
    cells=st.lists(st.integers(0, 9), min_size=1, max_size=9),
    steps=st.integers(1, 4),
    n_threads=st.integers(1, 5),
)
@example(cells=[4, 4, 4, 4, 4], steps=2, n_threads=2)
@example(cells=[0, 0, 0], steps=3, n_threads=2)  # nothing changes any more: the steps are made all the same
@settings(max_examples=15)
@interleave(preemptions=1, schedules=2)
def test_same_as_sequential(cells: list[int], steps: int, n_threads: int) -> None:
    """For some ring the threads computed something else than a plain loop does."""
    calls: list[None] = []
    seen: list[tuple[int, tuple[int, ...]]] = []

    def rule(left: int, own: int, right: int) -> int:
        calls.append(None)
        return heat(left, own, right)

    history = one_by_one(cells, steps)
    result = simulate(cells, steps, n_threads, rule, lambda step, values: seen.append((step, values)))
    assert result == history[-1]
    assert seen == list(enumerate(map(tuple, history)))[1:], "on_step is called once per step, in order"
    assert len(calls) == steps * len(cells), "the rule runs once per cell and step"


@interleave(schedules=40)
def test_every_interleaving_same_result() -> None:
    """A cell was read too early (not computed yet) or too late (overwritten already)."""
    cells = [1, 10, 100, 1000]
    assert simulate(cells, 3, 2, heat) == one_by_one(cells, 3)[-1]


@interleave(schedules=25)
def test_three_threads_same_result() -> None:
    """With three threads a cell was read too early or too late."""
    cells = [1, 10, 100]
    assert simulate(cells, 2, 3, heat) == one_by_one(cells, 2)[-1]


@interleave(schedules=25)
def test_on_step_sees_finished_steps() -> None:
    """on_step was called while a rule was at work, out of order, or with values not of its step."""
    cells = [1, 10, 100]
    at_work: list[int] = []
    seen: list[tuple[int, tuple[int, ...]]] = []

    def rule(left: int, own: int, right: int) -> int:
        at_work.append(own)
        new = heat(left, own, right)
        at_work.remove(own)
        return new

    def on_step(step: int, values: tuple[int, ...]) -> None:
        assert not at_work, f"on_step({step}, ...) while a rule is in progress"
        seen.append((step, values))
        settle()  # whoever does not wait for the end of on_step has gone on by now
        assert not at_work, f"a rule is in progress before on_step({step}, ...) has returned"
        assert len(seen) == step, "the next on_step was called before this one has returned"

    history = one_by_one(cells, 2)
    assert simulate(cells, 2, 2, rule, on_step) == history[-1]
    assert seen == [(1, tuple(history[1])), (2, tuple(history[2]))]
    assert all(type(values) is tuple for _, values in seen)


@interleave(preemptions=1, schedules=5)
def test_a_simulation_within_a_simulation() -> None:
    """Two simulations at the same time got hold of each other's cells, steps or errors."""

    def rule(left: int, own: int, right: int) -> int:
        return simulate([left, own, right], 1, 2, heat)[1]

    came = simulate([1, 10, 100], 1, 2, rule)
    assert came == one_by_one([1, 10, 100], 1)[-1], f"each rule ran a simulation of its own, and {came} came back"


@interleave(preemptions=0, schedules=3)
def test_an_error_within_a_simulation() -> None:
    """A rule ran a simulation that failed, and caught its error; the simulation around it failed, too."""

    def melting(left: int, own: int, right: int) -> int:
        raise Melted

    def rule(left: int, own: int, right: int) -> int:
        with pytest.raises(Melted):
            simulate([left, own, right], 1, 2, melting)
        return own + 1

    assert simulate([1, 10, 100], 1, 2, rule) == [2, 11, 101]


@pytest.mark.parametrize(("size", "n_threads"), [(3, 1), (4, 2), (5, 2), (5, 3), (4, 3), (2, 3), (12, 10)])
@interleave(preemptions=1, schedules=5)
def test_strips_run_at_the_same_time(size: int, n_threads: int) -> None:
    """The strips were computed one after the other, or are not what was asked for."""
    workers = min(size, n_threads)
    all_at_work = Barrier(workers)
    cells_of: dict[Thread, set[int]] = defaultdict(set)

    def rule(left: int, own: int, right: int) -> int:
        mine = cells_of[current_thread()]
        mine.add(own)
        if len(mine) == 1:
            all_at_work.wait()  # ends only when all strips are under way at the same time
        return own  # so that a cell's value is its number

    assert simulate(list(range(size)), 1, n_threads, rule) == list(range(size))
    strips = [sorted(strip) for strip in cells_of.values()]
    assert len(strips) == workers, f"{workers} strips for {size} cells and {n_threads} threads, not {strips}"
    lengths = [len(strip) for strip in strips]
    assert max(lengths) - min(lengths) <= 1, f"lengths differ by at most one, these are the strips: {strips}"
    for strip in strips:
        gaps = sum((cell + 1) % size not in strip for cell in strip)
        assert gaps <= 1, f"the cells of a strip lie side by side, not so {strip}"


@given(fails_at=st.integers(1, 3), cell=st.integers(0, 3), n_threads=st.integers(1, 3))
@settings(max_examples=8)
@interleave(preemptions=1, schedules=4)
def test_failing_rule_ends_everything(fails_at: int, cell: int, n_threads: int) -> None:
    """A rule failed, and threads wait for ever, the error is another one, or the simulation went on."""
    melted = Melted()
    seen: list[int] = []
    threads: set[Thread] = set()

    def rule(left: int, own: int, right: int) -> int:
        threads.add(current_thread())
        number, step = divmod(own, 10)
        assert step < fails_at, "a step was begun although the one before it has failed"
        if (number, step + 1) == (cell, fails_at):
            raise melted
        return own + 1

    with pytest.raises(Melted) as caught:
        simulate([0, 10, 20, 30], 3, n_threads, rule, lambda step, values: seen.append(step))
    assert caught.value is melted, "the very exception that the rule raised"
    assert seen == list(range(1, fails_at)), "on_step is called for the steps before the failed one only"
    running = [thread for thread in threads if thread.is_alive() and thread is not current_thread()]
    assert not running, "simulate came back before its threads had ended"


@interleave(schedules=40)
def test_two_rules_fail() -> None:
    """Two strips failed in the same step, and the caller got neither of their errors."""
    melted = {10: Melted("cell 1"), 30: Melted("cell 3")}

    def rule(left: int, own: int, right: int) -> int:
        if own in melted:
            raise melted[own]
        return own

    with pytest.raises(Melted) as caught:
        simulate([0, 10, 20, 30], 2, 2, rule)
    assert caught.value in melted.values()


@pytest.mark.parametrize("fails_at", [1, 2])
@interleave(schedules=20)
def test_one_fails_while_the_others_wait(fails_at: int) -> None:
    """All other strips were done when a rule failed, and those threads still wait for the failed one."""
    melted = Melted()

    def rule(left: int, own: int, right: int) -> int:
        if own == 20 + fails_at - 1:
            settle()  # by now all others have finished their strips
            raise melted
        return own + 1

    with pytest.raises(Melted) as caught:
        simulate([0, 10, 20], 3, 3, rule)
    assert caught.value is melted


@interleave(preemptions=0, schedules=5)
def test_stop_iteration_is_an_error_too() -> None:
    """A rule or on_step raised StopIteration, and it is lost, or threads wait for ever.

    It ends whatever asks for a next value: list(map(rule, ...)) gets shorter. A generator makes a RuntimeError of it,
    which has it as its cause: that will do.
    """
    leaving = StopIteration("the plate is melting")
    expected = (StopIteration, RuntimeError)

    def leave(*_: object) -> int:
        raise leaving

    with pytest.raises(expected) as caught:
        simulate([0, 10], 1, 2, lambda left, own, right: leave() if own else own)
    assert leaving in (caught.value, caught.value.__cause__)
    with pytest.raises(expected) as caught:
        simulate([0, 10], 2, 2, lambda left, own, right: own, leave)  # type: ignore[arg-type]
    assert leaving in (caught.value, caught.value.__cause__)


@interleave(preemptions=1, schedules=20, timeouts=True)
def test_slow_strip_is_waited_for() -> None:
    """A rule or on_step took long, and somebody gave up waiting for it. (There is no time limit.)"""
    threads: set[Thread] = set()

    def rule(left: int, own: int, right: int) -> int:
        threads.add(current_thread())
        return own + 1

    def failing(left: int, own: int, right: int) -> int:
        if own == 0:
            raise Melted
        threads.add(current_thread())
        settle()  # by now the other strip has failed
        return own

    assert simulate([0, 10], 2, 2, rule, lambda step, values: None) == [2, 12]
    for cells in [0, 10], [10, 0]:
        with pytest.raises(Melted):
            simulate(cells, 1, 2, failing)
    running = [thread for thread in threads if thread.is_alive() and thread is not current_thread()]
    assert not running, "simulate came back before its threads had ended"


@given(fails_at=st.integers(1, 3), n_threads=st.integers(1, 3))
@example(fails_at=3, n_threads=2)
@settings(max_examples=6)
@interleave(preemptions=1, schedules=5)
def test_failing_on_step(fails_at: int, n_threads: int) -> None:
    """on_step failed, and threads wait for ever, the error is another one, or the simulation went on."""
    melted = Melted()
    seen: list[int] = []
    threads: set[Thread] = set()
    calls: list[None] = []

    def rule(left: int, own: int, right: int) -> int:
        threads.add(current_thread())
        calls.append(None)
        return own

    def on_step(step: int, values: tuple[int, ...]) -> None:
        seen.append(step)
        if step == fails_at:
            raise melted

    with pytest.raises(Melted) as caught:
        simulate([0, 10, 20], 3, n_threads, rule, on_step)
    assert caught.value is melted, "the very exception that on_step raised"
    assert seen == list(range(1, fails_at + 1)), "no call of on_step after the failed one"
    assert len(calls) == 3 * fails_at, "the rule runs once per cell in each step up to the failed one, then no more"
    running = [thread for thread in threads if thread.is_alive() and thread is not current_thread()]
    assert not running, "simulate came back before its threads had ended"


@pytest.mark.timeout(10)
def test_no_new_threads_per_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than n_threads threads were started for the whole simulation, or one still runs."""
    started: list[Thread] = []
    start = Thread.start
    lock = Lock()

    def counted(thread: Thread) -> None:
        with lock:
            started.append(thread)
        start(thread)

    monkeypatch.setattr(Thread, "start", counted)
    assert simulate([1, 2, 3], 0, 2, max) == [1, 2, 3]
    assert simulate([], 3, 2, max) == []
    assert not started, "with nothing to do no thread is started"
    cells = list(range(64))
    rotate = 7
    result = simulate(cells, 20, 4, lambda left, own, right: (left + rotate * own + right) % 1009)
    assert result == one_by_one(cells, 20, lambda left, own, right: (left + rotate * own + right) % 1009)[-1]
    assert len(started) <= 4, f"{len(started)} threads were started for 20 steps with 4 threads"
    assert not [thread for thread in started if thread.is_alive()], "a thread outlived simulate"
    assert main_thread() not in started
