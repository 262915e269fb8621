"""No lock: each step is one call into C code, and with the GIL no other thread runs during it.

Right on a build with the GIL, and do not rely on it: CPython happens to be built like this, the language does
not promise it. On a free-threaded build it breaks, and one more line of Python breaks it everywhere.
"""

from itertools import islice
from operator import length_hint

MANY = 10**15


class TicketDispenser:
    def __init__(self, first: int = 1) -> None:
        self._numbers = iter(range(first, first + MANY))

    def take(self) -> int:
        return next(self._numbers)

    def take_row(self, n: int) -> list[int]:
        if n < 1:
            raise ValueError(f"a row has at least one number, not {n}")
        return list(islice(self._numbers, n))

    @property
    def issued(self) -> int:
        return MANY - length_hint(self._numbers)
