"""The X-ray of some small functions, and a scheduler that tries whether it is right.

The scheduler, `outcomes`, runs a program in every order in which its threads can take turns.
"""

import builtins
import functools
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojo.interleave import outcomes, together
from katas.s03_gil.bytecode_xray import can_lose_update, global_accesses

votes = 0
seats = 0
log: list[int] = []
hall_is_open = True


def cast() -> None:
    global votes
    votes += 1


def cast_on_two_lines() -> None:
    global votes
    seen = votes
    votes = seen + 1


def cast_on_three_lines() -> None:
    global votes
    votes = announce(
        votes,
    )


def cast_twice() -> None:
    global votes
    votes += 1
    votes += 1


def reset() -> None:
    global votes
    votes = 0


def reset_and_announce() -> None:
    global votes
    votes = 0
    announce(votes)


def announce(total: int) -> int:
    return total


def result() -> int:
    return votes


def raise_to(bid: int) -> None:
    global votes
    votes = max(votes, bid)


def note() -> None:
    log.append(1)


def test_augmented_assignment_is_a_read_and_a_write() -> None:
    """`votes += 1` is a read and a write, and between the two somebody else may be let in."""
    assert global_accesses(cast) == [("read", "votes"), ("write", "votes")]
    assert can_lose_update(cast, "votes")


def test_plain_assignment_is_one_write() -> None:
    """`votes = 0` is one write: it depends on nothing that could be out of date."""
    assert global_accesses(reset) == [("write", "votes")]
    assert not can_lose_update(reset, "votes")


def test_read_only() -> None:
    """Who only looks overwrites nothing."""
    assert global_accesses(result) == [("read", "votes")]
    assert not can_lose_update(result, "votes")


def test_append_reads_only() -> None:
    """`log.append(1)` only reads the global `log`; and `append` is an attribute, not a global."""
    assert global_accesses(note) == [("read", "log")]
    assert not can_lose_update(note, "log")
    assert not can_lose_update(note, "append")


def test_split_over_two_lines() -> None:
    """The read on one line and the write on another one are an update, too; `seen` is a local."""
    assert global_accesses(cast_on_two_lines) == [("read", "votes"), ("write", "votes")]
    assert can_lose_update(cast_on_two_lines, "votes")
    assert global_accesses(cast_on_three_lines) == [("read", "announce"), ("read", "votes"), ("write", "votes")]
    assert can_lose_update(cast_on_three_lines, "votes")


def test_every_access_is_listed() -> None:
    """Two updates in one function are two reads and two writes."""
    accesses = global_accesses(cast_twice)
    assert accesses == [("read", "votes"), ("write", "votes")] * 2
    global_accesses(reset)
    assert accesses == [("read", "votes"), ("write", "votes")] * 2, "the X-ray of another function changed this list"


def test_write_before_read() -> None:
    """A write before the read overwrites nobody's update; a write after it does, and `del` is a write."""

    def close_hall() -> None:
        global votes
        del votes

    def reset_and_cast() -> None:
        global votes
        votes = 0
        votes += 1

    def announce_and_delete() -> None:
        global votes
        announce(votes)
        del votes

    written_then_read = [("write", "votes"), ("read", "announce"), ("read", "votes")]
    assert global_accesses(reset_and_announce) == written_then_read
    assert not can_lose_update(reset_and_announce, "votes")
    assert global_accesses(close_hall) == [("write", "votes")]
    assert not can_lose_update(close_hall, "votes")
    assert can_lose_update(reset_and_cast, "votes")
    assert can_lose_update(announce_and_delete, "votes")


def test_other_name_in_between() -> None:
    """The read and the write of one name were not told from those of another."""

    def hand_out() -> None:
        global votes, seats
        seats = votes
        votes = 0

    assert global_accesses(hand_out) == [("read", "votes"), ("write", "seats"), ("write", "votes")]
    assert can_lose_update(hand_out, "votes")
    assert not can_lose_update(hand_out, "seats")
    for other in ("halls", "vote", ""):
        assert not can_lose_update(hand_out, other), f"{other!r} is the name of no global here"


def function_of(source: str, module: dict[str, object]) -> Callable[..., object]:
    """`def f` of the source, with these globals. There is no file, so that nobody can look up the source."""
    exec(compile(source, "<no file>", "exec"), module)
    return module["f"]  # type: ignore[return-value]


