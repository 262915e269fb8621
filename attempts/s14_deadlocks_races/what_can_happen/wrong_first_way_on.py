"""From each pair it follows only the first arrow that leads on: the ring lies beside that way.

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
    onward = {}
    for first, second in pairs:
        onward.setdefault(first, second)
    for first, second in pairs:
        lock = second
        for _ in pairs:
            if lock == first:
                return True
            lock = onward.get(lock)
    return False
