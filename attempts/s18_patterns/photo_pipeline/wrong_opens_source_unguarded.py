"""A reader thread hands on the errors of next(), but calls iter() outside the try: it dies, and the caller waits.

Rejected by: test_source_that_cannot_be_opened
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import Any, NamedTuple


class Stage(NamedTuple):
    """One step: work(item) is called in one of `workers` threads, and its result goes to the next stage."""

    work: Callable[[Any], Any]
    workers: int = 1


def run_pipeline(source: Iterable[Any], stages: Sequence[Stage], *, in_flight: int) -> Iterator[Any]:
    """Generator: yield work_n(...work_1(item)) for each item, in the order of source. Starts at the first next()."""
    if in_flight < 1 or any(stage.workers < 1 for stage in stages):
        raise ValueError(f"in_flight={in_flight}, {stages}")
    end = object()
    room = Semaphore(in_flight)
    stop = Event()
    queues: list[SimpleQueue[Any]] = [SimpleQueue() for _ in range(len(stages) + 1)]
    out = queues[-1]

    def read() -> None:
        items = iter(source)
        number = 0
        try:
            while True:
                room.acquire()
                if stop.is_set():
                    return
                try:
                    item = next(items)
                except StopIteration:
                    out.put((number, False, end))
                    return
                queues[0].put((number, True, item))
                number += 1
        except Exception as error:
            out.put((number, False, error))

    def run(stage: int) -> None:
        while (got := queues[stage].get()) is not end:
            number, _, value = got
            try:
                if not stop.is_set():
                    queues[stage + 1].put((number, True, stages[stage].work(value)))
            except Exception as error:
                out.put((number, False, error))

    threads = [Thread(target=run, args=(n,)) for n, stage in enumerate(stages) for _ in range(stage.workers)]
    threads.append(Thread(target=read))
    for thread in threads:
        thread.start()
    ready: dict[int, tuple[bool, Any]] = {}
    wanted = 0
    try:
        while True:
            while wanted not in ready:
                number, good, value = out.get()
                ready[number] = good, value
            good, value = ready.pop(wanted)
            if value is end:
                return
            if not good:
                raise value
            yield value
            wanted += 1
            room.release()
    finally:
        stop.set()
        room.release()
        for queue, stage in zip(queues, stages, strict=False):
            for _ in range(stage.workers):
                queue.put(end)
        for thread in threads:
            thread.join()
