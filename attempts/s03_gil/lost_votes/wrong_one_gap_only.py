"""Hides votes inside one gap only: what is cast after it counts, and small totals stay out of reach.

Rejected by: test_schedule_reaches_every_total
"""

class Ballot:
    total: int = 0

    def vote(self) -> None:
        seen = self.total
        self.total = seen + 1


def possible_totals(voters: int, votes_each: int) -> set[int]:
    if voters < 0 or votes_each < 0:
        raise ValueError("fewer than none")
    if voters <= 1 or votes_each == 0:
        return {voters * votes_each}
    return set(range(min(2, votes_each), voters * votes_each + 1))


def schedule_for(voters: int, votes_each: int, total: int) -> list[int]:
    if total not in possible_totals(voters, votes_each):
        raise ValueError("no schedule ends there")
    if voters == 0 or votes_each == 0:
        return []
    others = [voter for voter in range(1, voters) for _ in range(votes_each)]
    hide = voters * votes_each - total
    inside, after = others[:hide], others[hide:] + [0] * (votes_each - 1)
    return [0] + [voter for voter in inside for _ in range(2)] + [0] + [voter for voter in after for _ in range(2)]
