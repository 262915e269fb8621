"""A ValueError of parse is taken for a line without a hit: record() does not raise it.

Rejected by: test_error_in_parse, test_any_work_is_counted
"""

import threading
from collections import Counter
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
        self._hits: Counter[str] = Counter()

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
        self._pending: list[str] = []

    def record(self, line: str) -> None:
        try:
            url = self._counter._parse(line)
        except ValueError:
            return
        self._pending.append(url)
        if len(self._pending) >= self._counter._batch:
            self._publish()

    def _publish(self) -> None:
        with self._counter._lock:
            self._counter._hits.update(self._pending)
        self._pending.clear()
