"""Counts first and takes it back if parse raises an Exception: Ctrl-C in parse stays counted, and the batch never ends.

Rejected by: test_error_in_parse
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager


class HitCounter:
    """Counts hits for any number of threads, each with a Recorder of its own.

    The budget: the whole counter takes locks at most
        the sum over all workers of (lines given to record // batch + 2) + the number of snapshots
    times. And no thread holds a lock of the counter while it is in parse.
    """

    def __init__(
        self,
        parse: Callable[[str], str],
        batch: int = 100,
        lock_factory: Callable[[], AbstractContextManager[object]] = threading.Lock,
    ) -> None:
        """parse(log line) is the URL. It is slow, may raise, and may be called by several threads at once.

        All that the counter uses for synchronisation comes from lock_factory: locks for `with`, not reentrant,
        of which nothing else is known. ValueError if batch < 1.
        """
        if batch < 1:
            raise ValueError(f"a batch is one hit at least, not {batch}")
        self._parse = parse
        self._batch = batch
        self._lock = lock_factory()
        self._hits: dict[str, int] = {}

    @contextmanager
    def worker(self) -> Iterator["Recorder"]:
        """`with counter.worker() as recorder:` in each thread that records.

        When the block is left, also by an exception (which goes on), all that was recorded is published.
        """
        recorder = Recorder(self)
        try:
            yield recorder
        finally:  # on every way out: the last batch is seldom a full one
            recorder._publish()

    def snapshot(self) -> dict[str, int]:
        """The published hits per URL at one moment. The dict is the caller's own.

        Never a hit too many, and a later snapshot never shows less. Of the hits whose record() has returned at
        most batch - 1 of each open worker are missing.
        """
        with self._lock:
            return dict(self._hits)


class Recorder:
    """Counts for one thread, inside its `with` block."""

    def __init__(self, counter: HitCounter) -> None:
        self._counter = counter
        self._mine: dict[str, int] = {}  # this thread's alone, so it needs no lock
        self._unpublished = 0

    def record(self, line: str) -> None:
        """Count a hit of the line's URL. If parse raises, the error goes to the caller, and nothing is counted."""
        self._unpublished += 1
        try:
            url = self._counter._parse(line)
        except Exception:
            self._unpublished -= 1
            raise
        self._mine[url] = self._mine.get(url, 0) + 1
        if self._unpublished == self._counter._batch:
            self._publish()

    def _publish(self) -> None:
        with self._counter._lock:  # once for the whole batch
            hits = self._counter._hits
            for url, count in self._mine.items():
                hits[url] = hits.get(url, 0) + count
        self._mine = {}
        self._unpublished = 0
