"""The right pool for this Python, and a count that is right on all of them.

Under `@interleave` a test is run again for every way in which its threads can take turns.
"""

from __future__ import annotations

import ast
import concurrent.futures
import importlib.util
import itertools
import multiprocessing
import os
import pickle
import re
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, outcomes, settle, together
from dojo.leaks import no_descriptor_left
from dojo.processes import started, within
from dojo.rendezvous import Rendezvous
from katas.s22_trends.beyond_the_gil import choose_backend, count_words, make_pool, unsafe_snippets

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
INTERPRETERS: Any = getattr(concurrent.futures, "InterpreterPoolExecutor", None)
KINDS: list[Any] = ["threads", "processes", *(["interpreters"] if INTERPRETERS else [])]
STARTED_BY = [
    *((kind, "spawn") for kind in KINDS if kind != "processes"),
    *(("processes", method) for method in ("fork", "spawn") if method in multiprocessing.get_all_start_methods()),
]


# (1) The choice


def test_choice() -> None:
    """Another pool than agreed was chosen."""
    for cpu_bound, gil_off, interpreters in itertools.product([True, False], repeat=3):
        expected = "processes"
        if interpreters:
            expected = "interpreters"
        if gil_off or not cpu_bound:
            expected = "threads"
        chosen = choose_backend(cpu_bound=cpu_bound, gil_off=gil_off, interpreters=interpreters)
        assert chosen == expected, f"{cpu_bound=}, {gil_off=}, {interpreters=}"


