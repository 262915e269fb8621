"""Publishes as often as all workers together have filled a batch: always the same one may have the turn.
Rejected by: test_workers_in_turns
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
        self._recorded = 0

    @contextmanager
    def worker(self) -> Iterator["Recorder"]:
        recorder = Recorder(self)
        try:
            yield recorder
        finally:
            recorder._flush()

    def snapshot(self) -> dict[str, int]:
        with self._lock:
            return dict(self._hits)

    def _merge(self, local: dict[str, int]) -> None:
        with self._lock:
            for url, n in local.items():
                self._hits[url] = self._hits.get(url, 0) + n


class Recorder:
    def __init__(self, counter: "HitCounter") -> None:
        self._counter = counter
        self._local: dict[str, int] = {}
        self._pending = 0

    def record(self, line: str) -> None:
        url = self._counter._parse(line)
        self._local[url] = self._local.get(url, 0) + 1
        self._pending += 1
        self._counter._recorded += 1
        if self._counter._recorded % self._counter._batch == 0:
            self._flush()

    def _flush(self) -> None:
        if not self._pending:
            return
        local, self._local = self._local, {}
        self._pending = 0
        self._counter._merge(local)
