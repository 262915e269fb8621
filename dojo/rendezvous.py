"""Probes that prove concurrency by counting, without a clock: in threads, and in processes under every start method.

They are picklable and meet in a folder, so that they reach a child however it was started, or pooled. Waits are bounded
and end as soon as what they wait for is there.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS = 10.0
"""How long a party waits for the others: as long as it takes to start processes on a busy machine."""
TICK, LONGEST = 0.002, 0.05


def pause(since: float) -> None:
    """A twentieth of the time that has gone since then; from TICK to LONGEST seconds. So a long wait costs little."""
    time.sleep(min(max((time.monotonic() - since) / 20, TICK), LONGEST))


def wait_until(met: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait until met(), of a file for example that another process makes. Whether it was."""
    start = time.monotonic()
    while not met() and time.monotonic() < start + seconds:
        pause(start)
    return met()


@dataclass(frozen=True)
class Rendezvous:
    """A meeting of `parties`: whoever comes stays until all are there. The folder has to be its own."""

    folder: Path
    parties: int

    def meet(self, seconds: float = SECONDS) -> bool:
        """Come, and wait for the others. Whether all were there at once; False also if somebody had given up."""
        self.folder.mkdir(exist_ok=True)
        mine = self.folder / uuid.uuid4().hex
        mine.touch()
        start = time.monotonic()
        while time.monotonic() < start + seconds:
            if self.came() >= self.parties:
                return True
            if (self.folder / "given up").exists():
                return False
            pause(start)
        (self.folder / "given up").touch()
        return False

    def came(self) -> int:
        """How many have come so far."""
        return sum(entry.name != "given up" for entry in os.scandir(self.folder)) if self.folder.exists() else 0


@dataclass(frozen=True)
class InFlight:
    """Counts who is inside at once. The folder has to be its own."""

    folder: Path

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """The caller is inside meanwhile."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "seen").mkdir(exist_ok=True)
        mine = self.folder / uuid.uuid4().hex
        mine.touch()
        seen = len(os.listdir(self.folder)) - 1
        (self.folder / "seen" / f"{seen}-{mine.name}").touch()
        try:
            yield
        finally:
            mine.unlink()

    @property
    def peak(self) -> int:
        """The largest number that was inside at once; 0 if nobody ever was."""
        seen = self.folder / "seen"
        return max((int(name.partition("-")[0]) for name in os.listdir(seen)), default=0) if seen.exists() else 0

    @property
    def entries(self) -> int:
        """How often somebody went in."""
        seen = self.folder / "seen"
        return len(os.listdir(seen)) if seen.exists() else 0


class PairingCell:
    """A cell like multiprocessing.Value("q") in which two unprotected read-modify-writes collide for certain.

    A read waits for another party's read of the same content, so that both go on with it, unless the other one waits
    for get_lock() meanwhile: then the reader is protected, and goes on at once. `parties` is how many use the cell;
    each calls leave() when it is done, so that nobody waits for it. Only for processes that get it at their start (like
    a Value), and for threads.
    """

    def __init__(self, context: Any, value: int = 0, parties: int = 2, seconds: float = SECONDS) -> None:
        self._raw = context.RawArray("q", [value, 0, 0, parties])  # value, reads, waiting for the lock, parties left
        self._guard = context.Lock()
        self._lock = context.RLock()
        self._seconds = seconds

    @property
    def value(self) -> int:
        with self._guard:
            self._raw[1] += 1
            number, found = self._raw[1], int(self._raw[0])
        if number % 2 == 0:
            return found
        start = time.monotonic()
        while time.monotonic() < start + self._seconds:
            with self._guard:
                if self._raw[1] != number:
                    return found
                if self._raw[2] or self._raw[3] < 2:
                    break
            pause(start)
        with self._guard:
            if self._raw[1] == number:
                self._raw[1] -= 1  # nobody came: the next read is a first one again
        return found

    @value.setter
    def value(self, value: int) -> None:
        with self._guard:
            self._raw[0] = value

    def now(self) -> int:
        """The content, without waiting for anybody."""
        with self._guard:
            return int(self._raw[0])

    def leave(self) -> None:
        """The caller will not use the cell any more."""
        with self._guard:
            self._raw[3] -= 1

    def get_lock(self) -> PairingCell:
        """The cell's lock, reentrant, as Value has it: for `with`, or to be taken by hand."""
        return self

    def acquire(self, *_: Any) -> bool:
        with self._guard:
            self._raw[2] += 1
        self._lock.acquire()
        with self._guard:
            self._raw[2] -= 1
        return True

    def release(self) -> None:
        self._lock.release()

    __enter__ = acquire

    def __exit__(self, *_: object) -> None:
        self.release()
