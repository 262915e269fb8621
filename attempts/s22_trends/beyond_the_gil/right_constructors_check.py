"""Takes the question from sys when it is imported, and leaves it to the constructors to refuse fewer than one worker.

So make_pool("interpreters", 0) tells what Python looks at first: that there is no such pool, before 3.14.
"""

from __future__ import annotations

import concurrent.futures
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, Literal

try:
    from sys import _is_gil_enabled
except ImportError:  # before 3.13

    def _is_gil_enabled() -> bool:
        return True


Backend = Literal["threads", "interpreters", "processes"]


def gil_is_off() -> bool:
    return not _is_gil_enabled()


def choose_backend(*, cpu_bound: bool, gil_off: bool, interpreters: bool) -> Backend:
    if gil_off or not cpu_bound:
        return "threads"
    return "interpreters" if interpreters else "processes"


def make_pool(backend: Backend, workers: int) -> Executor:
    if backend == "threads":
        return concurrent.futures.ThreadPoolExecutor(workers)
    start: dict[str, Any] = {"initializer": exec, "initargs": (f"import sys; sys.path[:] = {sys.path!r}",)}
    if backend == "processes":
        return concurrent.futures.ProcessPoolExecutor(workers, **start)
    if backend != "interpreters":
        raise ValueError(f"no such backend: {backend!r}")
    if not hasattr(concurrent.futures, "InterpreterPoolExecutor"):
        raise RuntimeError("interpreter pools came with 3.14")
    return concurrent.futures.InterpreterPoolExecutor(workers, **start)


def _count(texts: Sequence[str]) -> Counter[str]:
    return Counter(word for text in texts for word in text.split())


def count_words(texts: Sequence[str], pool: Executor, parts: int) -> dict[str, int]:
    if parts < 1:
        raise ValueError(parts)
    number = min(parts, len(texts))
    tasks = [pool.submit(_count, texts[i::number]) for i in range(number)]
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
    return frozenset(SNIPPETS) - {"append", "setdefault", "popleft"}
