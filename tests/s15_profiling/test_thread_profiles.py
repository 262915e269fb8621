"""The clocks belong to the tests: a job advances those of its own thread, so that each second is known.

Functions of the profiler itself may turn up in a profile: the tests look at those that they know.
"""

import cProfile
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from operator import call as call_it

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojo.interleave import together
from katas.s15_profiling.thread_profiles import Stat, TaskProfile, profile_tasks

pytestmark = pytest.mark.timeout(20)
HERE = __name__
ROUNDS = 30


class Clocks(threading.local):
    """Each thread has clocks of its own, which it advances itself."""

    wall = 100.0
    cpu = 10.0


clocks = Clocks()


def profiled(tasks: Mapping[str, Callable[[], object]]) -> dict[str, TaskProfile]:
    """profile_tasks with the clocks of the tests."""
    return profile_tasks(tasks, wall=lambda: clocks.wall, cpu=lambda: clocks.cpu)


def only(profile: TaskProfile, *functions: str) -> dict[str, Stat]:
    """The profile's entries for these functions of this module."""
    keys = [f"{HERE}.{name}" for name in functions]
    return {key.removeprefix(f"{HERE}."): stat for key, stat in profile.functions.items() if key in keys}


def fetch() -> None:
    clocks.wall += 5


def parse() -> None:
    clocks.wall += 3
    clocks.cpu += 3


def download() -> None:
    clocks.wall += 1
    clocks.cpu += 1
    fetch()
    parse()


