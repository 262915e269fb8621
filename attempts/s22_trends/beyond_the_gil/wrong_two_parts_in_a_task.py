"""map(chunksize=2): a pool of processes gets half as many tasks as there should be.

Rejected by: test_tasks
"""

import functools
import sys
from concurrent import futures
from itertools import pairwise


def gil_is_off():
    try:
        return not sys._is_gil_enabled()
    except AttributeError:
        return False


def choose_backend(*, cpu_bound, gil_off, interpreters):
    match cpu_bound, gil_off, interpreters:
        case (False, _, _) | (_, True, _):
            return "threads"
        case (_, _, True):
            return "interpreters"
    return "processes"


def make_pool(backend, workers):
    if workers < 1 or backend not in {"threads", "interpreters", "processes"}:
        raise ValueError(f"{workers} {backend}")
    if backend == "threads":
        return futures.ThreadPoolExecutor(max_workers=workers)
    options = {"initializer": exec, "initargs": (f"__import__('sys').path = {sys.path}",)}
    if backend == "processes":
        return futures.ProcessPoolExecutor(max_workers=workers, **options)
    if sys.version_info < (3, 14):
        raise RuntimeError("needs Python 3.14")
    return futures.InterpreterPoolExecutor(max_workers=workers, **options)


def count_words(texts, pool, parts):
    if parts < 1:
        raise ValueError("no parts")
    parts = min(parts, len(texts))
    if not parts:
        return {}
    borders = [len(texts) * i // parts for i in range(parts + 1)]
    shares = [" ".join(texts[a:b]) for a, b in pairwise(borders)]
    return functools.reduce(add, pool.map(count, shares, chunksize=2), {})


def count(text):
    words = sorted(text.split())
    return {word: words.count(word) for word in set(words)}


def add(some, more):
    return {word: some.get(word, 0) + more.get(word, 0) for word in some.keys() | more.keys()}


def unsafe_snippets():
    return frozenset("make_once swap add_one pop_if_any keep_maximum".split())
