"""Closes the source, a generator, while its reader waits in it: that is a ValueError, and the threads are left.

Rejected by: test_close_while_the_source_is_at_work
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from queue import Queue
from typing import Any, NamedTuple


class Stage(NamedTuple):
    work: Callable[[Any], Any]
    workers: int = 1


@dataclass(eq=False)
class _Job:
    number: int
    value: Any = None
    error: BaseException | None = None
    last: bool = False  # the source has ended here


class _Pipeline:
    def __init__(self, source: Any, stages: Sequence[Stage], in_flight: int) -> None:
        self._source = source
        self._halt = threading.Event()
        self._window = threading.BoundedSemaphore(in_flight)
        self._queues: list[Queue[_Job | None]] = [Queue() for _ in range(len(stages) + 1)]
        self._threads = [threading.Thread(target=self._read, name="reader")]
        for n, stage in enumerate(stages):
            for m in range(stage.workers):
                args = (stage.work, self._queues[n], self._queues[n + 1])
                self._threads.append(threading.Thread(target=self._work, args=args, name=f"stage-{n}-{m}"))
        self._stages = stages

    def _read(self) -> None:
        number = 0
        try:
            iterator = iter(self._source)
            while self._window.acquire() and not self._halt.is_set():
                try:
                    value = next(iterator)
                except StopIteration:
                    self._queues[-1].put(_Job(number, last=True))
                    return
                self._queues[0].put(_Job(number, value))
                number += 1
        except BaseException as error:
            self._queues[-1].put(_Job(number, error=error))

    def _work(self, work: Callable[[Any], Any], inbox: Queue[_Job | None], outbox: Queue[_Job | None]) -> None:
        while True:
            job = inbox.get()
            if job is None or self._halt.is_set():
                return
            try:
                job.value = work(job.value)
            except BaseException as error:
                job.error = error
                self._queues[-1].put(job)
            else:
                outbox.put(job)
            del job

    def results(self) -> Iterator[Any]:
        for thread in self._threads:
            thread.start()
        waiting: dict[int, _Job] = {}
        number = 0
        while True:
            while number not in waiting:
                job = self._queues[-1].get()
                waiting[job.number] = job
            job = waiting.pop(number)
            if job.last:
                return
            if job.error is not None:
                raise job.error
            value = job.value
            del job
            yield value
            del value
            self._window.release()
            number += 1

    def halt(self) -> None:
        self._halt.set()
        if hasattr(self._source, "close"):
            self._source.close()
        try:
            self._window.release()
        except ValueError:
            pass  # nobody waits for it: the window is empty
        for n, stage in enumerate(self._stages):
            for _ in range(stage.workers):
                self._queues[n].put(None)
        for thread in self._threads:
            if thread.ident:
                thread.join()


def run_pipeline(source: Iterable[Any], stages: Sequence[Stage], *, in_flight: int) -> Iterator[Any]:
    if in_flight < 1 or any(stage.workers < 1 for stage in stages):
        raise ValueError("in_flight and workers must be at least 1")
    if not stages:
        for item in source:
            yield item
        return
    line = _Pipeline(source, list(stages), in_flight)
    try:
        yield from line.results()
    finally:
        line.halt()
