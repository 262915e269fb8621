"""multiprocessing.pool.ThreadPool: threads behind the interface of a pool of processes.

One of its threads waits on a pipe for news. In a pool that is made under control it waits in a SimpleQueue instead,
which the scheduler knows. Pools of processes stay as they are.
"""

from __future__ import annotations

import queue
from functools import partial
from multiprocessing.pool import Pool, ThreadPool
from types import SimpleNamespace
from typing import Any

from ..run import Run
from .queues import SimpleQueue
from .replacing import METHODS, replaces
from .threads import call_in_a_step


@replaces(ThreadPool, "_setup_queues")
def _setup_queues(run: Run, real: Any, self: Any) -> None:
    real(self)
    self._ctx = SimpleNamespace(SimpleQueue=queue.SimpleQueue)  # all that a pool of threads asks its context for


@replaces(ThreadPool, "_get_sentinels")
def _get_sentinels(run: Run, real: Any, self: Any) -> list[Any]:
    return []  # it asks only while it is made, and its notifier is no pipe


_real_wait_for_updates = Pool._wait_for_updates  # type: ignore[attr-defined]


def _wait_for_updates(sentinels: Any, change_notifier: Any, timeout: float | None = None) -> None:
    if isinstance(change_notifier, SimpleQueue):
        change_notifier.get()
    else:
        _real_wait_for_updates(sentinels, change_notifier, timeout)


METHODS[(Pool, "_wait_for_updates")] = staticmethod(_wait_for_updates)


def _submit(run: Run, real: Any, self: Any, function: Any, *args: Any, **kwargs: Any) -> Any:
    return real(self, partial(call_in_a_step, function) if isinstance(self, ThreadPool) else function, *args, **kwargs)


for _name in ("apply_async", "_map_async", "imap", "imap_unordered"):
    replaces(Pool, _name)(_submit)
