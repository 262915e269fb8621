"""Counters added with +=, in a class that holds the lock; the recorder is the context manager itself."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Tally:
    counts: Counter[str] = field(default_factory=Counter)
    size: int = 0

    def add(self, url: str) -> int:
        self.counts[url] += 1
        self.size += 1
        return self.size

    def take(self) -> Counter[str]:
        counts, self.counts, self.size = self.counts, Counter(), 0
        return counts


class _Published:
    def __init__(self, lock):
        self._lock = lock
        self._counts = Counter()

    def merge(self, counts):
        if counts:
            with self._lock:
                self._counts += counts

    def copy(self):
        with self._lock:
            return dict(self._counts)


class HitCounter:
    def __init__(
        self,
        parse: Callable[[str], str],
        batch: int = 100,
        lock_factory: Callable[[], AbstractContextManager[object]] = threading.Lock,
    ) -> None:
        if batch < 1:
            raise ValueError(batch)
        self._parse = parse
        self._batch = batch
        self._published = _Published(lock_factory())

    def worker(self) -> AbstractContextManager[Recorder]:
        return Recorder(self)

    def snapshot(self) -> dict[str, int]:
        return self._published.copy()

    @property
    def batch(self):
        return self._batch


class Recorder:
    """Its own context manager."""

    def __init__(self, counter: HitCounter) -> None:
        self._counter = counter
        self._tally = _Tally()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self._counter._published.merge(self._tally.take())
        return False

    def record(self, line: str) -> None:
        url = self._counter._parse(line)
        if self._tally.add(url) >= self._counter.batch:
            self._counter._published.merge(self._tally.take())
