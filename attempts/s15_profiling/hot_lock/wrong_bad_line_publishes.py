"""A line that cannot be parsed publishes what there is, and so costs a visit to the lock.

Rejected by: test_bad_lines_take_no_lock
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager


class HitCounter:
    def __init__(
        self,
        parse: Callable[[str], str],
        batch: int = 100,
        lock_factory: Callable[[], AbstractContextManager[object]] = threading.Lock,
    ) -> None:
        if batch < 1:
            raise ValueError(f"a batch is one hit at least, not {batch}")
        self._parse = parse
        self._batch = batch
        self._lock = lock_factory()
        self._hits: dict[str, int] = {}

    @contextmanager
    def worker(self) -> Iterator["Recorder"]:
        recorder = Recorder(self)
        try:
            yield recorder
        finally:
            recorder._publish()

    def snapshot(self) -> dict[str, int]:
        with self._lock:
            return dict(self._hits)


class Recorder:
    def __init__(self, counter: HitCounter) -> None:
        self._counter = counter
        self._mine: dict[str, int] = {}
        self._n = 0

    def record(self, line: str) -> None:
        try:
            url = self._counter._parse(line)
        except Exception:
            self._publish()
            raise
        self._mine[url] = self._mine.get(url, 0) + 1
        self._n += 1
        if self._n == self._counter._batch:
            self._publish()

    def _publish(self) -> None:
        if not self._n:
            return
        with self._counter._lock:
            hits = self._counter._hits
            for url, n in self._mine.items():
                hits[url] = hits.get(url, 0) + n
        self._mine = {}
        self._n = 0