def test_builtins_left_out() -> None:
    """`max` is no global of the module, until the module defines one of its own."""
    assert global_accesses(raise_to) == [("read", "votes"), ("write", "votes")]
    module: dict[str, object] = {"votes": 0}
    raise_in_module = function_of("def f(bid):\n    global votes\n    votes = max(votes, bid)\n", module)
    assert global_accesses(raise_in_module) == [("read", "votes"), ("write", "votes")]
    module["max"] = lambda left, right: left
    assert global_accesses(raise_in_module) == [("read", "max"), ("read", "votes"), ("write", "votes")]
    for name in ("int", "range", "ValueError", "NotImplemented"):
        module = {}
        look = function_of(f"def f():\n    return {name}\n", module)
        assert global_accesses(look) == [], f"{name} is a builtin, too, though no function"
        for value in (0, None, getattr(builtins, name)):
            module[name] = value
            assert global_accesses(look) == [("read", name)], f"the module has a {name} of its own"
    assert global_accesses(lambda: __name__) == [("read", "__name__")], "`builtins` has one, and this module, too"


def test_names_that_come_later() -> None:
    """A global that nobody has assigned yet is a global all the same: it is in no other place."""
    early = function_of("def f():\n    global votes\n    votes = votes + seats\n", {})
    assert global_accesses(early) == [("read", "votes"), ("read", "seats"), ("write", "votes")]
    assert can_lose_update(early, "votes")


def test_loop_and_branch() -> None:
    """In a loop or a branch an access is listed once, where its bytecode stands, reached or not."""

    def count() -> None:
        global votes
        for vote in log:
            votes += vote

    def count_again() -> None:
        global votes, seats
        for vote in log:
            votes = vote
            seats = votes

    def decide() -> None:
        global votes, seats
        if hall_is_open:
            seats = votes
        else:
            votes = 0

    def leave_early() -> object:
        global votes
        if hall_is_open:
            return log
        votes = 0
        return None

    def look_or_reset() -> object:
        global votes
        try:
            return log
        except LookupError:
            votes = 0
        return None

    read, write = ("read", "votes"), ("write", "votes")
    assert global_accesses(count) == [("read", "log"), read, write]
    assert can_lose_update(count, "votes")
    assert not can_lose_update(count_again, "votes"), "jumps are not followed"
    assert global_accesses(decide) == [("read", "hall_is_open"), read, ("write", "seats"), write]
    assert can_lose_update(decide, "votes")
    assert sorted(global_accesses(leave_early)) == [("read", "hall_is_open"), ("read", "log"), write]
    assert global_accesses(look_or_reset) == [("read", "log"), write]


def test_own_bytecode_only() -> None:
    """What a nested or wrapped function does was listed, or a local or outer variable that is called like a global."""
    votes = 0

    def outer(seats: int) -> Callable[[], None]:
        nonlocal votes
        votes += seats
        seats = 1
        import json as log  # noqa: F401

        def inner() -> None:
            global votes
            votes += 1

        return inner

    @functools.wraps(cast)
    def wrapper() -> None:
        announce(1)

    assert global_accesses(outer) == []
    assert global_accesses(wrapper) == [("read", "announce")]
    assert global_accesses(lambda: hall_is_open) == [("read", "hall_is_open")]


def test_generators_and_coroutines() -> None:
    """A generator function or an `async def` was refused, though it is a Python function like any other."""

    def count_one_by_one() -> Iterator[int]:
        global votes
        for vote in log:
            votes += vote
            yield vote

    async def cast_later() -> None:
        global votes
        votes += 1

    assert global_accesses(count_one_by_one) == [("read", "log"), ("read", "votes"), ("write", "votes")]
    assert can_lose_update(count_one_by_one, "votes")
    assert global_accesses(cast_later) == [("read", "votes"), ("write", "votes")]
    assert can_lose_update(cast_later, "votes")


def test_many_names() -> None:
    """With hundreds of names a bytecode's argument needs two bytes, and the wrong names came out."""
    candidates = [f"candidate_{number}" for number in range(300)]
    lines = "".join(f"    {name} += 1\n" for name in candidates)
    count_all = function_of(f"def f():\n    global {', '.join(candidates)}\n{lines}", {})
    assert global_accesses(count_all) == [(kind, name) for name in candidates for kind in ("read", "write")]


