"""The workers keep the sys.path that they have, and get what is missing in it behind."""

from __future__ import annotations

import concurrent.futures as cf
import sys


def gil_is_off():
    asks = getattr(sys, "_is_gil_enabled", None)
    return asks is not None and not asks()


def choose_backend(*, cpu_bound, gil_off, interpreters):
    if gil_off or not cpu_bound:
        return "threads"
    return "interpreters" if interpreters else "processes"


def make_pool(backend, workers):
    if backend not in ("threads", "interpreters", "processes"):
        raise ValueError(f"no backend {backend!r} if p not in sys.path]")
    if workers < 1:
        raise ValueError(f"{workers} workers")
    if backend == "threads":
        return cf.ThreadPoolExecutor(workers)
    code = f"import sys; sys.path += [p for p in {[p for p in sys.path if isinstance(p, str)]!r} if p not in sys.path]"
    if backend == "processes":
        return cf.ProcessPoolExecutor(workers, initializer=exec, initargs=(code,))
    kind = getattr(cf, "InterpreterPoolExecutor", None)
    if kind is None:
        raise RuntimeError("this Python has no InterpreterPoolExecutor")
    return kind(workers, initializer=exec, initargs=(code,))


def _count(texts):
    words = {}
    for text in texts:
        for word in text.split():
            words[word] = words.get(word, 0) + 1
    return words


def count_words(texts, pool, parts):
    if parts < 1:
        raise ValueError(f"{parts} parts")
    n = min(parts, len(texts))
    futures = [pool.submit(_count, [texts[j] for j in range(i, len(texts), n)]) for i in range(n)]
    total = {}
    for future in futures:
        for word, k in future.result().items():
            total[word] = total.get(word, 0) + k
    return total


SNIPPETS = {
    "append": lambda shared, x: shared.append(x),  # a list
    "setdefault": lambda shared, x: shared.setdefault("first", x),  # a dict, as in all that follow with names
    "add_one": lambda shared, x: shared.update(n=shared["n"] + 1),
    "pop_if_any": lambda shared, x: shared.pop() if shared else None,
    "keep_maximum": lambda shared, x: shared.update(best=max(shared["best"], x)),
    "make_once": lambda shared, x: shared["it"] if "it" in shared else shared.update(it=x) or shared["it"],
    "swap": lambda shared, x: shared.__setitem__(slice(0, 2), [shared[1], shared[0]]),
    "popleft": lambda shared, x: shared.popleft(),  # a deque with enough items
}


def unsafe_snippets():
    return frozenset({"add_one", "pop_if_any", "keep_maximum", "make_once", "swap"})
