"""Compares names with `is`: right for literals, which Python shares, and wrong for names read from a file.

Rejected by: test_names_are_whole_and_equal
"""

import itertools as it


def final_counts(threads, rounds):
    if threads < 1 or rounds < 0:
        raise ValueError("no")
    if threads == 1:
        return {rounds}
    return set(range(min(rounds, 2), threads * rounds + 1))


def seats_left(seats, buyers):
    if seats < 0 or buyers < 0:
        raise ValueError("no")
    if not seats:
        return {0}
    return {seats - sold for sold in range(min(seats, buyers), buyers + 1)}


def can_deadlock(pairs):
    for n in range(1, len(pairs) + 1):
        for ring in it.permutations(pairs, n):
            if all(a[1] is b[0] for a, b in zip(ring, ring[1:] + ring[:1])):
                return True
    return False
