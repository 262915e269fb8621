"""With one photo in flight the works run in the caller's thread, instead of the threads of their stages.

Rejected by: test_each_stage_has_its_own_threads
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, NamedTuple


class Stage(NamedTuple):
    work: Callable[[Any], Any]
    workers: int = 1


class _Ticket:
    def __init__(self, value: Any) -> None:
        self.value = value
        self.error: BaseException | None = None
        self.ready = Event()


class _Crew:
    def __init__(self, stages: Sequence[Stage]) -> None:
        self.doors: list[SimpleQueue[_Ticket | None]] = [SimpleQueue() for _ in stages]
        self.closed = False
        self.threads: list[Thread] = []
        for n, stage in enumerate(stages):
            nxt = self.doors[n + 1] if n + 1 < len(stages) else None
            for _ in range(stage.workers):
                thread = Thread(target=self.serve, args=(stage.work, self.doors[n], nxt), name=f"stage {n}")
                self.threads.append(thread)
                thread.start()

    def serve(
        self, work: Callable[[Any], Any], door: SimpleQueue[_Ticket | None], nxt: SimpleQueue[_Ticket | None] | None
    ) -> None:
        while (ticket := door.get()) is not None:
            if self.closed:
                continue
            try:
                ticket.value = work(ticket.value)
            except BaseException as error:
                ticket.value, ticket.error = None, error
            if nxt is None or ticket.error is not None:
                ticket.ready.set()
            else:
                nxt.put(ticket)

    def close(self) -> None:
        self.closed = True
        for door in self.doors:
            for _ in self.threads:
                door.put(None)
        for thread in self.threads:
            thread.join()


def run_pipeline(source: Iterable[Any], stages: Sequence[Stage], *, in_flight: int) -> Iterator[Any]:
    """The caller's own thread takes from the source, within next()."""
    if in_flight < 1 or any(stage.workers < 1 for stage in stages):
        raise ValueError("in_flight and workers must be at least 1")
    if not stages:
        for item in source:
            yield item
        return
    if in_flight == 1:
        for item in source:
            for stage in stages:
                item = stage.work(item)
            yield item
        return
    items = iter(source)
    crew = _Crew(stages)
    window: deque[_Ticket] = deque()
    more = True
    try:
        while more or window:
            while more and len(window) < in_flight:
                try:
                    ticket = _Ticket(next(items))
                    window.append(ticket)
                    crew.doors[0].put(ticket)
                except StopIteration:
                    more = False
                except Exception as error:
                    more = False
                    ticket = _Ticket(None)
                    ticket.error = error
                    ticket.ready.set()
                    window.append(ticket)
            if window:
                ticket = window.popleft()
                ticket.ready.wait()
                if ticket.error is not None:
                    raise ticket.error
                value, ticket = ticket.value, None
                yield value
                value = None
    finally:
        crew.close()
