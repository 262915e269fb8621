"""Two threads with a million votes each can end at a total of 2. Here is why, and why never at 1.

A vote that is held up between its read and its write wipes out, with that write, everything that was counted
meanwhile. So a total is all votes minus those that are hidden inside such a gap. Let A and B be two voters.

- Inside A's first vote, which has read 0: hide all votes of the others, of B all but the last. A's write makes
  the total 1.
- Inside B's last vote, which has read that 1: hide all the rest of A's votes. B's write makes the total 2.

Nobody can lose more (that is the proof, the invariant): consider the last write of all. It is the end of a vote
that read some total s and writes s + 1. If its voter had voted before, its earlier write made the total at least
1, and no write makes it 0 again, so s >= 1 and the end is at least 2. With a single vote each the last writer may
have read 0, and 1 is possible.

And everything in between is possible too: hide fewer votes, and let the others run before the gap, where they
count.
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
    if voters < 0 or votes_each < 0:
        raise ValueError(f"{voters} voters with {votes_each} votes each are no election")
    everything = voters * votes_each
    if voters < 2 or votes_each == 0:
        return {everything}  # there is nobody to interfere
    return set(range(min(votes_each, 2), everything + 1))


def schedule_for(voters: int, votes_each: int, total: int) -> list[int]:
    """A schedule that ends in this total: one entry per step, the number (from 0) of the voter that makes it.

    Every voter appears exactly 2 * votes_each times; its steps are read, write, read, write, ... Any schedule
    that ends in the total will do. ValueError if there is none.
    """
    if total not in possible_totals(voters, votes_each):
        raise ValueError(f"{voters} voters with {votes_each} votes each never end at {total}")
    hidden = voters * votes_each - total
    if hidden == 0:
        return [voter for voter in range(voters) for _ in range(2 * votes_each)]

    # The voters are A = 0, B = 1 and others. What may be hidden inside A's first vote, as whole votes: all but
    # B's last one, which is the second place to hide something in. With one vote each nothing is left for that
    # place, and B's only vote may be hidden as well.
    last_of_b = 1 if votes_each > 1 else 0
    others = [voter for voter in range(1, voters) for _ in range(votes_each)][last_of_b:]
    inside_a, counted = others[:hidden], others[hidden:]
    inside_b = [0] * (hidden - len(inside_a))
    rest_of_a = [0] * (votes_each - 1 - len(inside_b))

    def whole(votes: list[int]) -> list[int]:
        return [voter for voter in votes for _ in ("read", "write")]

    steps = [0, *whole(inside_a), 0]
    steps += whole(counted + rest_of_a)
    if last_of_b:
        steps += [1, *whole(inside_b), 1]
    return steps