def imported_anew() -> Any:
    """The module as a Python imports it whose sys is the one that we have now: it may take functions from there."""
    spec = importlib.util.find_spec("katas.s22_trends.beyond_the_gil")
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    assert spec.loader is not None
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("enabled", [True, False, None], ids=["on", "off", "Python does not tell"])
def test_gil_question(enabled: bool | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The GIL was taken to be off where it is on, or the other way round: the build is not what counts."""
    if enabled is None:
        monkeypatch.delattr(sys, "_is_gil_enabled", raising=False)
    else:
        monkeypatch.setattr(sys, "_is_gil_enabled", lambda: enabled, raising=False)
    assert imported_anew().gil_is_off() is (enabled is False)


def test_gil_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """An extension module has switched the GIL on again, and it was still taken to be off: the answer was kept."""
    enabled = False
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: enabled, raising=False)
    gil_is_off = imported_anew().gil_is_off
    assert gil_is_off()
    enabled = True
    assert not gil_is_off()


# (2) The pools


@pytest.mark.parametrize(
    ("backend", "workers"),
    [("greenlets", 2), ("", 2), ("Threads", 2), ("threads", 0), ("processes", -1), ("interpreters", 0)],
)
def test_bad_arguments(backend: Any, workers: int) -> None:
    """An unknown backend, or fewer than one worker, was not refused with ValueError."""
    no_such_pool = (RuntimeError,) if backend == "interpreters" and INTERPRETERS is None else ()
    with pytest.raises((ValueError, *no_such_pool)):  # where both are to blame, either is told
        make_pool(backend, workers)


@pytest.mark.skipif(INTERPRETERS is not None, reason="this Python has them")
def test_no_interpreters() -> None:
    """A Python without interpreter pools is not told by RuntimeError."""
    with pytest.raises(RuntimeError):
        make_pool("interpreters", 2)


@pytest.mark.parametrize(("backend", "start_method"), STARTED_BY, indirect=["start_method"])
def test_real_pool(backend: Any, start_method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool is of another kind, cannot count, or its workers cannot import what we could, or change our sys.path."""
    name = f"languages_{uuid.uuid4().hex}"
    folder = tmp_path / f"o'brien{os.pathsep}2"  # a folder may be called so
    folder.mkdir()
    (folder / f"{name}.py").write_text("number = 42\n")
    with monkeypatch.context() as patch:
        patch.syspath_prepend(folder)
        pool = make_pool(backend, 2)
    # From here on sys.path is again what it was before.
    if backend == "threads":
        monkeypatch.syspath_prepend(folder)  # threads have the sys.path that we have
    monkeypatch.syspath_prepend(tmp_path / "added since")
    path = list(sys.path)
    kind = {"threads": ThreadPoolExecutor, "processes": ProcessPoolExecutor, "interpreters": INTERPRETERS}[backend]

    def use() -> Any:
        with pool:
            assert isinstance(pool, kind), f"make_pool({backend!r}, 2) made a {type(pool).__name__}"
            pool.submit(exec, f"import {name} as languages\nassert languages.number == 42", {}).result()
            return count_words(["a b", "b", "c b a"], pool, 2)

    assert within(use) == {"a": 2, "b": 3, "c": 1}
    assert sys.path == path, "a worker has changed sys.path here: a thread shares it, and has nothing to set"


def test_interpreter_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new interpreter would not get sys.path: nothing hands it over, or it would have to be imported first."""
    asked: list[dict[str, Any]] = []

    class Interpreters(ThreadPoolExecutor):
        """Stands for the pool that comes with Python 3.14."""

        def __init__(
            self,
            max_workers: int | None = None,
            thread_name_prefix: str = "",
            initializer: Callable[..., Any] | None = None,
            initargs: tuple[Any, ...] = (),
        ) -> None:
            asked.append({"workers": max_workers, "initializer": initializer, "initargs": initargs})
            super().__init__(max_workers)

    monkeypatch.setattr(concurrent.futures, "InterpreterPoolExecutor", Interpreters, raising=False)
    monkeypatch.syspath_prepend(f"/archive/o'brien{os.pathsep}2/\\modules")
    try:
        with make_pool("interpreters", 3) as pool:
            pass
    except RuntimeError:
        return  # it looks for the real one, which this Python does not have
    if not asked:  # it has found the real one: the rest is done by test_real_pool
        assert INTERPRETERS is not None, f"make_pool('interpreters', 3) made a {type(pool).__name__}"
        assert isinstance(pool, INTERPRETERS), f"make_pool('interpreters', 3) made a {type(pool).__name__}"
        return
    (options,) = asked
    assert options["workers"] == 3
    assert options["initializer"] is not None, "nobody tells the interpreters what sys.path is here"
    # What a new interpreter does: unpickle, with the sys.path that it has from the start, and call.
    program = (
        "import pickle, sys\n"
        "initializer, initargs = pickle.load(sys.stdin.buffer)\n"
        "initializer(*initargs)\n"
        "print(sys.path)\n"
    )
    data = pickle.dumps((options["initializer"], options["initargs"]))
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], input=data, capture_output=True, timeout=50)
    assert done.returncode == 0, f"a new interpreter cannot run the initializer:\n{done.stderr.decode()}"
    found = ast.literal_eval(done.stdout.decode())
    missing = [entry for entry in sys.path if entry not in found]
    assert not missing, f"a new interpreter has not all of sys.path: {missing} is missing in {found}"


@interleave(preemptions=0, schedules=5)
def test_threads_at_once() -> None:
    """The pool of threads has more or fewer workers than asked for."""
    go_on = threading.Event()
    begun: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        go_on.wait()

    with make_pool("threads", 3) as pool:
        for number in range(5):
            pool.submit(work, number)
        settle()
        assert len(begun) == 3, f"make_pool('threads', 3), five tasks: {len(begun)} are under way at once"
        go_on.set()


def test_processes_at_once(tmp_path: Path) -> None:
    """The pool of processes has more or fewer workers than asked for, whatever the number of CPUs."""
    meeting = Rendezvous(tmp_path / "meeting", 3)

    def use() -> list[bool]:
        with make_pool("processes", 3) as pool:
            return [future.result() for future in [pool.submit(meeting.meet) for _ in range(6)]]

    with started() as children:
        assert within(use) == [True] * 6
    assert len(children) == 3, f"make_pool('processes', 3) has started {len(children)} processes"


@pytest.mark.parametrize("backend", KINDS)
def test_pool_leaves_nothing(backend: Any) -> None:
    """A worker or a descriptor is left when the pool has been shut down."""

    def use() -> None:
        with make_pool(backend, 1) as pool:
            assert pool.submit(len, "abc").result() == 3

    with no_descriptor_left():
        within(use)
    assert multiprocessing.active_children() == []


# (3) The count


def each(fn: Callable[..., Any], rows: list[tuple[Any, ...]]) -> list[Any]:
    return [fn(*row) for row in rows]


class Pickling(Executor):
    """Runs each task at once, on copies as another process would get them; notes what is sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.came_back: list[bytes] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        data = pickle.dumps((fn, args, kwargs))
        self.sent.append(data)
        future: Future[Any] = Future()
        try:
            there, its_args, its_kwargs = pickle.loads(data)
            self.came_back.append(pickle.dumps(there(*its_args, **its_kwargs)))
            future.set_result(pickle.loads(self.came_back[-1]))
        except Exception as error:
            future.set_exception(error)
        return future

    def map(self, fn: Callable[..., Any], *iterables: Any, chunksize: int = 1, **options: Any) -> Iterator[Any]:
        """As a pool of processes does it: a chunk is one task."""
        if chunksize == 1:
            return super().map(fn, *iterables, **options)
        rows = list(zip(*iterables, strict=False))
        chunks = [rows[start : start + chunksize] for start in range(0, len(rows), chunksize)]
        return itertools.chain.from_iterable(super().map(partial(each, fn), chunks, **options))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        raise AssertionError("the pool belongs to the caller: it stays open")


@given(
    words=st.lists(st.lists(st.sampled_from(["a", "b", "Ä"]), max_size=4), max_size=7),
    space=st.sampled_from([" ", "\n", " \t ", "\u00a0\v"]),
    parts=st.integers(1, 9),
)
@settings(max_examples=25)
def test_counts(words: list[list[str]], space: str, parts: int) -> None:
    """A word is miscounted, or a task cannot be pickled."""
    texts = [space.join(some) for some in words]
    found = count_words(texts, Pickling(), parts)
    assert found == Counter(itertools.chain(*words)), f"the words of {texts}"
    assert texts == [space.join(some) for some in words], "the texts are the caller's: they were changed"


@pytest.mark.parametrize("parts", range(1, 7))
def test_tasks(parts: int) -> None:
    """The texts are not shared out evenly between as many tasks as there should be."""
    for number in range(9):
        pool = Pickling()
        count_words([f"text <{i}>" for i in range(number)], pool, parts)
        shares = [[int(found) for found in re.findall(rb"<(\d+)>", data)] for data in pool.sent]
        told = f"{number} texts, {parts} parts; the tasks got the texts {shares}"
        assert len(shares) == min(parts, number), told
        assert sorted(itertools.chain(*shares)) == list(range(number)), f"{told}: each once"
        sizes = [len(share) for share in shares]
        assert max(sizes, default=0) - min(sizes, default=0) <= 1, told
    pool = Pickling()
    assert count_words(["", "a", " "], pool, parts) == {"a": 1}
    assert len(pool.sent) == min(parts, 3), f"3 texts, two of them without a word, {parts} parts"


def test_workers_do_the_counting() -> None:
    """The texts come back as they are, or cut into words: they are counted by the caller, and the workers are idle."""
    pool = Pickling()
    assert count_words(["tea milk " * 1000] * 4, pool, 2) == {"tea": 4000, "milk": 4000}
    size = sum(map(len, pool.came_back))
    assert size < 2_000, f"two tasks returned {size} bytes: the counts of two words need less"


@pytest.mark.parametrize("parts", [0, -1])
@pytest.mark.parametrize("texts", [[], ["a", "b"]])
def test_no_parts(parts: int, texts: list[str]) -> None:
    """Fewer than one part was not refused with ValueError, or work was handed out all the same."""
    pool = Pickling()
    with pytest.raises(ValueError):
        count_words(texts, pool, parts)
    assert pool.sent == []


def test_failed_task() -> None:
    """A task has failed, and the count of the others is returned as if it were all."""

    class Failing(Pickling):
        """Its second task fails."""

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            future = super().submit(fn, *args, **kwargs)
            if len(self.sent) == 2:
                future = Future()
                future.set_exception(OSError("no more memory"))
            return future

    with pytest.raises(OSError, match="no more memory"):
        count_words(["a", "b", "c"], Failing(), 3)


@interleave(preemptions=0, schedules=1)
def test_all_tasks_before_the_first_result() -> None:
    """It waits for a task before it has handed out all of them: some workers have nothing to do meanwhile."""

    class Patient(Pickling):
        """Gives no result before it has all twenty tasks."""

        def __init__(self) -> None:
            super().__init__()
            self.waiting: list[tuple[Future[Any], Future[Any]]] = []

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            promised: Future[Any] = Future()
            self.waiting.append((promised, super().submit(fn, *args, **kwargs)))
            if len(self.waiting) == 20:
                for promise, kept in self.waiting:
                    promise.set_result(kept.result())
            return promised

    assert count_words(["a", "b a"] * 10, Patient(), 20) == {"a": 20, "b": 10}


@interleave(preemptions=0, schedules=1, naps=True)
def test_waits_as_long_as_it_takes() -> None:
    """A task took an hour, and was not waited for: the words of its texts are missing, or an error came."""

    def in_an_hour(fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        time.sleep(3600)
        return fn(*args, **kwargs)

    class Slow(ThreadPoolExecutor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            return super().submit(in_an_hour, fn, *args, **kwargs)

    with Slow(2) as pool:
        assert count_words(["a", "b a"], pool, 2) == {"a": 2, "b": 1}


@interleave(schedules=60)
def test_threads_share_nothing() -> None:
    """Threads get in one another's way, or have nothing to do, or what one call has counted shows up in the next."""
    tasks: list[Any] = []

    class Threads(ThreadPoolExecutor):
        """Notes its tasks."""

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            tasks.append(fn)
            return super().submit(fn, *args, **kwargs)

    with Threads(2) as pool:
        for texts in (["a b", "a", "b a"], ["a"]):
            expected = Counter(word for text in texts for word in text.split())
            assert count_words(texts, pool, 2) == expected
    assert len(tasks) == 2 + 1, f"3 texts in 2 parts, then 1 text: {len(tasks)} tasks for the threads"


# (4) Without a lock


def outcome(call: Callable[[], Any]) -> str:
    try:
        return repr(call())
    except Exception as error:
        return type(error).__name__


def add_one(shared: Any, x: Any) -> Any:
    return shared.update(n=shared["n"] + 1)


def pop_if_any(shared: Any, x: Any) -> Any:
    return shared.pop() if shared else None


def keep_maximum(shared: Any, x: Any) -> Any:
    return shared.update(best=max(shared["best"], x))


def make_once(shared: Any, x: Any) -> Any:
    return shared["it"] if "it" in shared else shared.update(it=x) or shared["it"]


def swap(shared: Any, x: Any) -> Any:
    return shared.__setitem__(slice(0, 2), [shared[1], shared[0]])


def append(shared: Any, x: Any) -> Any:
    return shared.append(x)


def setdefault(shared: Any, x: Any) -> Any:
    return shared.setdefault("first", x)


def popleft(shared: Any, x: Any) -> Any:
    return shared.popleft()


STARTS: dict[Callable[[Any, Any], Any], Callable[[], Any]] = {
    append: list,
    setdefault: dict,
    add_one: lambda: {"n": 0},
    pop_if_any: lambda: [1],
    keep_maximum: lambda: {"best": 0},
    make_once: dict,
    swap: lambda: [1, 2],
    popleft: lambda: deque([1, 2]),
}


@pytest.mark.parametrize("snippet", STARTS, ids=lambda snippet: snippet.__name__)
def test_unsafe_snippets(snippet: Callable[[Any, Any], Any]) -> None:
    """A snippet needs a lock and you say it does not, or the other way round: every interleaving was tried."""

    def call(shared: Any, x: int) -> str:
        return outcome(partial(snippet, shared, x))

    def at_once() -> tuple[str, str, str]:
        shared = STARTS[snippet]()
        first, second = together(partial(call, shared, 1), partial(call, shared, 2))
        return first, second, repr(shared)

    legal = set()
    for order in (1, -1):
        shared = STARTS[snippet]()
        results = {x: call(shared, x) for x in (1, 2)[::order]}
        legal.add((results[1], results[2], repr(shared)))
    reached = outcomes(at_once)
    assert reached.complete
    illegal = sorted(reached.values - legal)
    named = snippet.__name__ in unsafe_snippets()
    if illegal:
        assert named, f"two threads call {snippet.__name__} with 1 and 2; they can come to {illegal[0]}, not {legal}"
    else:
        assert not named, f"{snippet.__name__}: {reached.schedules} interleavings, and none goes wrong: {legal}"


def test_no_other_names() -> None:
    """unsafe_snippets returned something else than a frozenset of names of snippets."""
    found = unsafe_snippets()
    assert isinstance(found, frozenset)
    assert found <= {snippet.__name__ for snippet in STARTS}
