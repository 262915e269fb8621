"""Votes in rounds: the voters that lose a vote read and write together with voter 0."""

class Ballot:
    """The counter, as it is. It is given; leave it unchanged."""

    total: int = 0

    def vote(self) -> None:
        """Two atomic steps. Between them any number of steps of other voters can happen."""
        seen = self.total  # step 1: read
        self.total = seen + 1  # step 2: write



def possible_totals(voters: int, votes_each: int) -> set[int]:
    if voters < 0 or votes_each < 0:
        raise ValueError("voters and votes_each must not be negative")
    most = voters * votes_each
    least = most if voters < 2 else min(2, votes_each)
    return {*range(least, most + 1)}


def schedule_for(voters: int, votes_each: int, total: int) -> list[int]:
    if total not in possible_totals(voters, votes_each):
        raise ValueError("impossible")
    if voters == 0:
        return []
    schedule: list[int] = []
    if total >= votes_each:
        # in each round 0..voters-1 votes are lost
        lose = voters * votes_each - total
        for _ in range(votes_each):
            now = min(lose, voters - 1)
            lose -= now
            group = range(now + 1)
            schedule.extend(group)
            schedule.extend(group)
            for v in range(now + 1, voters):
                schedule.extend((v, v))
        return schedule
    # fewer than votes_each: voter 0 keeps an old reading, the others go round
    def rounds(who, n):
        for _ in range(n):
            schedule.extend(who)
            schedule.extend(who)

    others = list(range(1, voters))
    schedule.append(0)
    rounds(others, votes_each - 1)
    schedule.append(0)  # total is 1
    # now 0 has votes_each - 1 left, the others one each; 0 makes total - 2 visible ones
    rounds([0], total - 2)
    schedule.extend(others)
    rounds([0], votes_each - 1 - (total - 2))
    schedule.extend(others)
    return schedule
