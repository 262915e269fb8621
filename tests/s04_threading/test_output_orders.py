"""Every output that a program with threads can print, no more and no less."""

from collections.abc import Mapping, Sequence
from functools import partial
from math import comb
from threading import Thread
from types import MappingProxyType
from typing import Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dojo.interleave import outcomes
from katas.s04_threading.output_orders import possible_outputs

Step = tuple[Literal["print", "start", "join"], str]
Program = Mapping[str, Sequence[Step]]
Outputs = set[tuple[str, ...]]


def prints(texts: str) -> list[Step]:
    """A print step for each letter."""
    return [("print", text) for text in texts]


def words(*outputs: str) -> Outputs:
    """Outputs of one-letter texts, written together."""
    return {tuple(output) for output in outputs}


def test_never_started() -> None:
    """A thread that nobody started printed something, or was found to be a mistake."""
    assert possible_outputs({"main": prints("m"), "a": prints("x")}) == words("m")
    assert possible_outputs({"main": [], "a": prints("x")}) == {()}


def test_start_without_join() -> None:
    """Without a join the thread's line has to come in any case, and at any place after the start."""
    assert possible_outputs({"main": [("start", "a"), *prints("m")], "a": prints("x")}) == words("xm", "mx")
    assert possible_outputs({"main": [("start", "a")], "a": prints("xy")}) == words("xy")
    assert possible_outputs({"main": [*prints("m"), ("start", "a")], "a": prints("x")}) == words("mx")


def test_join_before_print() -> None:
    """What main prints after the join came before a line of the thread that it had joined."""
    joined = {"main": [("start", "a"), ("join", "a"), *prints("m")], "a": prints("xy")}
    assert possible_outputs(joined) == words("xym")


def test_join_waits_for_one_thread_only() -> None:
    """A join of a held up b, too, or did not hold up main until a was done."""
    program: Program = {
        "main": [("start", "a"), ("start", "b"), ("join", "a"), *prints("m")],
        "a": prints("x"),
        "b": prints("y"),
    }
    assert possible_outputs(program) == words("yxm", "xym", "xmy")


def test_start_join_start_join_is_sequential() -> None:
    """Each thread is joined before the next is started, and still there was more than one order."""
    main: list[Step] = [("start", "a"), ("join", "a"), ("start", "b"), ("join", "b"), ("join", "a"), *prints("m")]
    assert possible_outputs({"main": main, "a": prints("xy"), "b": prints("z")}) == words("xyzm")


def test_same_texts_merge() -> None:
    """Two runs that print the same were counted as two outputs, or texts were mixed up."""
    starts: list[Step] = [("start", "a"), ("start", "b")]
    ok: list[Step] = [("print", "ok"), ("print", "ok")]
    assert possible_outputs({"main": starts, "a": ok, "b": ok}) == {("ok",) * 4}
    silent: list[Step] = [("print", ""), ("print", "a b")]
    assert possible_outputs({"main": starts, "a": silent, "b": []}) == {("", "a b")}


def test_text_like_a_name() -> None:
    """A text that is also the name of a thread was taken for that thread: it held up a join, or was lost."""
    main: list[Step] = [("start", "a"), ("start", "b"), ("join", "b"), ("print", "main")]
    program: Program = {"main": main, "a": prints("b"), "b": prints("a")}
    assert possible_outputs(program) == {("b", "a", "main"), ("a", "b", "main"), ("a", "main", "b")}
    unnamed: Program = {"main": [("start", ""), ("print", ""), ("join", ""), *prints("m")], "": prints("x")}
    assert possible_outputs(unnamed) == {("x", "", "m"), ("", "x", "m")}, "a thread whose name is empty"


def test_nothing_to_print() -> None:
    """A complete run that prints nothing has one output, the empty one: that is not the same as none."""
    assert possible_outputs({"main": []}) == {()}
    assert possible_outputs({"main": [("start", "a"), ("join", "a")], "a": []}) == {()}


def test_asked_again() -> None:
    """The second answer depends on what became of the first one, or is still about the program as it was."""
    program: dict[str, list[Step]] = {"main": [("start", "a"), *prints("m")], "a": prints("x")}
    outputs = possible_outputs(program)
    if isinstance(outputs, set):
        outputs.clear()  # the caller's own
    assert possible_outputs(program) == words("xm", "mx")
    program["a"] = prints("y")
    assert possible_outputs(program) == words("ym", "my")


@given(p=st.integers(0, 3), q=st.integers(0, 3))
@example(p=5, q=5)
def test_number_of_merges(p: int, q: int) -> None:
    """Two threads with p and q lines have (p + q)! / (p! q!) orders: some are missing, or impossible ones came."""
    first, second = "abcde"[:p], "vwxyz"[:q]
    main: list[Step] = [("start", "one"), ("start", "two")]
    outputs = possible_outputs({"main": main, "one": prints(first), "two": prints(second)})
    assert len(outputs) == comb(p + q, p)
    for output in outputs:
        assert "".join(text for text in output if text in first) == first, "the order inside a thread is fixed"
        assert "".join(text for text in output if text in second) == second, "the order inside a thread is fixed"


