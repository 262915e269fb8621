"""A ticket on arrival, and nobody works before a waiting neighbour who came earlier.

Greedy stops because everybody does the same: each holds a gripper and waits for the next one, all the way round.
Taking the lower gripper first, or letting in at most n - 1 robots, breaks that circle. Taking both at once, under
one Condition, does not even begin it. None of them is fair: whoever puts a gripper down can be back before the one
who waits for it is on its feet, and two neighbours can overlap like roof tiles, so that one of the grippers between
them is always in use. Fair locks do not help either: a robot that waits for its first gripper is in no line for the
second.

So arrival itself must count. The ticket is drawn once, on arrival, and holds for both grippers. A neighbour who
comes back draws a later one and has to wait, too. There is no circle: tickets only grow, so the one that waits with
the lowest ticket of all waits for working robots only, and those end.

A robot leaves the Condition before its job, or all the others would stand still meanwhile. It comes back in a
`finally`, and wakes all who wait: both neighbours may have waited for it.
"""

from collections.abc import Callable
from itertools import count
from threading import Condition

# The model for the breaking part. A schedule is a list of seats. Each entry lets that seat do its next step, or
# nothing if that step is impossible now. After working, a seat starts again.
#
#     greedy   1. take gripper i, if free   2. take gripper (i + 1) % n, if free   3. work and put both down
#     polite   1. take both at once, only if both are free                         2. work and put both down


def deadlock_schedule(n: int) -> list[int]:
    """A schedule for greedy seats after which nobody has ever worked and no seat can do its next step.

    ValueError if n < 2.
    """
    if n < 2:
        raise ValueError(f"a ring has at least 2 robots, not {n}")
    return list(range(n))  # each takes its first gripper, which is the second one of the seat before it


def starving_schedule(n: int, rounds: int) -> list[int]:
    """A schedule for polite seats under which seat 1 starves, and luck has no part in it.

    Seat 1 occurs at least `rounds` times and never works. Each of its neighbours works at least `rounds` times.
    After the first entry there is no moment at which both grippers of seat 1 are free. For rounds == 0 any such
    schedule will do, also []. ValueError if n < 4 or rounds < 0.
    """
    if n < 4:
        raise ValueError(f"with {n} robots the neighbours of seat 1 cannot work at the same time")
    if rounds < 0:
        raise ValueError(f"rounds is {rounds}")
    # Seat 0 takes; then in each round: 2 takes, 1 finds neither free, 0 works, 0 takes again, 2 works.
    return [0] + [2, 1, 0, 0, 2] * rounds


class Cell:
    """A ring of n robots, each run by a thread of its own."""

    def __init__(self, n: int) -> None:
        """ValueError if n < 2."""
        if n < 2:
            raise ValueError(f"a ring has at least 2 robots, not {n}")
        self._n = n
        self._tickets = count()
        self._waiting: dict[int, int] = {}  # seat: its ticket
        self._working: set[int] = set()
        self._changed = Condition()  # guards all three

    def work(self, seat: int, job: Callable[[], None]) -> None:
        """Run job() in the calling thread while the seat has both grippers. At most one thread per seat at a time.

        - Neighbours never work at the same time. Robots that are not neighbours can: n // 2 at once, if only they
          ask.
        - No deadlock. A job that raises gives the grippers back, and the exception goes on.
        - No starvation: once a seat is waiting in work(), each of its neighbours starts at most two more jobs
          before it, however long the jobs are.

        Waiting threads sleep: they do not look again and again. IndexError if there is no such seat.
        """
        if not 0 <= seat < self._n:
            raise IndexError(f"no seat {seat}")
        neighbours = {(seat - 1) % self._n, (seat + 1) % self._n}
        with self._changed:
            ticket = self._waiting[seat] = next(self._tickets)
            self._changed.wait_for(
                lambda: not neighbours & self._working
                and all(self._waiting.get(neighbour, ticket) >= ticket for neighbour in neighbours)
            )
            del self._waiting[seat]
            self._working.add(seat)
        try:
            job()
        finally:
            with self._changed:
                self._working.remove(seat)
                self._changed.notify_all()
