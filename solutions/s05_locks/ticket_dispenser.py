"""One lock per dispenser, held from the first look at the counter to the last.

Three things changed, and each of them alone would leave the dispenser broken:

- the lock is made once, in __init__. A lock keeps apart only those who use the same lock object, and `with
  Lock()` made a new one for every call: a door with a fresh key for everybody who comes;
- the number is worked out before the lock is given back. Between `+= 1` and the `return` behind the block
  another thread could take a ticket, and then both returned the later number;
- a row is taken in one go. Two calls that are safe each for itself are not safe together: between them the
  lock is free.

take_row does not call take(): a Lock is not reentrant, so the thread would wait for the lock that it holds
itself.
"""

from threading import Lock


class TicketDispenser:
    """Hands out first, first + 1, first + 2, ... to any number of threads."""

    def __init__(self, first: int = 1) -> None:
        """The first number may be any integer."""
        self._first = first
        self._taken = 0
        self._lock = Lock()  # one for all threads that share this dispenser

    def take(self) -> int:
        """The next number. No number is handed out twice, none is skipped."""
        with self._lock:
            self._taken += 1
            return self._first + self._taken - 1  # still inside: afterwards it may move on

    def take_row(self, n: int) -> list[int]:
        """The next n numbers, ascending, for one family: nobody else gets a number in between.

        ValueError if n < 1, and nothing is taken.
        """
        if n < 1:  # before the lock is taken: n belongs to this call alone
            raise ValueError(f"a row has at least one number, not {n}")
        with self._lock:
            start = self._first + self._taken
            self._taken += n
        return list(range(start, start + n))  # start and n are this call's own

    @property
    def issued(self) -> int:
        """How many numbers have been taken so far. What a call has returned is counted by then."""
        with self._lock:
            return self._taken
