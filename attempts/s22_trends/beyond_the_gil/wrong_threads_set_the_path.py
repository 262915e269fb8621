"""Threads get the same initializer: each that starts puts sys.path of the whole process back to what it was.

Rejected by: test_real_pool
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, Literal
import sys
from collections import Counter
from concurrent import futures

Backend = Literal["threads", "interpreters", "processes"]


def gil_is_off() -> bool:
    return not getattr(sys, "_is_gil_enabled", lambda: True)()


def choose_backend(*, cpu_bound: bool, gil_off: bool, interpreters: bool) -> Backend:
    if gil_off or not cpu_bound:
        return "threads"
    return "interpreters" if interpreters else "processes"


def make_pool(backend: Backend, workers: int) -> Executor:
    if backend not in ("threads", "interpreters", "processes") or workers < 1:
        raise ValueError(backend, workers)
    if backend == "threads":
        return futures.ThreadPoolExecutor(workers, initializer=exec, initargs=(f"import sys; sys.path[:] = {sys.path!r}", {}))
    start = {"initializer": exec, "initargs": (f"import sys; sys.path[:] = {sys.path!r}", {})}
    if backend == "processes":
        return futures.ProcessPoolExecutor(workers, **start)
    if not hasattr(futures, "InterpreterPoolExecutor"):
        raise RuntimeError("no interpreters")
    return futures.InterpreterPoolExecutor(workers, **start)


def _count(texts: Sequence[str]) -> Counter[str]:
    return Counter(word for text in texts for word in text.split())


def count_words(texts: Sequence[str], pool: Executor, parts: int) -> dict[str, int]:
    if parts < 1:
        raise ValueError(parts)
    parts = min(parts, len(texts))
    tasks = [pool.submit(_count, texts[i::parts]) for i in range(parts)]
    return sum((task.result() for task in tasks), Counter())


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
    return frozenset({"add_one", "pop_if_any", "keep_maximum", "make_once", "swap"})
