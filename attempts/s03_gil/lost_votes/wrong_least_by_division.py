"""The least total falls with the number of voters. But two votes can be all that is left, whatever the numbers.

Rejected by: test_schedule_reaches_every_total
"""


class Ballot:
    """The counter, as it is. It is given; leave it unchanged."""

    total: int = 0

    def vote(self) -> None:
        """Two atomic steps. Between them any number of steps of other voters can happen."""
        seen = self.total  # step 1: read
        self.total = seen + 1  # step 2: write


def possible_totals(voters: int, votes_each: int) -> set[int]:
    if voters < 0 or votes_each < 0:
        raise ValueError("fewer than nobody")
    everything = voters * votes_each
    if voters < 2 or votes_each == 0:
        return {everything}
    if votes_each == 1:
        return set(range(1, everything + 1))
    return set(range(max(2, -(-votes_each // voters)), everything + 1))


def schedule_for(voters: int, votes_each: int, total: int) -> list[int]:
    least = min(votes_each, 2) if voters > 1 else voters * votes_each
    possible_totals(voters, votes_each)
    if not least * bool(voters) <= total <= voters * votes_each:
        raise ValueError("no schedule ends there")
    hidden = voters * votes_each - total
    if not hidden:
        return [v for v in range(voters) for _ in range(2 * votes_each)]
    left = [votes_each] * voters
    schedule: list[int] = []

    def whole(voter: int) -> None:
        left[voter] -= 1
        schedule.extend((voter, voter))

    spare_of_b = 0 if votes_each == 1 else 1
    left[0] -= 1
    schedule.append(0)
    for voter in range(voters - 1, 0, -1):
        while hidden and left[voter] > (spare_of_b if voter == 1 else 0):
            whole(voter)
            hidden -= 1
    schedule.append(0)
    last_of_b = hidden > 0
    for voter in range(1, voters):
        while left[voter] > (1 if last_of_b and voter == 1 else 0):
            whole(voter)
    if last_of_b:
        while left[0] > hidden:
            whole(0)
        schedule.append(1)
        while left[0]:
            whole(0)
        schedule.append(1)
    while left[0]:
        whole(0)
    return schedule
