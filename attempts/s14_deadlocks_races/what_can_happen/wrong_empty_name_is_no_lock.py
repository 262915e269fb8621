"""Leaves out pairs with an empty name, as if there were no such lock.

Rejected by: test_can_deadlock_model
"""

def final_counts(threads, rounds):
    if threads < 1 or rounds < 0:
        raise ValueError("threads or rounds")
    if rounds == 0:
        return {0}
    if threads == 1:
        return {rounds}
    return set(range(min(2, rounds), threads * rounds + 1))

def seats_left(seats, buyers):
    if seats < 0 or buyers < 0:
        raise ValueError("seats or buyers")
    if seats == 0:
        return {0}
    least = min(seats, buyers)
    return {seats - n for n in range(least, buyers + 1)}

def can_deadlock(pairs):
    pairs = [(a, b) for a, b in pairs if a and b]
    if any(a == b for a, b in pairs):
        return True
    # threads with distinct first locks that form a cycle
    after = {}
    for a, b in pairs:
        after.setdefault(a, set()).add(b)
    def reaches(start, here, seen):
        for n in after.get(here, ()):
            if n == start:
                return True
            if n not in seen:
                seen.add(n)
                if reaches(start, n, seen):
                    return True
        return False
    return any(reaches(a, a, set()) for a in after)
