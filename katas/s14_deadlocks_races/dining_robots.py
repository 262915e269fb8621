"""Break two controllers with schedules of your own, then write one that nobody can break.

Robots stand in a ring. Between two neighbours lies one gripper, and a robot needs the grippers on both sides to
work: seat i uses grippers i and (i + 1) % n, for seats 0 to n - 1. One controller has stopped the whole cell, the
other one never lets robot 1 work.
"""

from collections.abc import Callable
from threading import Lock

# The model for the breaking part. A schedule is a list of seats. Each entry lets that seat do its next step, or
# nothing if that step is impossible now. After working, a seat starts again.
#
#     greedy   1. take gripper i, if free   2. take gripper (i + 1) % n, if free   3. work and put both down
#     polite   1. take both at once, only if both are free                         2. work and put both down


def deadlock_schedule(n: int) -> list[int]:
    """A schedule for greedy seats after which nobody has ever worked and no seat can do its next step.

    ValueError if n < 2.
    """
    raise NotImplementedError  # TODO: how does the ring come to a stop?


def starving_schedule(n: int, rounds: int) -> list[int]:
    """A schedule for polite seats under which seat 1 starves, and luck has no part in it.

    Seat 1 occurs at least `rounds` times and never works. Each of its neighbours works at least `rounds` times.
    After the first entry there is no moment at which both grippers of seat 1 are free. For rounds == 0 any such
    schedule will do, also []. ValueError if n < 4 or rounds < 0.
    """
    raise NotImplementedError  # TODO: how do two neighbours keep seat 1 out between them?


class Cell:
    """A ring of n robots, each run by a thread of its own."""

    def __init__(self, n: int) -> None:
        """ValueError if n < 2."""
        if n < 2:
            raise ValueError(f"a ring has at least 2 robots, not {n}")
        self._n = n
        self._grippers = [Lock() for _ in range(n)]  # TODO: what does a robot have to know before it takes them?

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
        with self._grippers[seat], self._grippers[(seat + 1) % self._n]:  # TODO: greedy
            job()
