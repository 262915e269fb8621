"""Takes any cycle of lines for a ring of arrows: three threads that keep one order are accused.

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
    group = {}

    def root(lock):
        while group.get(lock, lock) != lock:
            lock = group[lock]
        return lock

    arrows = set(pairs)
    for first, second in arrows:
        if root(first) == root(second) or (second, first) in arrows:
            return True
        group[root(first)] = root(second)
    return False
