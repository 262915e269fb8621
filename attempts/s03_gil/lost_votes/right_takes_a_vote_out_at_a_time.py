"""Starts at the schedule for the smallest total and takes hidden votes out of their gaps."""

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
    possible = possible_totals(voters, votes_each)
    if total not in possible:
        raise ValueError("no schedule ends there")
    if len(possible) == 1:
        return [0] * (2 * total)
    first = [voter for voter in range(1, voters) for _ in range(votes_each)]
    second: list[int] = []
    between: list[int] = []
    if votes_each > 1:
        first.remove(1)
        second = [0] * (votes_each - 1)
    for _ in range(total - min(possible)):
        between.append((second or first).pop())
    steps = [0] + [voter for voter in first for _ in "rw"] + [0]
    steps += [voter for voter in between for _ in "rw"]
    if votes_each > 1:
        steps += [1] + [voter for voter in second for _ in "rw"] + [1]
    return steps
