"""Write the five functions below: choose between threads, interpreters and processes, and count words on any of them.

A text archive counts words on all cores. Which pool is best depends on the Python that it runs on: threads, if there is
no GIL; sub-interpreters since 3.14; processes everywhere. This module has to work on 3.11 and later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, Literal

Backend = Literal["threads", "interpreters", "processes"]


def gil_is_off() -> bool:
    """Whether this process runs without the GIL now: sys._is_gil_enabled() exists and says False.

    What the build could do does not count: an extension module may have switched the GIL on again.
    """
    raise NotImplementedError  # TODO


def choose_backend(*, cpu_bound: bool, gil_off: bool, interpreters: bool) -> Backend:
    """Work that is not CPU-bound, or there is no GIL: threads. Else interpreters if there are any; else processes."""
    raise NotImplementedError  # TODO


def make_pool(backend: Backend, workers: int) -> Executor:
    """A ThreadPoolExecutor, InterpreterPoolExecutor or ProcessPoolExecutor with so many workers.

    Workers can import what can be imported here by sys.path as it is when make_pool is called, also if it has changed
    by the time they start. (Threads share ours, whatever it is. An interpreter of a pool does not get it by itself; and
    what hands it over must not have to be imported by it.)

    Raises ValueError for another backend or workers < 1; RuntimeError if this Python has no InterpreterPoolExecutor.
    """
    raise NotImplementedError  # TODO


def count_words(texts: Sequence[str], pool: Executor, parts: int) -> dict[str, int]:
    """How often each word (of text.split()) occurs in all texts.

    Hands exactly min(parts, len(texts)) tasks to the pool before it waits for any. Each text is in one task; the tasks'
    numbers of texts differ by at most one. The workers count, and share nothing: their counts are added up here. Right
    with any Executor, also one that pickles everything. The pool stays open. A task's error is raised here. ValueError
    if parts < 1.
    """
    raise NotImplementedError  # TODO


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
    raise NotImplementedError  # TODO
