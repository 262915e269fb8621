"""Eraser (Savage and others, 1997) needs no luck: its report does not depend on who came first.

Two tables: what each thread holds (counted, since locks are reentrant), and the state of each variable. Only the step
out of Exclusive makes candidates, every later one can only take some away, and only Shared-Modified may report. So data
that is made by one thread and then only read, or made before the others start, costs no lock and no report.

Where it is mistaken:
- It knows locks and nothing else. Data handed over by a queue, a flag under a lock, or Thread.join is ordered, though
  no lock protects the data itself: a false alarm.
- It forgets what happened while the variable was Exclusive: a race with the first thread's last access stays unseen.

Happens-before detectors (with vector clocks, as in ThreadSanitizer) are the other way round: no false alarms, but they
see only the races of the order in which this run happened to go.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Event:
    """What a thread did. name: of the lock, or of the variable. (A lock and a variable of one name are two things.)"""

    kind: Literal["acquire", "release", "read", "write"]
    thread: str
    name: str


@dataclass(frozen=True)
class Race:
    """A report: the event (its index in the trace, and its thread) at which the variable was found unprotected."""

    variable: str
    index: int
    thread: str


@dataclass
class _Variable:
    owner: str  # who has it alone, as long as candidates is None
    candidates: set[str] | None = None
    modified: bool = False
    reported: bool = False


def find_races(trace: Sequence[Event]) -> list[Race]:
    """Eraser's lockset algorithm: at most one report for each variable, in the order of the trace.

    Each variable is in one of four states:
    - Virgin. The first access, by thread t, makes it Exclusive(t). Further accesses by t change nothing.
    - Exclusive(t). The first access by another thread makes it Shared (a read) or Shared-Modified (a write). Its
      candidates are the locks that this other thread holds now.
    - Shared and Shared-Modified. Each access, by any thread, removes the candidates that its thread does not hold.
      A write makes Shared into Shared-Modified.
    A variable that is in Shared-Modified after such a step, with no candidates left, is reported.

    Locks are reentrant: held until released as often as acquired. ValueError if a thread releases a lock that it does
    not hold, or acquires one that another thread holds, or if a kind is unknown.
    """
    held: defaultdict[str, Counter[str]] = defaultdict(Counter)  # thread -> lock -> how often
    variables: dict[str, _Variable] = {}  # none yet: Virgin
    races = []
    for index, event in enumerate(trace):
        mine = held[event.thread]
        if event.kind == "acquire":
            if any(locks[event.name] for thread, locks in held.items() if thread != event.thread):
                raise ValueError(f"event {index}: {event.thread} acquires {event.name}, which another thread holds")
            mine[event.name] += 1
        elif event.kind == "release":
            if not mine[event.name]:
                raise ValueError(f"event {index}: {event.thread} releases {event.name}, which it does not hold")
            mine[event.name] -= 1
        elif event.kind in ("read", "write"):
            variable = variables.setdefault(event.name, _Variable(event.thread))
            if variable.candidates is None and variable.owner == event.thread:
                continue  # Exclusive
            locks = {lock for lock, times in mine.items() if times}
            variable.candidates = locks if variable.candidates is None else variable.candidates & locks
            variable.modified |= event.kind == "write"
            if variable.modified and not variable.candidates and not variable.reported:
                variable.reported = True
                races.append(Race(event.name, index, event.thread))
        else:
            raise ValueError(f"event {index}: unknown kind {event.kind!r}")
    return races


def false_alarm() -> list[Event]:
    """Return a trace (at most 12 events) with a report although all its accesses are ordered by happens-before.

    Ordered: of any two accesses of a variable, one of them a write, one happens before the other. Each event happens
    before the later ones of its thread, each release before the later acquires of that lock, and so on along the chain.
    """
    return [
        Event("write", "maker", "data"),
        Event("acquire", "maker", "m"),  # hand over: the flag says that the data is there
        Event("write", "maker", "flag"),
        Event("release", "maker", "m"),
        Event("acquire", "user", "m"),
        Event("read", "user", "flag"),
        Event("release", "user", "m"),
        Event("write", "user", "data"),  # no lock, and none is needed
    ]


def blind_spot() -> list[Event]:
    """Return a trace (at most 12 events) without a report although two accesses of a variable, one of them a write, are
    not ordered by happens-before.
    """
    return [
        Event("write", "first", "data"),  # Exclusive: nobody asks for a lock
        Event("acquire", "second", "m"),
        Event("write", "second", "data"),  # candidates: m. The unlocked write is forgotten
        Event("release", "second", "m"),
    ]
