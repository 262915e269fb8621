"""Takes a batch, waits until all of it has left, takes the next batch: the stages run empty in between.

Rejected by: test_freed_place_is_taken_again
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple


class Stage(NamedTuple):
    work: Callable[[Any], Any]
    workers: int = 1


def run_pipeline(source: Iterable[Any], stages: Sequence[Stage], *, in_flight: int) -> Iterator[Any]:
    if in_flight < 1:
        raise ValueError(f"at least one item has to be in flight, not {in_flight}")
    if any(stage.workers < 1 for stage in stages):
        raise ValueError("each stage needs at least one worker")
    items = iter(source)
    pools = [ThreadPoolExecutor(stage.workers) for stage in stages]
    window: deque[Future[Any]] = deque()

    def enter(number: int, value: Any, slot: Future[Any]) -> None:
        if number == len(stages):
            slot.set_result(value)
        else:
            pools[number].submit(do, number, value, slot)

    def do(number: int, value: Any, slot: Future[Any]) -> None:
        try:
            result = stages[number].work(value)
        except Exception as error:
            slot.set_exception(error)
        else:
            enter(number + 1, result, slot)

    more, drain = True, False
    try:
        while True:
            while more and not (len(window) == in_flight or drain):
                slot: Future[Any] = Future()
                try:
                    item = next(items)
                except StopIteration:
                    more = False
                    break
                except Exception as error:
                    more = False
                    slot.set_exception(error)
                else:
                    enter(0, item, slot)
                window.append(slot)
            drain = len(window) > 1
            if not window:
                return
            yield window.popleft().result()
    finally:
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)
        for pool in pools:
            pool.shutdown()
