"""Every access is locked, so nothing is ever oversold: check and act are taken for one step.

Rejected by: test_seats_left, test_seats_left_with_real_threads
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
    return {max(seats - buyers, 0)}


def can_deadlock(pairs):
    arrows = {}
    for first, second in pairs:
        arrows.setdefault(first, set()).add(second)

    def reaches(start, goal, seen):
        return any(
            after == goal or (after not in seen and reaches(after, goal, seen | {after}))
            for after in arrows.get(start, ())
        )

    return any(reaches(lock, lock, frozenset()) for lock in arrows)
