"""What the threads of the run under way have done so far, for tests that ask about more than the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .accesses import READ, WRITE
from .errors import InterleaveError
from .primitives import Lock, RLock
from .run import Run, controlled
from .steps import DRAW, DRAW_LAST, TAKE


@dataclass(frozen=True)
class Operation:
    """One operation of a primitive.

    `operation` is "acquire" or "release" for locks (a condition's own lock too; entering an RLock that the thread
    holds already is no operation), "acquire" for semaphores, "get" for queues, and otherwise what was called, as
    "Event.set()". `lock` is the lock, or None. `attempt` is True where acquire(blocking=False) was called, whatever
    came of it.
    """

    thread: str
    operation: str
    lock: Any = None
    attempt: bool = False


def log() -> list[Operation]:
    """The operations of the run under way, in their order. InterleaveError in a thread that is not controlled.

    @interleave
    def test_takes_the_lock_once():
        before = len([done for done in log() if done.operation == "acquire"])
        counter.add(1)
        assert len([done for done in log() if done.operation == "acquire"]) == before + 1
    """
    run = _run()
    found = []
    for step in run.log:
        name = run.tasks[step.task].name
        mode = step.accesses[0][1] if step.accesses else None
        if isinstance(step.site, Lock | RLock):
            found.append(Operation(name, "acquire" if mode == TAKE else "release", step.site))
        elif isinstance(step.site, str) and step.site not in ("begins", "ends") and mode not in (READ, WRITE):
            if step.site.startswith("lock.acquire"):
                found.append(Operation(name, "acquire", attempt=True))
            elif mode in (DRAW, DRAW_LAST):
                found.append(Operation(name, "get" if "item" in step.site or "get" in step.site else "acquire"))
            else:
                found.append(Operation(name, step.site))
    return found


def held() -> list[Any]:
    """The locks that the calling thread holds now, in the order in which it took them."""
    return list(_run().current.held)


def _run() -> Run:
    run = controlled()
    if run is None:
        raise InterleaveError("log() and held() work in threads that @interleave controls")
    return run
