"""Keeps the sets that it has made, and hands the very same one out again: whoever changes it changes the next answer.

Rejected by: test_an_answer_belongs_to_who_asked
"""

class Ballot:
    """The counter, as it is. It is given; leave it unchanged."""

    total: int = 0

    def vote(self) -> None:
        """Two atomic steps. Between them any number of steps of other voters can happen."""
        seen = self.total  # step 1: read
        self.total = seen + 1  # step 2: write


def _check(voters, votes_each):
    if voters < 0 or votes_each < 0:
        raise ValueError("negative")


import functools


@functools.cache
def possible_totals(voters: int, votes_each: int) -> set[int]:
    _check(voters, votes_each)
    everything = voters * votes_each
    if voters < 2 or votes_each == 0:
        return {everything}
    return set(range(min(votes_each, 2), everything + 1))


def schedule_for(voters: int, votes_each: int, total: int) -> list[int]:
    if total not in possible_totals(voters, votes_each):
        raise ValueError(f"no schedule ends in {total}")
    everything = voters * votes_each
    if voters < 2 or votes_each == 0:
        return [0] * (2 * everything)
    hide = everything - total
    a, b = 0, voters - 1
    others = []
    for v in range(1, voters - 1):
        others += [v] * votes_each
    if votes_each == 1:
        pool = [*others, b]
        hidden, rest = pool[:hide], pool[hide:]
        return [a] + [v for v in hidden for _ in (0, 1)] + [a] + [v for v in rest for _ in (0, 1)]
    pool = [b] * (votes_each - 1) + others
    hidden, rest = pool[:hide], pool[hide:]
    hide -= len(hidden)
    out = [a] + [v for v in hidden for _ in (0, 1)] + [a] + [v for v in rest for _ in (0, 1)]
    left = votes_each - 1
    out += [a] * (2 * (left - hide))
    out += [b] + [a] * (2 * hide) + [b]
    return out
