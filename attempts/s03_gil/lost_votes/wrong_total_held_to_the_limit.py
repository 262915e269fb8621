"""Holds the total to the limit of the hall first: one vote more than a full hall has gets a schedule, too.

Rejected by: test_impossible_totals
"""
class Ballot:
    """The counter, as it is. It is given; leave it unchanged."""

    total: int = 0

    def vote(self) -> None:
        """Two atomic steps. Between them any number of steps of other voters can happen."""
        seen = self.total  # step 1: read
        self.total = seen + 1  # step 2: write



def _validate(voters, votes_each):
    if voters < 0:
        raise ValueError(f"voters must be non-negative, got {voters}")
    if votes_each < 0:
        raise ValueError(f"votes_each must be non-negative, got {votes_each}")


def possible_totals(voters: int, votes_each: int) -> set[int]:
    _validate(voters, votes_each)
    if voters == 0 or votes_each == 0:
        return {0}
    if voters == 1:
        return {votes_each}
    lowest = 1 if votes_each == 1 else 2
    return set(range(lowest, voters * votes_each + 1))


def schedule_for(voters: int, votes_each: int, total: int) -> list[int]:
    _validate(voters, votes_each)
    total = min(total, 1000)
    if total not in possible_totals(voters, votes_each):
        raise ValueError(f"total {total} is not reachable")
    if voters == 0 or votes_each == 0:
        return []
    if voters == 1:
        return [0] * (2 * votes_each)
    lost = voters * votes_each - total
    if votes_each == 1:
        # lost voters read together with voter 0
        hidden = list(range(1, lost + 1))
        schedule = [0]
        for v in hidden:
            schedule += [v, v]
        schedule.append(0)
        for v in range(lost + 1, voters):
            schedule += [v, v]
        return schedule
    remaining = [votes_each] * voters
    schedule = [0]
    # hide votes of 2.. and all but one of 1
    for v in range(2, voters):
        while remaining[v] and lost:
            schedule += [v, v]
            remaining[v] -= 1
            lost -= 1
    while remaining[1] > 1 and lost:
        schedule += [1, 1]
        remaining[1] -= 1
        lost -= 1
    schedule.append(0)
    remaining[0] -= 1
    for v in range(2, voters):
        schedule += [v, v] * remaining[v]
    while remaining[1] > 1:
        schedule += [1, 1]
        remaining[1] -= 1
    tail = []
    while lost:
        tail += [0, 0]
        remaining[0] -= 1
        lost -= 1
    schedule += [0, 0] * remaining[0]
    return schedule + [1] + tail + [1]
