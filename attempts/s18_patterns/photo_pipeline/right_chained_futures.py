"""Chains futures: an executor for each stage, whose worker waits for what the item's stage before it gives."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event
from typing import Any, NamedTuple


class Stage(NamedTuple):
    work: Callable[[Any], Any]
    workers: int = 1


class Dropped(Exception):
    pass


END = object()


def run_pipeline(source: Iterable[Any], stages: Sequence[Stage], *, in_flight: int) -> Iterator[Any]:
    if in_flight < 1 or any(stage.workers < 1 for stage in stages):
        raise ValueError
    return generate(source, list(stages), in_flight)


def generate(source: Iterable[Any], stages: list[Stage], in_flight: int) -> Iterator[Any]:
    over = Event()
    under_way: deque[list[Future[Any]]] = deque()

    def step(work: Callable[[Any], Any], before: Future[Any]) -> Any:
        item = before.result()
        if item is END:
            return END
        if over.is_set():
            raise Dropped
        return work(item)

    def end() -> None:
        over.set()
        for chain in under_way:
            for future in chain:
                future.cancel()

    with ExitStack() as stack:
        feeder = stack.enter_context(ThreadPoolExecutor(1))
        pools = [stack.enter_context(ThreadPoolExecutor(stage.workers)) for stage in stages]
        stack.callback(end)
        items = iter(source)

        def enter() -> None:
            chain = [feeder.submit(next, items, END)]
            for stage, pool in zip(stages, pools, strict=True):
                chain.append(pool.submit(step, stage.work, chain[-1]))
            under_way.append(chain)

        for _ in range(in_flight):
            enter()
        while True:
            try:
                result = under_way[0][-1].result()
            except BaseException:
                over.set()  # before any further work can start
                raise
            under_way.popleft()
            if result is END:
                return
            yield result
            enter()
