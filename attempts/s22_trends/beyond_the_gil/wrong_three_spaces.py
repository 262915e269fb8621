"""Knows blanks, tabs and line ends: text.split() parts words at every white space of Unicode.

Rejected by: test_counts
"""

from __future__ import annotations

import concurrent.futures
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any, Literal

Backend = Literal["threads", "interpreters", "processes"]


def gil_is_off() -> bool:
    """Whether this process runs without the GIL now: sys._is_gil_enabled() exists and says False.

    What the build could do does not count: an extension module may have switched the GIL on again.
    """
    asks = getattr(sys, "_is_gil_enabled", None)
    return asks is not None and not asks()


def choose_backend(*, cpu_bound: bool, gil_off: bool, interpreters: bool) -> Backend:
    """Work that is not CPU-bound, or there is no GIL: threads. Else interpreters if there are any; else processes."""
    if not cpu_bound or gil_off:
        return "threads"
    return "interpreters" if interpreters else "processes"


def make_pool(backend: Backend, workers: int) -> Executor:
    """A ThreadPoolExecutor, InterpreterPoolExecutor or ProcessPoolExecutor with so many workers.

    Workers can import what can be imported here by sys.path as it is when make_pool is called, also if it has changed
    by the time they start. (Threads share ours, whatever it is. An interpreter of a pool does not get it by itself; and
    what hands it over must not have to be imported by it.)

    Raises ValueError for another backend or workers < 1; RuntimeError if this Python has no InterpreterPoolExecutor.
    """
    if backend not in ("threads", "interpreters", "processes"):
        raise ValueError(f"no such backend: {backend!r}")
    if workers < 1:
        raise ValueError(f"at least one worker is needed, not {workers}")
    if backend == "threads":
        return ThreadPoolExecutor(workers)
    same_path = f"import sys; sys.path[:] = {sys.path!r}"
    if backend == "processes":
        return ProcessPoolExecutor(workers, initializer=exec, initargs=(same_path, {}))
    interpreter_pool: Any = getattr(concurrent.futures, "InterpreterPoolExecutor", None)  # since 3.14
    if interpreter_pool is None:
        raise RuntimeError("this Python has no InterpreterPoolExecutor")
    return interpreter_pool(workers, initializer=exec, initargs=(same_path, {}))  # type: ignore[no-any-return]


def count_words(texts: Sequence[str], pool: Executor, parts: int) -> dict[str, int]:
    """How often each word (of text.split()) occurs in all texts.

    Hands exactly min(parts, len(texts)) tasks to the pool before it waits for any. Each text is in one task; the tasks'
    numbers of texts differ by at most one. The workers count, and share nothing: their counts are added up here. Right
    with any Executor, also one that pickles everything. The pool stays open. A task's error is raised here. ValueError
    if parts < 1.
    """
    if parts < 1:
        raise ValueError(f"at least one part is needed, not {parts}")
    parts = min(parts, len(texts))
    total: Counter[str] = Counter()
    for counted in [pool.submit(_count, texts[i::parts]) for i in range(parts)]:
        total.update(counted.result())
    return dict(total)


def _count(texts: Sequence[str]) -> Counter[str]:
    """In a worker."""
    spaces = str.maketrans("\n\t", "  ")
    return Counter(word for text in texts for word in text.translate(spaces).split(" ") if word)


SNIPPETS: dict[str, Callable[[Any, Any], Any]] = {  # x: a value of the calling thread
    "append": lambda shared, x: shared.append(x),  # a list
    "setdefault": lambda shared, x: shared.setdefault("first", x),  # a dict, as in all that follow with names
    "add_one": lambda shared, x: shared.update(n=shared["n"] + 1),
    "pop_if_any": lambda shared, x: shared.pop() if shared else None,
    "keep_maximum": lambda shared, x: shared.update(best=max(shared["best"], x)),
    "make_once": lambda shared, x: shared["it"] if "it" in shared else shared.update(it=x) or shared["it"],
    "swap": lambda shared, x: shared.__setitem__(slice(0, 2), [shared[1], shared[0]]),
    "popleft": lambda shared, x: shared.popleft(),  # a deque with enough items
}


def unsafe_snippets() -> frozenset[str]:
    """The names of the SNIPPETS that two threads must not call on the same object without a lock, GIL or not.

    That is: with one call each, from some start they can reach an outcome (results or exceptions, and final object)
    that neither order of the two calls gives.
    """
    # Each of these reads, decides or computes, and then writes. The others are one call of a method written in C.
    return frozenset({"add_one", "pop_if_any", "keep_maximum", "make_once", "swap"})
