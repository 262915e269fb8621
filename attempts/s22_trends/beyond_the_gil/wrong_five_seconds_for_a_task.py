"""A task has five seconds: one that takes longer is given up, though it has not failed.

Rejected by: test_waits_as_long_as_it_takes
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
    ask = getattr(sys, "_is_gil_enabled", None)
    return ask is not None and not ask()


def choose_backend(*, cpu_bound: bool, gil_off: bool, interpreters: bool) -> Backend:
    if gil_off or not cpu_bound:
        return "threads"
    return "interpreters" if interpreters else "processes"


def make_pool(backend: Backend, workers: int) -> Executor:
    if backend not in ("threads", "interpreters", "processes"):
        raise ValueError(backend)
    if workers < 1:
        raise ValueError(workers)
    code = f"import sys; sys.path[:] = {sys.path!r}"
    if backend == "threads":
        return ThreadPoolExecutor(workers)
    if backend == "processes":
        return ProcessPoolExecutor(workers, initializer=exec, initargs=(code, {}))
    kind = getattr(concurrent.futures, "InterpreterPoolExecutor", None)
    if kind is None:
        raise RuntimeError("no interpreters")
    return kind(workers, initializer=exec, initargs=(code, {}))


def _count(texts: Sequence[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text.split())
    return counts


def count_words(texts: Sequence[str], pool: Executor, parts: int) -> dict[str, int]:
    if parts < 1:
        raise ValueError(parts)
    parts = min(parts, len(texts))
    futures = [pool.submit(_count, texts[i::parts]) for i in range(parts)]
    total: Counter[str] = Counter()
    for future in futures:
        total.update(future.result(timeout=5))
    return dict(total)


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
