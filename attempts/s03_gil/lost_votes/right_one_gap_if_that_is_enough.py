"""Hides votes inside one gap while that is enough, and opens a second gap for the rest."""

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
    last = voters - 1
    others = [voter for voter in range(last) for _ in range(votes_each)]
    hide = voters * votes_each - total
    if voters < 2 or votes_each == 0:
        return [0] * 2 * votes_each * voters
    if hide <= len(others):  # the gap is the first vote of the last voter
        gap = twice(others[:hide])
        return [last, *gap, last] + twice(others[hide:]) + [last] * 2 * (votes_each - 1)
    more = hide - len(others) + 1  # two gaps: voter 0 keeps one vote back, which swallows votes of the last voter
    return (
        [last, *twice(others[1:]), last]
        + [last] * 2 * (votes_each - 1 - more)
        + [0, *[last] * 2 * more, 0]
    )


def twice(votes: list[int]) -> list[int]:
    return [voter for voter in votes for _ in range(2)]
