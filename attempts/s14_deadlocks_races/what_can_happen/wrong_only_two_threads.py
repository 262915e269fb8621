"""Looks for (a, b) together with (b, a) and misses the longer rings.

Rejected by: test_can_deadlock_model, test_can_deadlock_matches_the_scheduler
"""

def final_counts(threads, rounds):
    if threads < 1 or rounds < 0:
        raise ValueError("no program")
    if threads == 1 or rounds == 0:
        return {threads * rounds}
    return set(range(min(rounds, 2), threads * rounds + 1))


def seats_left(seats, buyers):
    if seats < 0 or buyers < 0:
        raise ValueError("no box office")
    if seats == 0:
        return {0}
    return {seats - sold for sold in range(min(seats, buyers), buyers + 1)}


def can_deadlock(pairs):
    return any((second, first) in pairs for first, second in pairs)
