"""From a recorded trace to one word: sequential, concurrent or parallel."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from katas.s01_concurrency_parallelism.kitchen_trace import Slice, classify, peak_in_flight, peak_running


def cook(task: str, start: int, end: int, *, pid: int = 1, thread: str = "MainThread") -> Slice:
    """A slice of the one cook there is, unless said otherwise."""
    return Slice(task, pid, thread, start, end)


def judge(*trace: Slice) -> tuple[int, int, str]:
    """(most tasks open, most slices under way, the word) of a trace."""
    return peak_in_flight(trace), peak_running(trace), classify(trace)


def test_seed_example_is_sequential() -> None:
    """Task 2 begins when Task 1 has ended: that is one after the other, and an empty shift is, too."""
    assert judge(cook("Task 1", 0, 2), cook("Task 2", 2, 4)) == (1, 1, "sequential")
    assert judge() == (0, 0, "sequential")


def test_one_cook_switching_is_concurrent() -> None:
    """One cook with two open orders was not called concurrent, or was called parallel: she is alone."""
    assert judge(cook("A", 0, 1), cook("B", 1, 2), cook("A", 2, 3), cook("B", 3, 4)) == (2, 1, "concurrent")
    assert judge(cook("A", 0, 1), cook("B", 1, 2), cook("A", 9, 10)) == (2, 1, "concurrent")


def test_two_threads_taking_turns_is_not_parallel() -> None:
    """Two threads were called parallel although they never moved at the same instant."""
    a, b = "Cook-1", "Cook-2"
    trace = (
        cook("A", 0, 1, thread=a),
        cook("B", 1, 2, thread=b),
        cook("A", 2, 3, thread=a),
        cook("B", 3, 4, thread=b),
    )
    assert judge(*trace) == (2, 1, "concurrent")


def test_two_threads_at_once_is_parallel() -> None:
    """Two threads of one process moved at the same instant, and that was not called parallel."""
    assert judge(cook("A", 0, 2, thread="Cook-1"), cook("B", 1, 3, thread="Cook-2")) == (2, 2, "parallel")


def test_two_processes_back_to_back_is_sequential() -> None:
    """Two processes were taken for concurrent although the second began when the first had ended."""
    assert judge(cook("A", 0, 2, pid=1), cook("B", 2, 4, pid=2)) == (1, 1, "sequential")


def test_touching_slices_do_not_overlap() -> None:
    """Where one slice ends and the next begins at the same tick, both were counted (or refused)."""
    a, b = "Cook-1", "Cook-2"
    assert judge(cook("A", 0, 3, thread=a), cook("B", 3, 5, thread=b)) == (1, 1, "sequential")
    assert judge(cook("A", 0, 3, thread=a), cook("A", 3, 5, thread=b)) == (1, 1, "sequential")
    assert judge(cook("A", 0, 3), cook("B", 3, 5), cook("C", 5, 6), cook("C", 6, 7)) == (1, 1, "sequential")


def test_same_thread_name_in_two_processes() -> None:
    """Every process has a MainThread: two of them at once are two pairs of hands, not an impossible trace."""
    assert judge(cook("A", 0, 2, pid=1), cook("B", 1, 3, pid=2)) == (2, 2, "parallel")
    for function in (peak_in_flight, peak_running, classify):
        with pytest.raises(ValueError):  # the same tasks at the same ticks, in one process
            function((cook("A", 0, 2), cook("B", 1, 3)))


def test_names_that_look_alike() -> None:
    """Tasks or threads were taken for one another: any two strings are two names, and every pid is a process."""
    names = ["A", "a", " A", "", "1"]  # of tasks
    threads = [(0, "1"), (1, "1"), (1, ""), (11, ""), (1, "A")]
    everybody_at_once = [
        cook(name, 0, 2, pid=pid, thread=thread) for name, (pid, thread) in zip(names, threads, strict=True)
    ]
    assert judge(*everybody_at_once) == (5, 5, "parallel")


def test_a_task_changes_hands() -> None:
    """An order was forgotten while it lay between two cooks: it stays open until its very last slice ends."""
    begun = cook("A", 0, 1, pid=1)
    finished = cook("A", 5, 6, pid=2)
    assert judge(begun, cook("B", 2, 3, pid=1), finished) == (2, 1, "concurrent")
    assert judge(begun, finished) == (1, 1, "sequential")


THREADS = [(1, "MainThread"), (2, "MainThread"), (1, "Cook"), (2, "Cook")]
TASKS = ["A", "B", "C", "D"]


@st.composite
def kitchens(draw: st.DrawFn) -> tuple[list[Slice], int, int]:
    """A possible trace, with the most tasks open and the most threads busy in any of its ticks."""
    hands = draw(st.sampled_from([1, 1, 1, 2, 3, 4]))  # more than one are mostly parallel
    threads = THREADS[:hands]
    tick_row = st.lists(  # what each thread does in one tick; None: nothing; no task twice
        st.sampled_from([None, *TASKS]),
        min_size=hands,
        max_size=hands,
        unique_by=lambda task: task or object(),
    )
    rows = [draw(tick_row) for _ in range(draw(st.integers(0, 8)))]
    trace: list[Slice] = []
    for (pid, thread), tasks in zip(threads, zip(*rows, strict=True), strict=False):
        for tick, task in enumerate(tasks):
            if task is None:
                continue
            before = trace[-1] if trace else None
            if before and before == Slice(task, pid, thread, before.start, tick) and draw(st.booleans()):
                trace[-1] = replace(before, end=tick + 1)
            else:
                trace.append(Slice(task, pid, thread, tick, tick + 1))
    cooked_at = [[tick for tick, row in enumerate(rows) if task in row] for task in TASKS]
    in_flight = [sum(min(at) <= tick <= max(at) for at in cooked_at if at) for tick in range(len(rows))]
    running = [len(row) - row.count(None) for row in rows]
    return draw(st.permutations(trace)), max(in_flight, default=0), max(running, default=0)


STAIRS = [
    cook("A", 0, 3, thread="Cook-1"),
    cook("B", 2, 5, thread="Cook-2"),
    cook("C", 4, 7, thread="Cook-3"),
]
RUSH_HOUR = [cook("A", 0, 3, pid=1), cook("B", 1, 4, pid=2), cook("C", 2, 5, pid=3)]


@given(kitchen=kitchens())
@example(kitchen=(STAIRS, 2, 2))
@example(kitchen=(RUSH_HOUR, 3, 3))
def test_matches_tick_by_tick_oracle(kitchen: tuple[list[Slice], int, int]) -> None:
    """Counting by hand, tick by tick, gives another number."""
    trace, in_flight, running = kitchen
    before = trace.copy()
    assert peak_in_flight(trace) == in_flight
    assert peak_running(trace) == running
    assert classify(trace) == ("parallel" if running > 1 else "concurrent" if in_flight > 1 else "sequential")
    assert trace == before, "the trace belongs to the caller, in the order in which it came"


@given(kitchen=kitchens(), scale=st.integers(1, 5), shift=st.integers(-60, 60))
@example(kitchen=(STAIRS, 2, 2), scale=3, shift=-40)
@example(kitchen=(STAIRS, 2, 2), scale=1, shift=10**18)  # no float tells these ticks apart
def test_order_and_scale_do_not_matter(kitchen: tuple[list[Slice], int, int], scale: int, shift: int) -> None:
    """The same shift, written down in another order or with another clock, got another verdict."""
    trace, in_flight, running = kitchen
    moved = [replace(s, start=scale * s.start + shift, end=scale * s.end + shift) for s in trace]
    for order in (moved, moved[::-1], sorted(moved, key=lambda s: -s.end)):
        assert judge(*order)[:2] == (in_flight, running)


IMPOSSIBLE = {
    "start == end": [cook("A", 3, 3)],
    "start > end": [cook("B", 0, 1), cook("A", 3, 2)],
    "one thread, two slices at once": [cook("A", 0, 4), cook("B", 3, 5)],
    "one thread, a slice inside another": [cook("A", 0, 9), cook("B", 3, 5)],
    "one thread, not side by side in the trace": [cook("A", 0, 4), cook("B", 6, 7), cook("C", 2, 5)],
    "one task, two slices at once": [cook("A", 0, 4, pid=1), cook("A", 3, 5, pid=2)],
    "one task, not side by side in the trace": [cook("A", 0, 4), cook("A", 6, 7), cook("A", 2, 5, pid=2)],
    "one task, a slice inside another": [cook("A", 0, 9), cook("B", 2, 3, pid=2), cook("A", 3, 5, pid=3)],
    "one task, two threads of a process": [cook("A", 0, 4), cook("A", 2, 3, thread="Cook-2")],
    "one thread, two slices at once, one ends at tick 0": [cook("A", -5, 0), cook("B", -3, 2)],
    "one task, two slices at once, one ends at tick 0": [cook("A", -5, 0, pid=1), cook("A", -3, 2, pid=2)],
    "one thread, two slices at once, before tick 0": [cook("A", -9, -5), cook("B", -6, -4)],
    "one slice twice": [cook("A", 0, 4), cook("A", 0, 4)],
}


@pytest.mark.parametrize("trace", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
@pytest.mark.parametrize("function", [peak_in_flight, peak_running, classify])
def test_impossible_traces_are_refused(function: Callable[[Sequence[Slice]], object], trace: list[Slice]) -> None:
    """A trace that no kitchen can have recorded was accepted by one of the three functions."""
    with pytest.raises(ValueError):
        function(tuple(trace))
