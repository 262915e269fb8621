"""What an exploration can find, each as an exception class of its own."""

from __future__ import annotations


class InterleaveError(AssertionError):
    """Base of everything the scheduler itself reports about the code under test."""


class DeadlockError(InterleaveError):
    """Threads wait for each other in a circle; the message names who holds what and who waits for what."""


class StuckError(InterleaveError):
    """A thread waits for ever, and not in a circle: a lost wake-up, an empty queue, a thread never started."""


class LivelockError(InterleaveError):
    """Threads go round a loop that reads the same state again and again, and nobody is left to change it."""


class StepLimitError(InterleaveError):
    """One schedule made more steps than allowed: an endless loop, or a program too large for the bound."""


class BlockedOutsideError(InterleaveError):
    """A thread blocks (or computes) where the scheduler cannot see it: a socket, a subprocess, a C extension."""


class ThreadError(InterleaveError):
    """A thread died of an exception that nobody read."""


class UnfitScheduleError(InterleaveError):
    """A replay token or hand-written schedule does not fit the code any more."""


class Abandoned(BaseException):
    """Unwinds a parked thread at the end of a run. Private: code under test should never see it."""