def test_three_threads() -> None:
    """Three threads with three lines each have 9! / (3! 3! 3!) = 1680 orders: some are missing."""
    main: list[Step] = [("start", "a"), ("start", "b"), ("start", "c")]
    program = {"main": main, "a": prints("abc"), "b": prints("mno"), "c": prints("xyz")}
    assert len(possible_outputs(program)) == 1680


@st.composite
def programs(draw: st.DrawFn, threads: int, lines: int, steps: int) -> Program:
    """A program without mistakes: so many threads, so many prints in each, so many steps in main."""
    texts = st.sampled_from(["x", "y", "z", ""])
    names = ["a", "b", "c"][:threads]
    program: dict[str, list[Step]] = {
        name: [("print", text) for text in draw(st.lists(texts, max_size=lines))] for name in names
    }
    main: list[Step] = []
    started: list[str] = []
    for _ in range(draw(st.integers(0, steps))):
        possible = ["print", *(["start"] if len(started) < threads else []), *(["join"] if started else [])]
        kind = draw(st.sampled_from(possible))
        if kind == "print":
            main.append(("print", draw(texts)))
        elif kind == "start":
            started.append(draw(st.sampled_from([name for name in names if name not in started])))
            main.append(("start", started[-1]))
        else:
            main.append(("join", draw(st.sampled_from(started))))
    program["main"] = main
    return MappingProxyType({name: tuple(its_steps) for name, its_steps in program.items()})  # for reading only


def all_runs(program: Program, done: dict[str, int], output: tuple[str, ...]) -> Outputs:
    """The outputs of all runs that begin with what is done: step by step, without any cleverness."""
    outputs: Outputs = set()
    able = False
    for thread, count in done.items():
        if count == len(program[thread]):
            continue
        kind, text = program[thread][count]
        if kind == "join" and done[text] < len(program[text]):
            continue
        able = True
        now = {**done, thread: count + 1}
        if kind == "start":
            now[text] = 0
        outputs |= all_runs(program, now, (*output, text) if kind == "print" else output)
    return outputs if able else {output}


@given(program=programs(threads=3, lines=2, steps=6))
@example(program={"main": [("print", " m"), ("start", "a"), ("print", "")], "a": [("print", "X\n"), ("print", "x")]})
def test_matches_reference(program: Program) -> None:
    """An output is missing, or one came that no run can print."""
    expected = all_runs(program, {"main": 0}, ())
    assert possible_outputs(program) == expected
    assert possible_outputs(program) == expected, "asked again, it answered something else"


def run_it(program: Program) -> tuple[str, ...]:
    """The program with real threads; what it printed."""
    output: list[str] = []

    def life(name: str) -> None:
        for _, text in program[name]:
            output.append(text)

    threads = {name: Thread(target=life, args=(name,)) for name in program}
    for kind, text in program["main"]:
        if kind == "print":
            output.append(text)
        elif kind == "start":
            threads[text].start()
        else:
            threads[text].join()
    for thread in threads.values():
        if thread.ident is not None:
            thread.join()  # at its end the process waits for every thread that was started
    return tuple(output)


@settings(max_examples=10)
@given(program=programs(threads=2, lines=1, steps=5))
@example(program={"main": [("start", "a"), *prints("m"), ("join", "a"), *prints("n")], "a": prints("xy")})
@example(program={"main": [("start", "a"), ("start", "b"), ("join", "b")], "a": prints("xy"), "b": prints("z")})
def test_real_threads_agree(program: Program) -> None:
    """Real threads, run in every order, printed something else than you predicted."""
    seen = outcomes(partial(run_it, program))
    assert seen.complete
    assert possible_outputs(program) == seen.values


START: Step = ("start", "a")
MISTAKES: dict[str, Program] = {
    "no main": {"a": prints("x")},
    "nothing at all": {},
    "a thread starts another one": {"main": [START], "a": [("start", "b")], "b": []},
    "a thread joins another one": {"main": [START, ("start", "b")], "a": [], "b": [*prints("x"), ("join", "a")]},
    "a thread that is never started starts another one": {"main": prints("m"), "a": [("start", "b")], "b": []},
    "start of an unknown thread": {"main": [*prints("m"), ("start", "b")], "a": prints("x")},
    "join of an unknown thread": {"main": [START, ("join", "b")], "a": prints("x")},
    "main starts itself": {"main": [*prints("m"), ("start", "main")]},
    "main joins itself": {"main": [*prints("m"), ("join", "main")]},
    "started twice": {"main": [START, ("join", "a"), *prints("m"), START], "a": prints("x")},
    "joined, never started": {"main": [*prints("m"), ("join", "a")], "a": prints("x")},
    "joined, then started": {"main": [("join", "a"), START], "a": prints("x")},
    "a print in capitals": {"main": [("PRINT", "m")]},  # type: ignore[list-item]
    "unknown step in main": {"main": [START, ("sleep", "a")], "a": prints("x")},  # type: ignore[list-item]
    "unknown step in a thread": {"main": [START], "a": [*prints("x"), ("sleep", "b")], "b": []},  # type: ignore
    "unknown step in a thread that is never started": {"main": [], "a": [("sleep", "x")]},  # type: ignore
}


@pytest.mark.parametrize("program", MISTAKES.values(), ids=MISTAKES)
def test_invalid_programs(program: Program) -> None:
    """A program that cannot be run was not refused with ValueError."""
    with pytest.raises(ValueError):
        possible_outputs(program)