def test_after_many_calls() -> None:
    """A function that has run often is sped up inside the interpreter; it still does the same."""
    for _ in range(1000):
        cast()
        result()
    assert global_accesses(cast) == [("read", "votes"), ("write", "votes")]
    assert global_accesses(result) == [("read", "votes")]


# A statement, and what it accesses. `sum` is the module's own here, and `len` the builtin one.
GLOBALS: dict[str, object] = {"votes": 0, "seats": 0, "sum": 0}
names = st.sampled_from(list(GLOBALS))
statements = st.one_of(
    st.builds(lambda a: (f"x = {a}", [("read", a)]), names),
    st.builds(lambda a: (f"{a} = 0", [("write", a)]), names),
    st.builds(lambda a: (f"{a} = len(x)", [("write", a)]), names),
    st.builds(lambda a: (f"{a} += 1", [("read", a), ("write", a)]), names),
    st.builds(lambda a: (f"del {a}", [("write", a)]), names),
    st.builds(lambda a: (f"x.{a} = {a}.seats", [("read", a)]), names),
    st.builds(lambda a, b: (f"{a} = {b}", [("read", b), ("write", a)]), names, names),
    st.builds(lambda a, b: (f"{a} -= {b}", [("read", a), ("read", b), ("write", a)]), names, names),
)


@given(body=st.lists(statements, min_size=1, max_size=6))
def test_generated_functions(body: list[tuple[str, list[tuple[str, str]]]]) -> None:
    """Another list came out than the one from which the function was made."""
    lines = "".join(f"    {line}\n" for line, _ in body)
    function = function_of(f"def f(x):\n    global {', '.join(GLOBALS)}\n{lines}", dict(GLOBALS))
    accesses = [access for _, of_line in body for access in of_line]
    assert global_accesses(function) == accesses, lines
    for name in GLOBALS:
        kinds = "".join(kind[0] for kind, accessed in accesses if accessed == name)
        assert bool(can_lose_update(function, name)) is ("w" in kinds.partition("r")[2]), (name, lines)


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("votes", cast, cast),
        ("votes", cast_on_two_lines, cast_on_two_lines),
        ("votes", cast_twice, cast_twice),
        ("votes", partial(raise_to, 1), partial(raise_to, 2)),
        ("votes", reset, reset),
        ("votes", reset_and_announce, reset_and_announce),
        ("votes", result, result),
        ("log", note, note),
    ],
    ids=lambda value: getattr(value, "func", value).__name__ if callable(value) else value,
)
def test_the_scheduler_agrees(name: str, first: Callable[[], None], second: Callable[[], None]) -> None:
    """Two threads tried every order: an update was lost though the X-ray says no, or the other way round."""
    global votes

    def total_of(run: Callable[[Callable[[], None], Callable[[], None]], object]) -> int:
        global votes
        votes = 0
        log.clear()
        run(first, second)
        return votes if name == "votes" else len(log)

    one_after_the_other = total_of(lambda a, b: (a(), b()))
    at_once = outcomes(lambda: total_of(together))
    votes = 0
    assert at_once.complete
    assert not at_once.errors
    loses = at_once.values != {one_after_the_other}
    function = getattr(first, "func", first)
    assert bool(can_lose_update(function, name)) is loses, f"totals found: {at_once.values}"


class Counter:
    """Has a method, can be called, and has what a function has: it is none."""

    __code__ = cast.__code__
    __globals__ = globals()

    def cast(self) -> None: ...

    def __call__(self) -> None: ...


counter = Counter()
WRAPPED = [partial(cast), functools.lru_cache(cast), staticmethod(cast)]
NOT_FUNCTIONS = [len, [].append, counter.cast, counter, Counter, *WRAPPED, cast.__code__, "votes += 1", None]


@pytest.mark.parametrize("thing", NOT_FUNCTIONS, ids=lambda thing: type(thing).__name__)
def test_not_a_python_function(thing: Callable[..., object] | CodeType | str | None) -> None:
    """What is no plain Python function was X-rayed, or refused with another error than TypeError."""
    with pytest.raises(TypeError):
        global_accesses(thing)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        can_lose_update(thing, "votes")  # type: ignore[arg-type]


def test_nothing_is_called() -> None:
    """The X-ray ran the function that it was to look at."""
    called: list[str] = []
    function = function_of("def f():\n    called.append('f')\n    votes\n", {"called": called, "votes": 1})
    assert global_accesses(function) == [("read", "called"), ("read", "votes")]
    assert not can_lose_update(function, "votes")
    assert called == []
