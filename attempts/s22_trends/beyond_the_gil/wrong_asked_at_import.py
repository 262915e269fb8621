"""Wrong: it asks for the GIL once, at the import. An extension module that is imported later may switch it on again.

Rejected by: test_gil_comes_back
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any, Literal

Backend = Literal["threads", "interpreters", "processes"]


_GIL_OFF = not getattr(sys, "_is_gil_enabled", lambda: True)()


def gil_is_off() -> bool:
    return _GIL_OFF


def choose_backend(*, cpu_bound: bool, gil_off: bool, interpreters: bool) -> Backend:
    if not cpu_bound or gil_off:
        return "threads"
    return "interpreters" if interpreters else "processes"


def _set_path(path):
    sys.path[:] = path


def make_pool(backend: Backend, workers: int) -> Executor:
    if backend not in ("threads", "interpreters", "processes"):
        raise ValueError(f"unknown backend {backend!r}")
    if workers < 1:
        raise ValueError("workers must be at least 1")
    if backend == "threads":
        return ThreadPoolExecutor(max_workers=workers)
    if backend == "processes":
        return ProcessPoolExecutor(max_workers=workers, initializer=_set_path, initargs=(list(sys.path),))
    try:
        from concurrent.futures import InterpreterPoolExecutor
    except ImportError as error:
        raise RuntimeError("this Python has no InterpreterPoolExecutor") from error
    return InterpreterPoolExecutor(max_workers=workers, initializer=exec, initargs=(f"import sys; sys.path[:] = {sys.path!r}", {}))


def _count(texts):
    counts = Counter()
    for text in texts:
        counts.update(text.split())
    return dict(counts)


def count_words(texts: Sequence[str], pool: Executor, parts: int) -> dict[str, int]:
    if parts < 1:
        raise ValueError("parts must be at least 1")
    texts = list(texts)
    parts = min(parts, len(texts))
    futures = [pool.submit(_count, texts[i::parts]) for i in range(parts)]
    total = Counter()
    for future in futures:
        total.update(future.result())
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
