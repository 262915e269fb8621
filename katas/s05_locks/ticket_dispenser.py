"""Repair the ticket dispenser, so that nobody holds the same number as somebody else and families get a row.

The citizens' office has one dispenser and many terminals, and each terminal is a thread. Since the software
update two people sometimes wait with the same number, although "everything is under a lock".
"""

from threading import Lock


class TicketDispenser:
    """Hands out first, first + 1, first + 2, ... to any number of threads."""

    def __init__(self, first: int = 1) -> None:
        """The first number may be any integer."""
        self._first = first
        self._taken = 0

    def take(self) -> int:
        """The next number. No number is handed out twice, none is skipped."""
        with Lock():  # TODO: whom does this lock keep out?
            self._taken += 1
        return self._first + self._taken - 1

    def take_row(self, n: int) -> list[int]:
        """The next n numbers, ascending, for one family: nobody else gets a number in between.

        ValueError if n < 1, and nothing is taken.
        """
        # TODO: a family of three holds 7, 8 and 10. Who has the 9? And what is a family of nobody given?
        return [self.take() for _ in range(n)]

    @property
    def issued(self) -> int:
        """How many numbers have been taken so far. What a call has returned is counted by then."""
        return self._taken
