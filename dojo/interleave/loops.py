"""Busy waiting: loops that go round until somebody else does something."""

from __future__ import annotations

from types import FrameType
from typing import TYPE_CHECKING

from .errors import LivelockError
from .sites import Site
from .task import Task

if TYPE_CHECKING:
    from .run import Run

IDLE_STEPS = 40
"""Sites that a thread may visit without anybody changing anything before its loops are looked at."""

LAZY_AFTER, LIVELOCK_AFTER = 5, 50
"""How often a thread comes back to the same state in a loop before others go first; before nobody can end it."""

_RUN = f"{__package__}.run"


def is_lazy(run: Run, task: Task) -> bool:
    """Does it still go round, and has nobody changed anything since it was looked at?"""
    if run.changes != task.seen_changes:
        task.lazy = False
        task.idle = 0
        task.visits.clear()
    return task.lazy


def look_for_loop(run: Run, task: Task, site: Site, frame: FrameType) -> None:
    """Is the thread here again with the same local variables, while nobody changed anything?"""
    if run.changes != task.seen_changes:
        task.seen_changes = run.changes
        task.idle = 0
        task.lazy = False
        task.visits.clear()
        return
    state = (site.offset, *_state_of(run, frame))
    times = task.visits[state] = task.visits.get(state, 0) + 1
    if times < LAZY_AFTER:
        if len(task.visits) > 16:
            task.stride *= 2
            task.visits.clear()
        return
    task.lazy = True
    if times > LIVELOCK_AFTER and instead_of(run, task) is None:
        run.fail(livelock(run, [other for other in run.live if other.lazy]))


def _state_of(run: Run, frame: FrameType | None) -> list[object]:
    """The local variables and positions of a frame and its callers."""
    state: list[object] = []
    while frame is not None and frame.f_globals.get("__name__") != _RUN:
        state.append((id(frame.f_code), frame.f_lasti))
        state.extend(map(_identity, run.locals_of(frame).values()))
        frame = frame.f_back
    return state


def instead_of(run: Run, task: Task) -> Task | None:
    """Somebody who may end the loop that this thread goes round in."""
    if not is_lazy(run, task):
        return None
    others = [other for other in run.live if other is not task and other.can_run()]
    eager = [
        other for other in others if not (other.lazy and is_lazy(run, other)) and not (other.wait and other.wait.last)
    ]
    if eager:
        return eager[0]
    timed = [other for other in run.live if other.wait is not None and other.wait.deadline is not None]
    timed = [other for other in timed if not (other.lazy and is_lazy(run, other))]
    if timed:
        return min(timed, key=lambda other: (other.wait.deadline or 0.0, other.index))  # type: ignore[union-attr]
    return next((other for other in others if other.wait is not None and other.wait.last), None)


def clock_was_read(run: Run) -> None:
    """A loop that looks at the clock ends when its time has come."""
    run.current.idle = 0
    run.current.visits.clear()


def _identity(value: object) -> object:
    return value if isinstance(value, (int, str, float, bytes, type(None))) else id(value)


def livelock(run: Run, tasks: list[Task]) -> LivelockError:
    """These threads wait in loops for what nobody will do."""
    lines = ["livelock: nobody is left to change what these threads wait for in a loop"]
    for task in tasks or [run.current]:
        frame = task.stands_at()
        where = f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}" if frame is not None else "?"
        lines.append(f"  {task.name} goes round in {where}")
    for other in run.live:
        if other not in tasks and other.wait is not None:
            lines.append(f"  {other.name} waits for {other.wait.text}")
    return LivelockError("\n".join(lines))
