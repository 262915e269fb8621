"""Read a stack dump as an expert does: who holds which lock, who waits for which, and who waits in a ring?

A booking server hangs. All you have is what `faulthandler` has printed, the stacks of all threads, and the sources.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ThreadState:
    """What the dump tells of one thread. Locks are named as the source has them, in the spelling of ast.unparse."""

    thread: str  # the id as in the dump, as "0x00007f21767fc6c0"
    holds: frozenset[str]  # the locks that it holds
    wants: str | None  # the lock that it waits for


def read_dump(dump: str, sources: Mapping[str, str]) -> list[ThreadState]:
    """Return one state for each thread, in the order of the dump. sources: file name as in the dump -> its text.

    A thread begins with "Thread 0x... (most recent call first):" or "Current thread 0x... (most recent call first):";
    newer Pythons write " [name]" after the id. Frames follow, the innermost first:
      File "/srv/shop.py", line 12 in pay
    All other lines ("  ...", "<no Python frame>", blank ones, what stands before the first header) are ignored.

    Locks are not reentrant, and used only by `with NAME:`. NAME is one expression without a call; the header stands on
    one line, the block below it. Names that ast.unparse writes alike are the same lock. Functions are made by `def`,
    which likewise stands on one line, decorators above and the block below it.
    - A frame whose line is strictly inside the block of a `with` of the same function holds its lock.
    - The innermost frame of a thread, if its line is the header of a `with`, wants that lock.
    - A frame in a file that is not in sources tells nothing.
    """
    raise NotImplementedError  # TODO: which statements of the source stand around the line of a frame?


def find_deadlock(states: Sequence[ThreadState]) -> list[str]:
    """Return the ids of the threads in a ring: each wants a lock that the next one holds, the last one what the first
    one holds. It begins with the thread that comes first in states.

    A thread that wants what it holds itself is a ring of one. There is at most one ring; [] if there is none.
    """
    raise NotImplementedError  # TODO: who holds what this thread wants, and what does that one want?
