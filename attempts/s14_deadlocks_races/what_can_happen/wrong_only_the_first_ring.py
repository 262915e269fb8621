"""Follows one arrow from each lock: the last pair hides the others.

Rejected by: test_can_deadlock_model
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
    after = dict(pairs)
    for start in after:
        lock = start
        for _ in pairs:
            lock = after.get(lock)
            if lock == start:
                return True
    return False
