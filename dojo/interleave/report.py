"""Says why nobody can go on: who holds what, who waits for what, and whether they wait in a circle."""

from __future__ import annotations

import linecache
import os
import re
from typing import Any

from .errors import DeadlockError, StuckError
from .primitives import Lock, RLock
from .run import Run
from .task import Task, Wait

THREADS = 20
"""So many threads are told one by one."""


def _made_name(obj: Any) -> str:
    """A lock's name: the target of the assignment on the line that made it (`self.lock_a`)."""
    match = _ASSIGNED.search(linecache.getline(*obj.made))
    return match[1] if match is not None else "a lock"


_ASSIGNED = re.compile(r"([A-Za-z_][\w.]*(?:\[[^]]*\])?)\s*(?::[^=]+)?=(?!=)")


class Names:
    """Names for the locks in one report; locks made on the same line are numbered."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}
        self._used: dict[str, int] = {}

    def of(self, lock: Any) -> str:
        if id(lock) not in self._known:
            base = _made_name(lock)
            number = self._used[base] = self._used.get(base, 0) + 1
            self._known[id(lock)] = base if number == 1 else f"{base} #{number}"
        return self._known[id(lock)]


def place(where: tuple[str, int]) -> str:
    return f"{os.path.basename(where[0])}:{where[1]}"


def _where_waiting(task: Task) -> str:
    """File and line of the watched code that a thread waits in."""
    frame = task.stands_at()
    if frame is None:
        return ""
    return f" (in {frame.f_code.co_name}, {place((frame.f_code.co_filename, frame.f_lineno))})"


def _holder(obj: object) -> Task | None:
    if isinstance(obj, (Lock, RLock)):
        return obj.owner
    return obj if isinstance(obj, Task) else None


def _cycle_from(task: Task) -> list[Task]:
    """The circle of threads that this one waits in, if any."""
    path: list[Task] = []
    current: Task | None = task
    while current is not None and current not in path:
        path.append(current)
        wait = current.wait
        if wait is None or wait.deadline is not None:
            return []
        current = _holder(wait.obj)
    if current is None or current.finished:
        return []
    return path[path.index(current) :]


def sure_cycle(run: Run, task: Task) -> Exception | None:
    """A deadlock among some threads, told while others still run, where nobody else can end it.

    A plain Lock may be released by any thread, so it counts only if it was taken by `with`.
    """
    cycle = _cycle_from(task)
    if not cycle:
        return None
    for member in cycle:
        obj = member.wait.obj if member.wait is not None else None
        if isinstance(obj, Lock) and not obj.by_with:
            return None
    return _deadlock(run, cycle)


def explain(run: Run) -> Exception:
    """What kind of standstill this is."""
    for task in run.live:
        cycle = _cycle_from(task)
        if cycle:
            return _deadlock(run, cycle)
    waiting = [task for task in run.live if task.wait is not None and task.wait.obj != "end"]
    headline = "stuck: " + (
        f"{waiting[0].name} waits for ever"
        if len(waiting) == 1
        else f"{len(waiting)} threads wait for ever, and nobody is left to wake them"
    )
    return StuckError("\n".join([headline, *_lines(waiting)]))


def _lines(waiting: list[Task]) -> list[str]:
    """A line for each of the threads, or of the first of very many."""
    names = Names()
    lines = [_one_line(task, names) for task in waiting[:THREADS]]
    return [*lines, f"  ... and {len(waiting) - THREADS} more"] if len(waiting) > THREADS else lines


def _one_line(task: Task, names: Names) -> str:
    wait = task.wait
    assert wait is not None
    return f"  {task.name} waits for {_subject(wait, names)}{_where_waiting(task)}"


def _subject(wait: Wait, names: Names) -> str:
    obj = wait.obj
    if isinstance(obj, (Lock, RLock)):
        holder = obj.owner
        by = f", held by {holder.name} since {place(obj.taken)}" if holder is not None else ", which nobody released"
        return f"{names.of(obj)}{by}"
    return wait.text


def _deadlock(run: Run, cycle: list[Task]) -> DeadlockError:
    if len(cycle) == 1:
        headline = f"deadlock: {cycle[0].name} waits for itself"
    else:
        headline = "deadlock: " + " -> ".join(task.name for task in [*cycle, cycle[0]]) + " wait for each other"
    others = [task for task in run.live if task not in cycle and task.wait is not None and task.wait.obj != "end"]
    return DeadlockError("\n".join([headline, *_lines([*cycle, *others])]))
