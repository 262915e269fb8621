"""Searches small halls with a memo, and knows the rule that came out of it for the large ones."""

class Ballot:
    total: int = 0

    def vote(self) -> None:
        seen = self.total
        self.total = seen + 1


def search(voters: int, votes_each: int) -> set[int]:
    known = set()

    def go(total: int, hall: tuple[tuple[int, int | None], ...]) -> set[int]:
        if (total, hall) in known:
            return set()
        known.add((total, hall))
        if not any(left for left, _ in hall):
            return {total}
        ends = set()
        for i, (left, seen) in enumerate(hall):
            if left and seen is None:
                ends |= go(total, hall[:i] + ((left, total),) + hall[i + 1 :])
            elif left and seen is not None:
                ends |= go(seen + 1, hall[:i] + ((left - 1, None),) + hall[i + 1 :])
        return ends

    return go(0, ((votes_each, None),) * voters)


def possible_totals(voters: int, votes_each: int) -> set[int]:
    if min(voters, votes_each) < 0:
        raise ValueError("fewer than none")
    if voters * votes_each <= 4:
        return search(voters, votes_each)
    if voters == 1:
        return {votes_each}
    return set(range(1 if votes_each == 1 else 2, voters * votes_each + 1))


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
