"""Tells what happened in a failing run: runs it once more, listening, and puts the picture on the exception."""

from __future__ import annotations

import re
from types import FrameType
from typing import Any

from . import picture, token
from .accesses import WHOLE, WRITE
from .errors import BlockedOutsideError, InterleaveError
from .picture import Event
from .policies import Deviating
from .primitives import Lock, RLock
from .report import Names
from .run import STEP_LIMIT, Run
from .search import SearchResult, same_failure
from .sites import Site
from .steps import TAKE, GaveUp
from .task import Task, Wait
from .values import UNKNOWN
from .watch import locals_of

_PLUMBING = (
    *("threading", "_thread", "queue", "_queue", "concurrent.futures._base"),
    *(f"{__package__}.primitives.{part}" for part in ("locks", "queues")),
)
"""Nobody wants to see what repr() says of their objects."""
LONGEST_VALUE = 40
"""Characters of a value in the picture."""


class Narrator:
    """Listens to a run and keeps what is worth telling."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.names: dict[int, str] = {}
        self._locks = Names()
        self._open: dict[int, tuple[Event, Site, FrameType]] = {}

    def _add(
        self,
        task: Task,
        verb: str,
        text: str,
        value: str | None = None,
        accesses: Any = (),
        subject: str = "",
    ) -> Event:
        self.names[task.index] = task.name
        event = Event(task.index, verb, text, value, accesses, subject)
        self.events.append(event)
        return event

    def step(self, task: Task, accesses: Any, site: object, frame: FrameType | None) -> None:
        """A step begins."""
        self.catch_up(task)
        if isinstance(site, Site):
            assert frame is not None
            local = locals_of(frame)
            subject = site.subject(local, frame.f_globals)
            event = self._add(task, _verb(site, accesses), site.text, None, accesses, subject)
            event.line = site.line
            if event.verb == "reads":
                event.value = _value(task, site, frame)
            elif event.verb == "writes":
                self._open[task.index] = (event, site, frame)
        elif isinstance(site, (Lock, RLock)):
            taking = site.owner is None
            self._add(task, "takes" if taking else "releases", self._locks.of(site), None, accesses)
        elif isinstance(site, GaveUp):
            self._add(task, "gives up", site, None, accesses)
        elif isinstance(site, str) and site not in ("begins", "ends"):
            self._add(task, "", site, None, accesses)

    def catch_up(self, task: Task) -> None:
        """The step before is over: its new value can be seen."""
        pending = self._open.pop(task.index, None)
        if pending is not None:
            event, site, frame = pending
            event.value = _value(task, site, frame)

    def preempted(self, task: Task, target: Task) -> None:
        self.names[task.index] = task.name
        self.events.append(Event(task.index, "preempted", "", None, (), ""))

    def blocked(self, task: Task, wait: Wait) -> None:
        self.catch_up(task)
        if wait.obj == "end" or (isinstance(wait.obj, Task) and wait.deadline is None):
            return
        what = self._locks.of(wait.obj) if isinstance(wait.obj, (Lock, RLock)) else wait.text
        self._add(task, "waits for", what, None, (((id(wait.obj), WHOLE), TAKE),))

    def ends(self, task: Task) -> None:
        self.catch_up(task)


def _verb(site: Site, accesses: Any) -> str:
    if site.kind in ("call", "yield"):
        return f"{site.kind}s"
    return "writes" if any(mode == WRITE for _, mode in accesses) and site.kind != "jump" else "reads"


def _value(task: Task, site: Site, frame: FrameType) -> str | None:
    """What repr() says of it. That may be the program's code, or take locks (Future): it makes no steps, and gives up
    rather than wait."""
    if site.expr is None:
        return None
    task.atomic += 1
    task.peeks = True
    try:
        value = site.expr(locals_of(frame), frame.f_globals)
        kind = type(value)
        if value is UNKNOWN or kind.__repr__ is object.__repr__ or kind.__module__ in _PLUMBING:  # type: ignore[comparison-overlap]
            return None
        shown = re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))
    except Exception:
        return None
    finally:
        task.atomic -= 1
        task.peeks = False
    return shown if len(shown) <= LONGEST_VALUE else shown[: LONGEST_VALUE - 3] + "..."


def narrated(exploration: Any, deviations: Any) -> tuple[Run, Narrator]:
    narrator = Narrator()
    return exploration.run(Deviating(deviations), narrator=narrator), narrator


def confirm(exploration: Any, result: SearchResult) -> BaseException:
    """Run the failing schedule again, and return its error with the picture and the token as notes."""
    if isinstance(result.error, BlockedOutsideError):
        return result.error  # once more would take as long again
    run, narrator = narrated(exploration, result.deviations)
    if not same_failure(run.error, result.error):
        error = result.error
        assert error is not None
        error.add_note(
            "The same schedule did not fail in the same way again: the program depends on something besides the "
            "order of its threads (random numbers, the real clock, the order of a set, state left by an earlier run)."
        )
        return error
    error = run.error
    assert error is not None
    if len(run.tasks) > 1 or isinstance(error, InterleaveError):
        attach(error, run, narrator, result.schedules)
    if run.survivors:
        names = ", ".join(task.name for task in run.survivors)
        error.add_note(f"These threads could not be ended: {names}")
    return error


def attach(error: BaseException, run: Run, narrator: Narrator, schedules: int | None = None) -> None:
    """Put the picture on the exception: as a note for people, and as data for programs (see html.page)."""
    error.add_note(describe(run, narrator, schedules))
    headline = picture.headline(run.error, run.preemptions, narrator.events, narrator.names)
    data = picture.as_data(narrator.events, narrator.names)
    error.__dojo_picture__ = {"headline": headline, "token": token.encode(run), **data}  # type: ignore[attr-defined]


def describe(run: Run, narrator: Narrator, schedules: int | None = None) -> str:
    """Headline, picture and token of a failing run; `schedules`: how many it took to find it."""
    headline = picture.headline(run.error, run.preemptions, narrator.events, narrator.names)
    drawn = picture.draw(narrator.events, narrator.names)
    found = f"found in schedule {schedules}; to run it again: " if schedules is not None else "to run it again: "
    return "\n\n".join(part for part in (headline, drawn, found + again(run)) if part)


def again(run: Run) -> str:
    """The decorator that runs this very schedule again."""
    options = {"steps": run.step_limit, "timeouts": run.timeouts, "naps": run.long_naps}
    default = {"steps": STEP_LIMIT, "timeouts": False, "naps": False}
    said = [f"{name}={value}" for name, value in options.items() if value != default[name]]
    return f"@reproduce({', '.join([repr(token.encode(run)), *said])})"
