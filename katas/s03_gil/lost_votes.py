"""Say how wrong an unprotected counter can be, and prove it: give a schedule for each total that is possible.

At a club election every voter is a thread that casts its votes on one counter without a lock. Thanks to the GIL
each of the two steps of a vote is atomic. Together they are not, and the lawyers have two questions: which final
totals are possible at all, and for a given one: show us how it can come about.
"""


class Ballot:
    """The counter, as it is. It is given; leave it unchanged."""

    total: int = 0

    def vote(self) -> None:
        """Two atomic steps. Between them any number of steps of other voters can happen."""
        seen = self.total  # step 1: read
        self.total = seen + 1  # step 2: write


# Both functions are for up to 40 voters with 25 votes each, and raise ValueError for a negative number of voters
# or votes.


def possible_totals(voters: int, votes_each: int) -> set[int]:
    """Every final total that `voters` threads can reach which each call vote() `votes_each` times on one Ballot."""
    raise NotImplementedError  # TODO


def schedule_for(voters: int, votes_each: int, total: int) -> list[int]:
    """A schedule that ends in this total: one entry per step, the number (from 0) of the voter that makes it.

    Every voter appears exactly 2 * votes_each times; its steps are read, write, read, write, ... Any schedule
    that ends in the total will do. ValueError if there is none.
    """
    raise NotImplementedError  # TODO
