"""One thread surely gets through: the minimum is taken to be rounds.

Rejected by: test_final_counts_model
"""

def final_counts(threads, rounds):
    if threads < 1 or rounds < 0:
        raise ValueError("no program")
    if threads == 1 or rounds == 0:
        return {threads * rounds}
    return set(range(rounds, threads * rounds + 1))


def seats_left(seats, buyers):
    if seats < 0 or buyers < 0:
        raise ValueError("no box office")
    if seats == 0:
        return {0}
    return {seats - sold for sold in range(min(seats, buyers), buyers + 1)}


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
