"""Shuffles the steps until the total comes out: for the smallest totals it never does.

Rejected by: test_big_schedule
"""

import random


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
    steps = [voter for voter in range(voters) for _ in range(2 * votes_each)]
    dice = random.Random(1)
    for _ in range(200):
        end, seen = 0, {}
        for voter in steps:
            if voter in seen:
                end = seen.pop(voter) + 1
            else:
                seen[voter] = end
        if end == total:
            return steps
        dice.shuffle(steps)
    raise ValueError("none found")
