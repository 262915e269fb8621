"""Takes more processes than it was asked for.

Rejected by: test_processes_at_once
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
    asks = getattr(sys, "_is_gil_enabled", None)
    return asks is not None and not asks()


def choose_backend(*, cpu_bound: bool, gil_off: bool, interpreters: bool) -> Backend:
    if not cpu_bound or gil_off:
        return "threads"
    return "interpreters" if interpreters else "processes"


def make_pool(backend: Backend, workers: int) -> Executor:
    if backend not in ("threads", "interpreters", "processes"):
        raise ValueError(f"no such backend: {backend!r}")
    if workers < 1:
        raise ValueError(f"at least one worker is needed, not {workers}")
    if backend == "threads":
        return ThreadPoolExecutor(workers)
    same_path = f"import sys; sys.path[:] = {sys.path!r}"
    if backend == "processes":
        return ProcessPoolExecutor(workers + 2, initializer=exec, initargs=(same_path, {}))
    interpreter_pool: Any = getattr(concurrent.futures, "InterpreterPoolExecutor", None)  # since 3.14
    if interpreter_pool is None:
        raise RuntimeError("this Python has no InterpreterPoolExecutor")
    return interpreter_pool(workers, initializer=exec, initargs=(same_path, {}))  # type: ignore[no-any-return]


def count_words(texts: Sequence[str], pool: Executor, parts: int) -> dict[str, int]:
    if parts < 1:
        raise ValueError(f"at least one part is needed, not {parts}")
    parts = min(parts, len(texts))
    total: Counter[str] = Counter()
    for counted in [pool.submit(_count, texts[i::parts]) for i in range(parts)]:
        total.update(counted.result())
    return dict(total)


def _count(texts: Sequence[str]) -> Counter[str]:
    return Counter(word for text in texts for word in text.split())


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
