"""A None that a work returns is taken for a photo that was filtered out: the later stages are not asked.

Rejected by: test_every_value_is_a_value
"""
from concurrent.futures import ThreadPoolExecutor, Future
from collections import deque, namedtuple
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple


class Stage(NamedTuple):
    work: Callable[[Any], Any]
    workers: int = 1



def run_pipeline(source: Iterable[Any], stages: Sequence[Stage], *, in_flight: int) -> Iterator[Any]:
    if in_flight < 1:
        raise ValueError("in_flight must be >= 1")
    stages = list(stages)
    for s in stages:
        if s.workers < 1:
            raise ValueError("workers must be >= 1")

    def generate():
        iterator = iter(source)
        if not stages:
            yield from iterator
            return
        pools = [ThreadPoolExecutor(s.workers) for s in stages]
        window = deque()
        stop = False

        def start(item):
            final = Future()

            def step(i, value):
                def call():
                    if stop:
                        return
                    try:
                        r = stages[i].work(value)
                    except BaseException as e:
                        final.set_exception(e)
                        return
                    if i + 1 == len(stages):
                        final.set_result(r)
                        return
                    if r is None:
                        final.set_result(r)
                        return
                    step(i + 1, r)
                try:
                    pools[i].submit(call)
                except RuntimeError:
                    pass
            step(0, item)
            return final

        try:
            source_error = None
            exhausted = False
            while True:
                while not exhausted and source_error is None and len(window) < in_flight:
                    try:
                        item = next(iterator)
                    except StopIteration:
                        exhausted = True
                    except Exception as e:
                        source_error = e
                    else:
                        window.append(start(item))
                if not window:
                    if source_error is not None:
                        raise source_error
                    return
                yield window.popleft().result()
        finally:
            stop = True
            for p in pools:
                p.shutdown(wait=False, cancel_futures=True)
            for p in pools:
                p.shutdown(wait=True)

    return generate()
