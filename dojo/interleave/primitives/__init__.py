"""The primitives as controlled threads use them.

Each stays real. A controlled thread asks the real primitive without blocking; where it cannot go on, it tells the run
what it waits for. `Lock` and `RLock` are wrappers, since the built-in types cannot be changed; the methods of the
standard library's Python classes (Event, Condition, Semaphore, Queue, Thread ...) are replaced while an exploration
is under way. Barrier, Future, Timer and ThreadPoolExecutor run on top of these unchanged; what else the standard
library does in several steps, though it looks like one, is in `divisible`; what a thread keeps in a thread-local goes
with its last steps (`threadlocals`). Outside an exploration, and in threads that
it does not control, everything behaves as in the standard library.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

from . import conditions, divisible, futures  # noqa: F401 - they register their replacements
from .clock import MONOTONIC_START, WALL_START, clock, sleep
from .locks import Lock, LockType, RealLock, RealRLock, RLock, RLockType
from .queues import SimpleQueue
from .replacing import METHODS
from .threadlocals import local
from .threads import before_calling

__all__ = [
    "FUNCTIONS",
    "METHODS",
    "Lock",
    "LockType",
    "RLock",
    "RLockType",
    "SimpleQueue",
    "before_calling",
]

FUNCTIONS: dict[Any, Any] = {
    RealLock: Lock,
    threading.Lock: Lock,
    threading.RLock: RLock,
    threading._PyRLock: RLock,  # type: ignore[attr-defined]
    RealRLock: RLock,
    time.sleep: sleep,
    time.time: clock(time.time, WALL_START, 1),
    time.monotonic: clock(time.monotonic, MONOTONIC_START, 1),
    time.perf_counter: clock(time.perf_counter, MONOTONIC_START, 1),
    time.time_ns: clock(time.time_ns, WALL_START, 1_000_000_000),
    time.monotonic_ns: clock(time.monotonic_ns, MONOTONIC_START, 1_000_000_000),
    time.perf_counter_ns: clock(time.perf_counter_ns, MONOTONIC_START, 1_000_000_000),
    queue.SimpleQueue: SimpleQueue,
    threading.local: local,
}
"""Built-in functions and types and what stands for them in the modules of an exploration."""
