"""Draws a run: one column per thread, time going down, only the steps that matter to other threads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .accesses import ANYTHING, READ, WRITE
from .causality import conflict
from .errors import InterleaveError

ROWS = 40
"""Rows of a picture; from longer runs the middle is left out."""
MARKS = ("preempted", "waits for", "gives up")


class Event:
    """One row of the picture."""

    def __init__(self, task: int, verb: str, text: str, value: str | None, accesses: Any, subject: str) -> None:
        self.task = task
        self.verb = verb
        """reads, writes, calls, takes, releases, waits for, gives up, preempted, or nothing: the text tells it all."""
        self.text = text
        self.value = value
        self.accesses = accesses
        self.subject = subject
        self.line = 0

    def words(self) -> str:
        if self.verb == "preempted":
            return "-- preempted --"
        if self.verb == "waits for":
            return f"-- waits for {self.text} --"
        if self.verb == "gives up":
            return "-- its time is up --"
        words = f"{self.verb:<6} {self.text}" if self.verb else self.text
        if self.value is not None:
            words += f"  {'<-' if self.verb == 'writes' else '->'} {self.value}"
        return words


def relevant(events: Sequence[Event]) -> list[Event]:
    """The events that another thread's events depend on, and the marks."""
    by_base: dict[Any, set[tuple[int, Any]]] = {}
    for event in events:
        for access in event.accesses:
            by_base.setdefault(access[0][0], set()).add((event.task, access))

    def matters(event: Event) -> bool:
        bases = {base for (base, _), _ in event.accesses}
        near = by_base.keys() if ANYTHING in bases else bases | {ANYTHING}
        return any(
            task != event.task and conflict(event.accesses, (access,))
            for base in near
            for task, access in by_base.get(base, ())
        )

    return [event for event in events if event.verb in MARKS or matters(event)]


def headline(error: BaseException | None, preemptions: int, events: Sequence[Event], names: dict[int, str]) -> str:
    """One line that says what went wrong."""
    if isinstance(error, InterleaveError):
        return str(error).partition("\n")[0]
    count = (
        "no preemption" if preemptions == 0 else "1 preemption" if preemptions == 1 else f"{preemptions} preemptions"
    )
    verb = "breaks" if preemptions == 1 else "break"
    begin = f"{count} {verb} it" if preemptions else "it breaks without any preemption"
    return f"{begin}: {_diagnosis(events, names)}"


def _diagnosis(events: Sequence[Event], names: dict[int, str]) -> str:
    """What kind of race the events show."""
    last_read: dict[tuple[int, object], int] = {}
    stale = ""
    for index, event in enumerate(events):
        for location, mode in event.accesses:
            if mode not in (READ, WRITE):
                continue
            key = (event.task, location)
            if mode == WRITE and key in last_read and event.verb == "writes":
                between = events[last_read[key] + 1 : index]
                if any(other.task != event.task and (location, WRITE) in other.accesses for other in between):
                    same = events[last_read[key]].text == event.text
                    return f"{'lost update' if same else 'check, then act'} on {event.subject or event.text}"
            if mode == READ:
                last_read[key] = index
        if event.verb in ("reads", "calls") and not stale:
            for other in events[index + 1 :]:
                if (
                    other.task != event.task
                    and other.verb in ("writes", "calls")
                    and conflict(event.accesses, other.accesses)
                ):
                    later = events[events.index(other) + 1 :]
                    if any(again.task == event.task and again.verb in ("writes", "calls", "reads") for again in later):
                        who = names.get(event.task, "a thread").partition(" (")[0]
                        stale = f"{other.subject or other.text} changes after {who} has looked at it"
                    break
    return stale or "the outcome depends on the order of the threads"


def as_data(events: Sequence[Event], names: dict[int, str]) -> dict[str, Any]:
    """The picture as plain data: {"threads": [{"name", "call"}], "rows": [{"thread", "kind", "text", "line"}]}.

    `thread` is a position in `threads`; `kind` is the event's verb, or "operation"; `line` is 0 where it is unknown.
    """
    shown = _collapsed(relevant(events))
    columns = sorted({event.task for event, _ in shown})
    titles = [names[task].partition(" (") for task in columns]
    return {
        "threads": [{"name": name, "call": call.removesuffix(")")} for name, _, call in titles],
        "rows": [
            {"thread": columns.index(event.task), "kind": event.verb or "operation", "text": text, "line": event.line}
            for event, text in _rows(shown)
        ],
    }


def draw(events: Sequence[Event], names: dict[int, str]) -> str:
    """The picture as plain text."""
    shown = _collapsed(relevant(events))
    if not shown:
        return ""
    columns = sorted({event.task for event, _ in shown})
    cells = [(columns.index(event.task), words) for event, words in _rows(shown)]
    titles = [names[task].partition(" (")[0] for task in columns]
    calls = [names[task].partition(" (")[2].removesuffix(")") for task in columns]
    widths = []
    for number in range(len(columns)):
        own = [words for column, words in cells if column == number]
        widths.append(max(map(len, [*own, titles[number], calls[number]])))
    lines = ["  ".join(title.ljust(width) for title, width in zip(titles, widths, strict=True))]
    if any(calls):
        lines.append("  ".join(call.ljust(width) for call, width in zip(calls, widths, strict=True)))
    for column, words in cells:
        lines.append(" " * (sum(widths[:column]) + 2 * column) + words)
    return "\n".join("  " + line.rstrip() for line in lines)


def _rows(events: Sequence[tuple[Event, int]]) -> list[tuple[Event, str]]:
    rows = [(event, event.words() + (f"  ({times} times)" if times > 1 else "")) for event, times in events]
    if len(rows) > ROWS:
        left_out = len(rows) - ROWS + 1
        middle = rows[8][0]
        rows = [*rows[:8], (middle, f"... {left_out} more ..."), *rows[8 + left_out :]]
    return rows


def _collapsed(events: Sequence[Event]) -> list[tuple[Event, int]]:
    """Repetitions of the same event told once, with their number."""
    told: list[tuple[Event, int]] = []
    for event in events:
        if told and told[-1][0].task == event.task and told[-1][0].words() == event.words() and event.verb not in MARKS:
            told[-1] = (event, told[-1][1] + 1)
        else:
            told.append((event, 1))
    return told
