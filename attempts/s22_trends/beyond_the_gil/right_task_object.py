"""Each task is an object that carries its texts; the pool's class is looked up by name."""

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


class _Task:
    """A task that carries its texts."""

    def __init__(self, texts):
        self.texts = tuple(texts)

    def __call__(self):
        out = {}
        for t in self.texts:
            for w in t.split():
                out[w] = out.get(w, 0) + 1
        return list(out.items())


def make_pool(backend, workers):
    import importlib, functools

    names = {
        "threads": "ThreadPoolExecutor",
        "interpreters": "InterpreterPoolExecutor",
        "processes": "ProcessPoolExecutor",
    }
    if workers < 1 or backend not in names:
        raise ValueError("bad")
    try:
        cls = getattr(importlib.import_module("concurrent.futures"), names[backend])
    except AttributeError:
        raise RuntimeError("not here") from None
    extra = (
        {}
        if backend == "threads"
        else {"initializer": functools.partial(exec, "import sys; sys.path[:] = p", {"p": list(sys.path)})}
    )
    return cls(max_workers=workers, **extra)


def count_words(texts, pool, parts):
    if parts < 1:
        raise ValueError
    n = min(parts, len(texts))
    shares = [[] for _ in range(n)]
    for i, t in enumerate(texts):
        shares[i % n].append(t)
    futures = [pool.submit(_Task(s)) for s in shares]
    total = {}
    concurrent.futures.wait(futures)
    for f in futures:
        for w, k in f.result():
            total[w] = total.get(w, 0) + k
    return total


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
