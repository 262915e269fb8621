"""A window of promises: each item gets a slot in the order of the source, and the results are read in that order.

Three questions, three answers.

Order: when an item is taken, a Future for it goes to the end of a deque. The workers fill the slots in whatever
order they get ready, the generator reads them from the left. An error is what some slot holds, so it comes out
at its item's place, and a source that fails fills a slot too.

Backpressure: the generator itself takes from the source, and only while fewer than in_flight slots are open. So
the limit holds for the whole pipeline. The queues between the stages need no limit of their own: nobody ever
waits to put something in, so nobody can be stuck there when the caller has gone.

The end: `finally` covers exhaustion, error and close(), since close() raises GeneratorExit at the yield. First
every stage is told to stop, then all are waited for. A worker that would hand something to the next stage then
is refused by its executor; that error ends up in a future that nobody reads: the result is dropped, as it should.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple


class Stage(NamedTuple):
    """One step: work(item) is called in one of `workers` threads, and its result goes to the next stage."""

    work: Callable[[Any], Any]
    workers: int = 1


def run_pipeline(source: Iterable[Any], stages: Sequence[Stage], *, in_flight: int) -> Iterator[Any]:
    """Generator: yield work_n(...work_1(item)) for each item, in the order of source. Starts at the first next().

    - The work of a stage runs only in that stage's own `workers` threads. All stages, and all workers of a
      stage, work at the same time, also while source is slow. Without stages: yields the items.
    - source is iterated by one thread at a time (it may be a generator), and it may be endless: what has been
      yielded is not kept.
    - Backpressure: up to in_flight items are under way at once. When next() has been called n times, at most
      in_flight + n - 1 items have been taken from source.
    - If source or a work raises an Exception for item k, all results before k are yielded first, then that
      exception is raised. No work is started after it has been raised.
    - When the generator ends (exhausted, error, close()), all its threads have ended and what was still under
      way is dropped: a work that runs is waited for, none is started any more.

    Every value is a value: None and exception objects too. ValueError (at the call or at the first next()) if
    in_flight < 1 or a stage has workers < 1.
    """
    if in_flight < 1:
        raise ValueError(f"at least one item has to be in flight, not {in_flight}")
    if any(stage.workers < 1 for stage in stages):  # before any thread is there
        raise ValueError("each stage needs at least one worker")
    items = iter(source)
    pools = [ThreadPoolExecutor(stage.workers) for stage in stages]
    window: deque[Future[Any]] = deque()  # one slot for each item under way, in the order of the source

    def enter(number: int, value: Any, slot: Future[Any]) -> None:
        if number == len(stages):
            slot.set_result(value)
        else:
            pools[number].submit(do, number, value, slot)

    def do(number: int, value: Any, slot: Future[Any]) -> None:
        try:
            result = stages[number].work(value)
        except Exception as error:
            slot.set_exception(error)  # raised where the slot is read: at the item's place, not before
        else:
            enter(number + 1, result, slot)

    more = True
    try:
        while True:
            while more and len(window) < in_flight:
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
            if not window:
                return
            yield window.popleft().result()
    finally:
        for pool in pools:  # first all are told, so that no stage goes on with what another one still finishes
            pool.shutdown(wait=False, cancel_futures=True)
        for pool in pools:
            pool.shutdown()
