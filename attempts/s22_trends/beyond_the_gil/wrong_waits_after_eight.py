"""Hands out eight tasks and waits for the last of them before it hands out more.

Rejected by: test_all_tasks_before_the_first_result
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
    if not cpu_bound or gil_off:
        return "threads"
    return "interpreters" if interpreters else "processes"


def make_pool(backend: Backend, workers: int) -> Executor:
    if backend not in ("threads", "interpreters", "processes") or workers < 1:
        raise ValueError((backend, workers))
    if backend == "threads":
        return ThreadPoolExecutor(workers)
    handed_over = {"initializer": exec, "initargs": (f"import sys; sys.path[:] = {sys.path!r}", {})}
    if backend == "processes":
        return ProcessPoolExecutor(workers, **handed_over)
    kind = getattr(concurrent.futures, "InterpreterPoolExecutor", None)
    if kind is None:
        raise RuntimeError("no InterpreterPoolExecutor")
    return kind(workers, **handed_over)


def _count(texts):
    return dict(Counter(word for text in texts for word in text.split()))


def count_words(texts: Sequence[str], pool: Executor, parts: int) -> dict[str, int]:
    if parts < 1:
        raise ValueError(parts)
    parts = min(parts, len(texts))
    tasks = []
    for i in range(parts):
        tasks.append(pool.submit(_count, list(texts[i::parts])))
        if i % 8 == 7:
            tasks[-1].result()
    total = Counter()
    for task in tasks:
        total.update(task.result())
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
