"""Searches all states of the hall: right, and out of reach for forty voters.

Rejected by: test_big_hall
"""

class Ballot:
    total: int = 0

    def vote(self) -> None:
        seen = self.total
        self.total = seen + 1


def possible_totals(voters: int, votes_each: int) -> set[int]:
    if voters < 0 or votes_each < 0:
        raise ValueError("fewer than none")
    known = set()
    ends = set()

    def go(total: int, hall: tuple[tuple[int, int], ...]) -> None:
        hall = tuple(sorted(hall))
        if (total, hall) in known:
            return
        known.add((total, hall))
        if not any(left for left, _ in hall):
            ends.add(total)
        for i, (left, seen) in enumerate(hall):
            others = hall[:i] + hall[i + 1 :]
            if left and seen < 0:
                go(total, (*others, (left, total)))
            elif left:
                go(seen + 1, (*others, (left - 1, -1)))

    go(0, ((votes_each, -1),) * voters)
    return ends


def schedule_for(voters: int, votes_each: int, total: int) -> list[int]:
    if total not in possible_totals(voters, votes_each):
        raise ValueError("no schedule ends there")
    hide = voters * votes_each - total
    steps: list[int] = []
    if voters == 0 or votes_each == 0:
        return steps
    left = [votes_each] * voters
    if hide and votes_each == 1:
        inside = list(range(1, 1 + hide))
    else:
        inside = []
        for voter in range(1, voters):
            spare = votes_each - (voter == 1)
            inside += [voter] * min(spare, hide - len(inside))
    steps.append(0)
    left[0] -= 1
    for voter in inside:
        steps += [voter, voter]
        left[voter] -= 1
    steps.append(0)
    hide -= len(inside)
    for voter in range(2, voters):
        steps += [voter] * 2 * left[voter]
    if voters > 1 and left[1]:
        steps += [1] * 2 * (left[1] - 1)
        steps += [0] * 2 * (left[0] - hide)
        steps += [1] + [0] * 2 * hide + [1]
    else:
        steps += [0] * 2 * left[0]
    return steps
