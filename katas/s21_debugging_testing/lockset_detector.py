"""Build a race detector that finds a race in a run where nothing went wrong. Then show where it is mistaken.

To hunt a race by luck is hopeless. Eraser asks another question: is there one lock that always protected this variable?
It looks at a recorded trace: who took which lock, who read or wrote which variable.
"""

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
    raise NotImplementedError  # TODO


def false_alarm() -> list[Event]:
    """Return a trace (at most 12 events) with a report although all its accesses are ordered by happens-before.

    Ordered: of any two accesses of a variable, one of them a write, one happens before the other. Each event happens
    before the later ones of its thread, each release before the later acquires of that lock, and so on along the chain.
    """
    raise NotImplementedError  # TODO


def blind_spot() -> list[Event]:
    """Return a trace (at most 12 events) without a report although two accesses of a variable, one of them a write, are
    not ordered by happens-before.
    """
    raise NotImplementedError  # TODO