def repeat(times: int, meet: threading.Barrier) -> None:
    for _ in range(times // 2):
        parse()
    meet.wait(5)
    for _ in range(times - times // 2):
        parse()


def test_calls_per_thread() -> None:
    """The threads' calls were lost, or thrown into one heap, or the tasks did not run at the same time."""
    meet = threading.Barrier(3)
    tasks = {"a": partial(repeat, 30, meet), "b": partial(repeat, 20, meet), "c": partial(meet.wait, 5)}
    profiles = profiled(tasks)
    assert profiles.keys() == {"a", "b", "c"}
    for name, times in {"a": 30, "b": 20}.items():
        assert profiles[name].error is None, f"task {name}: {profiles[name].error!r}"
        seen = only(profiles[name], "parse", "repeat")
        expected = {"repeat": Stat(1, 0, 0), "parse": Stat(times, 3 * times, 3 * times)}
        assert seen == expected, f"task {name} called parse {times} times; in its profile: {seen}"
    assert only(profiles["c"], "parse", "repeat") == {}, "task c called neither parse nor repeat"


def test_who_comes_later_leaves_later() -> None:
    """A thread's seconds were counted from another thread's last event, or its end taken for that of another call."""
    early_is_in, late_is_in, early_has_left = gates = [threading.Lock() for _ in range(3)]
    for gate in gates:  # bare locks: a wait in a builtin is no event of the thread that waits
        gate.acquire()

    def early() -> None:
        clocks.wall += 1
        early_is_in.release()
        late_is_in.acquire(timeout=5)
        clocks.wall += 2

    def early_task() -> None:
        early()
        clocks.wall += 4
        early_has_left.release()

    def late_task() -> None:
        early_is_in.acquire(timeout=5)
        late()

    def late() -> None:
        clocks.wall += 8
        late_is_in.release()
        early_has_left.acquire(timeout=5)
        clocks.wall += 16

    profiles = profiled({"early": early_task, "late": late_task})
    here = "test_who_comes_later_leaves_later.<locals>."
    for name, own in {"early": Stat(1, 3, 0), "late": Stat(1, 24, 0)}.items():
        seen = only(profiles[name], f"{here}early", f"{here}late")
        assert seen == {here + name: own}, f"in the task that calls {name}: {seen}"
    assert only(profiles["early"], f"{here}early_task") == {f"{here}early_task": Stat(1, 4, 0)}


def test_a_thread_for_each_task() -> None:
    """A task ran in the caller's thread, or two tasks in one, or not all of them at the same time."""
    threads: list[threading.Thread] = []  # kept, because an ident can come again
    quick = profiled({str(number): lambda: threads.append(threading.current_thread()) for number in range(40)})
    assert [profile.error for profile in quick.values()] == [None] * 40
    used = len({*threads, threading.current_thread()} - {threading.current_thread()})
    assert used == 40, f"40 tasks, each soon done, ran in {used} threads besides the caller's"
    meet = threading.Barrier(40)
    errors = [profile.error for profile in profiled(dict.fromkeys(map(str, range(40)), partial(meet.wait, 5))).values()]
    assert errors == [None] * 40, "40 tasks waited for each other, and not all of them came"


def test_no_tasks() -> None:
    """Nothing to do, and something came out."""
    assert profiled({}) == {}


def test_wall_and_cpu() -> None:
    """Waiting and computing were not told apart: fetch waits 5 s, parse computes 3 s."""
    profile = profiled({"only": download})["only"]
    seen = only(profile, "download", "fetch", "parse")
    assert seen == {"download": Stat(1, 1, 1), "fetch": Stat(1, 5, 0), "parse": Stat(1, 3, 3)}
    assert profile.hottest("wall") == f"{HERE}.fetch"
    assert profile.hottest("cpu") == f"{HERE}.parse"


def countdown(number: int) -> None:
    clocks.wall += number
    if number:
        countdown(number - 1)
    clocks.cpu += number


def test_recursion() -> None:
    """A function that calls itself: each of its calls counts, and each second once."""
    profile = profiled({"only": partial(countdown, 3)})["only"]
    assert only(profile, "countdown") == {"countdown": Stat(4, 6, 6)}


def slow_key(word: str) -> int:
    clocks.wall += 2
    clocks.cpu += 1
    return len(word)


def sort_words() -> None:
    clocks.wall += 10
    sorted(["one", "two", "three"], key=slow_key)
    clocks.wall += 10
    clocks.cpu += 7


def test_builtin_in_between() -> None:
    """A builtin called a Python function: that one has its own time, and the rest is the caller's."""
    profile = profiled({"only": sort_words})["only"]
    seen = only(profile, "sort_words", "slow_key")
    assert seen == {"sort_words": Stat(1, 20, 7), "slow_key": Stat(3, 6, 3)}


def test_task_is_a_builtin() -> None:
    """The task is list, which calls Python functions; the seconds between them went to the one before or after."""
    until_1000 = partial(setattr, clocks, "wall", 1000.0)
    task = partial(list, map(call_it, [until_1000, fetch, until_1000, parse]))
    assert only(profiled({"only": task})["only"], "fetch", "parse") == {"fetch": Stat(1, 5, 0), "parse": Stat(1, 3, 3)}


def test_time_in_builtins() -> None:
    """The time in a builtin was nobody's; it belongs to the function that called it."""

    def task() -> None:
        setattr(clocks, "wall", clocks.wall + 8)  # noqa: B010

    profile = profiled({"only": task})["only"]
    assert only(profile, "test_time_in_builtins.<locals>.task") == {
        "test_time_in_builtins.<locals>.task": Stat(1, 8, 0)
    }


def price_of(text: str) -> int:
    clocks.wall += 1
    try:
        return text.index("7")
    except ValueError:
        clocks.wall += 4
        return 0


def add_prices() -> None:
    for text in ("7", "free", "none"):
        price_of(text)
        clocks.wall += 10


def test_builtin_that_fails() -> None:
    """A builtin raised an error that was caught, and from then on the time went to the wrong function."""
    profile = profiled({"only": add_prices})["only"]
    seen = only(profile, "add_prices", "price_of")
    expected = {"add_prices": Stat(1, 30, 0), "price_of": Stat(3, 3 * 1 + 2 * 4, 0)}
    assert seen == expected, f"str.index failed in two of the three calls of price_of; {seen}"


def pages() -> Iterator[None]:
    with suppress(LookupError):
        for _ in range(2):
            clocks.wall += 1
            yield
    clocks.wall += 1


def read_pages() -> None:
    for _ in pages():
        clocks.wall += 10
        fetch()
    clocks.wall += 10


def tear_a_page() -> None:
    book = pages()
    next(book)
    clocks.wall += 10
    with suppress(StopIteration):
        book.throw(LookupError)  # type: ignore[attr-defined]
    clocks.wall += 10


def test_generator() -> None:
    """A generator that had yielded, or was left by throw(), was charged for what its caller did."""
    for task, own, inside in (read_pages, 30, 3), (tear_a_page, 20, 2):
        seen = only(profiled({"only": task})["only"], task.__name__, "pages")
        told = {name: stat.wall for name, stat in seen.items()}
        assert told == {task.__name__: own, "pages": inside}, f"seconds of {task.__name__}, which uses a generator"


class Parser:
    def parse(self) -> None:
        clocks.wall += 2

    @staticmethod
    def guess() -> None:
        (lambda: parse())()


def test_names() -> None:
    """Functions of one name were mixed up, or left out: the key is the module's name and the qualified name."""
    orders: dict[str, object] = {"__name__": "shop.orders"}
    offers: dict[str, object] = {"__name__": "shop.offers"}
    for module in (orders, offers):
        exec("def parse(): pass", module)  # the two code objects are equal

    def parse() -> None:
        clocks.wall += 1

    def task() -> None:
        for call in (Parser().parse, Parser.guess, parse, orders["parse"], offers["parse"], threading.Event().is_set):
            call()  # type: ignore[operator]

    functions = profiled({"only": task})["only"].functions
    assert functions.get("shop.orders.parse") == Stat(1, 0, 0)
    assert functions.get("shop.offers.parse") == Stat(1, 0, 0), "it is equal to that of shop.orders, and another"
    assert "threading.Event.is_set" in functions, "the task called it: the library's functions count too"
    assert {key: functions.get(f"{HERE}.{key}") for key in ("Parser.parse", "Parser.guess", "parse")} == {
        "Parser.parse": Stat(1, 2, 0),
        "Parser.guess": Stat(1, 0, 0),
        "parse": Stat(1, 3, 3),
    }
    assert functions[f"{HERE}.Parser.guess.<locals>.<lambda>"] == Stat(1, 0, 0)
    assert functions[f"{HERE}.test_names.<locals>.parse"] == Stat(1, 1, 0)
    assert functions[f"{HERE}.test_names.<locals>.task"] == Stat(1, 0, 0)


def test_hottest() -> None:
    """Another function came out than the hottest, or than the first of the hottest, or one out of none."""
    stats = {"b": Stat(9, 2, 1), "a": Stat(1, 2, 0), "c": Stat(1, 0, 1), "d": Stat(99, 1, 0)}
    profile = TaskProfile(stats, None)
    assert profile.hottest("wall") == "a"
    assert profile.hottest("cpu") == "b"
    assert TaskProfile({"z": Stat(), "y": Stat()}, None).hottest("cpu") == "y"
    with pytest.raises(ValueError):
        TaskProfile({}, None).hottest("wall")


@dataclass
class Call:
    """A call of the function `name`: spends `before`, makes the calls inside, spends `after`."""

    name: str
    before: int
    inside: list["Call"]
    after: int
    fails: bool

    def __iter__(self) -> Iterator["Call"]:
        yield self
        for call in self.inside:
            yield from call


SHOP: dict[str, Callable[[Call], None]] = {"__name__": "shop", "clocks": clocks}  # type: ignore[dict-item]
BODY = """
def {name}(call):
    clocks.wall += call.before
    for inner in call.inside:
        try:
            functions[inner.name](inner)
        except LookupError:
            clocks.wall += 0
    clocks.wall += call.after
    clocks.cpu += call.after
    if call.fails:
        raise LookupError
"""
for _name in "fgh":
    exec(BODY.format(name=_name), SHOP)
SHOP["functions"] = SHOP  # type: ignore[assignment]
seconds = st.integers(0, 9)
calls = st.recursive(
    st.builds(Call, st.sampled_from("fgh"), seconds, st.just([]), seconds, st.booleans()),
    lambda inner: st.builds(Call, st.sampled_from("fgh"), seconds, st.lists(inner, max_size=3), seconds, st.booleans()),
    max_leaves=6,
)


patience = [5.0]
"""Seconds that the trees wait for each other; who waited in vain once need not wait in each example."""


@given(trees=st.lists(calls, min_size=1, max_size=3))
def test_random_call_trees(trees: list[Call]) -> None:
    """The threads called each other's functions in trees; calls or seconds came out in another place."""
    meet = threading.Barrier(len(trees))

    def task(tree: Call) -> None:
        try:
            meet.wait(patience[0])
        except threading.BrokenBarrierError:  # not at the same time: test_calls_per_thread tells
            patience[0] = 0
        SHOP[tree.name](tree)

    profiles = profiled({str(number): partial(task, tree) for number, tree in enumerate(trees)})
    for number, tree in enumerate(trees):
        profile = profiles[str(number)]
        assert isinstance(profile.error, LookupError) is tree.fails, f"{tree}: {profile.error!r}"
        expected: dict[str, Stat] = {}
        for call in tree:
            stat = expected.setdefault(f"shop.{call.name}", Stat())
            stat.calls += 1
            stat.wall += call.before + call.after
            stat.cpu += call.after
        seen = {key: stat for key, stat in profile.functions.items() if key.startswith("shop.")}
        assert seen == expected, f"task {number} of {len(trees)} was {tree}"


def hand_on(error: BaseException) -> None:
    clocks.wall += 1
    fail(error)
    clocks.wall += 100


def fail(error: BaseException) -> None:
    clocks.cpu += 2
    raise error


def rescue(error: BaseException) -> None:
    try:
        hand_on(error)
    except type(error):
        clocks.wall += 4
        parse()
        clocks.wall += 8


@pytest.mark.parametrize("error", [OSError("no network"), SystemExit(1), BaseException("no Exception")], ids=repr)
def test_failing_task(error: BaseException) -> None:
    """A task failed: its error got lost, or its profile up to there, or the other task was disturbed."""
    profiles = profiled({"bad": partial(hand_on, error), "rescued": partial(rescue, error), "good": download})
    assert profiles["bad"].error is error
    assert only(profiles["bad"], "hand_on", "fail") == {"hand_on": Stat(1, 1, 0), "fail": Stat(1, 0, 2)}
    assert profiles["rescued"].error is None
    assert only(profiles["rescued"], "rescue", "hand_on", "fail", "parse") == {
        "rescue": Stat(1, 12, 0),
        "hand_on": Stat(1, 1, 0),
        "fail": Stat(1, 0, 2),
        "parse": Stat(1, 3, 3),
    }
    assert profiles["good"].error is None
    assert only(profiles["good"], "download", "fetch") == {"download": Stat(1, 1, 1), "fetch": Stat(1, 5, 0)}


def test_long_task(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task took longer than somebody would wait, and profile_tasks has returned without it."""
    real = threading.Thread.join

    def join(thread: threading.Thread, timeout: float | None = None) -> None:
        real(thread, None if timeout is None else 0)  # as if the time were over at once

    monkeypatch.setattr(threading.Thread, "join", join)
    enough = threading.Event()

    def task() -> None:
        enough.wait(5)
        fetch()

    alarm = threading.Timer(0.2, enough.set)
    alarm.start()
    assert only(profiled({"only": task})["only"], "fetch") == {"fetch": Stat(1, 5, 0)}
    alarm.join()


def test_threads_of_a_task() -> None:
    """A task started a thread, and what that one called was counted: only the task's own thread counts."""

    def helper() -> None:
        for _ in range(10):
            parse()

    def task() -> None:
        parse()
        thread = threading.Thread(target=helper)
        thread.start()
        thread.join()
        parse()

    profile = profiled({"only": task})["only"]
    assert only(profile, "parse") == {"parse": Stat(2, 6, 6)}, "10 more were not its own"


def test_work_of_the_caller_and_others() -> None:
    """A thread that was there before, and is not a task, turned up in a profile."""
    go, done = threading.Event(), threading.Event()

    def other() -> None:
        go.wait(5)
        parse()
        done.set()

    thread = threading.Thread(target=other)
    thread.start()

    def task() -> None:
        fetch()
        go.set()
        done.wait(5)

    profile = profiled({"only": task})["only"]
    thread.join()
    assert only(profile, "parse", "fetch") == {"fetch": Stat(1, 5, 0)}


@pytest.mark.parametrize("task", [download, partial(hand_on, OSError())], ids=["good task", "failing task"])
def test_nothing_left_behind(task: Callable[[], None]) -> None:
    """Somebody still listens after the profile was delivered, in the caller or in a thread started later."""
    read: list[int] = []

    def clock() -> float:
        read.append(threading.get_ident())
        return 0.0

    before = set(threading.enumerate())
    listeners = sys.getprofile(), threading.getprofile()
    profile = profile_tasks({"only": task}, wall=clock, cpu=clock)["only"]
    assert threading.get_ident() not in read, "a clock was read in the caller's thread"
    assert set(threading.enumerate()) == before, "a thread was left"
    assert (sys.getprofile(), threading.getprofile()) == listeners, "a profile function was left"
    read.clear()
    seen = repr(profile.functions)
    later = threading.Thread(target=parse)
    later.start()
    later.join()
    parse()
    assert read == [], f"the profiler's clocks are still read, in threads {set(read)}"
    assert repr(profile.functions) == seen, "the profile goes on after the task's end"
    cProfile.Profile().runcall(parse)  # since 3.12 an error if some other profiling tool is still on


def test_again_and_again() -> None:
    """The second profile in the same process was refused, or has the calls of the first in it."""
    for _ in range(20):
        profile = profiled({"only": download})["only"]
        assert only(profile, "parse") == {"parse": Stat(1, 3, 3)}


def compute(begun: threading.Event, enough: threading.Event) -> None:
    """Computes for 20 ms of its own thread's CPU time."""
    begun.wait(5)
    start = time.thread_time()
    while time.thread_time() - start < 0.02:
        pass
    enough.set()


def test_real_clocks() -> None:
    """With the clocks that are the default, a thread that waits was charged for what another one computed."""
    begun, enough = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        enough.wait(5)

    profiles = profile_tasks({"computes": partial(compute, begun, enough), "waits": wait})
    computing = profiles["computes"].functions[f"{HERE}.compute"]
    waiting = profiles["waits"].functions.values()
    assert computing.calls == 1
    assert computing.wall > 0
    assert computing.cpu > 0
    assert sum(stat.wall for stat in waiting) > 0
    assert sum(stat.cpu for stat in waiting) < computing.cpu / 2, "it waited, and is said to have computed"


def test_overlapping_calls() -> None:
    """Two threads profiled at the same time, and got each other's calls, or only some of their own."""
    meet = threading.Barrier(2)

    def caller(job: Callable[[], None], stat: Stat) -> None:
        for _ in range(ROUNDS):
            if meet.broken:  # the other caller has failed
                return
            with suppress(threading.BrokenBarrierError):
                meet.wait(5)
            for name, profile in profiled(dict.fromkeys("abcd", job)).items():
                seen = only(profile, "fetch", "parse")
                if profile.error is not None or seen != {job.__name__: stat}:
                    meet.abort()
                assert profile.error is None
                assert seen == {job.__name__: stat}, f"task {name} called {job.__name__} once; seen: {seen}"

    listeners = sys.getprofile(), threading.getprofile()
    together(partial(caller, fetch, Stat(1, 5, 0)), partial(caller, parse, Stat(1, 3, 3)))
    assert (sys.getprofile(), threading.getprofile()) == listeners, "a profile function was left"


def test_first_call_ends_while_the_second_runs() -> None:
    """A call waited for another call's tasks, or took away at its end what the other one still needed."""
    second_is_in, first_is_over = threading.Event(), threading.Event()
    failure = OSError("no network")

    def first_task() -> None:
        assert second_is_in.wait(5), "the other call's task has not begun"

    def second_task() -> None:
        second_is_in.set()
        assert first_is_over.wait(5), "the other call has not returned, though its task has ended"
        fetch()
        raise failure

    def first() -> None:
        assert profiled({"only": first_task})["only"].error is None
        first_is_over.set()

    def second() -> None:
        profile = profiled({"only": second_task})["only"]
        assert profile.error is failure
        assert only(profile, "fetch") == {"fetch": Stat(1, 5, 0)}

    together(first, second)
