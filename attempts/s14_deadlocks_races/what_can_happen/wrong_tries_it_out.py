"""Runs the program on real threads and returns what it saw: what is rare is not seen.

Rejected by: test_final_counts_small, test_final_counts_model
"""

from threading import Thread


def final_counts(threads, rounds):
    if threads < 1 or rounds < 0:
        raise ValueError("no program")
    found = set()
    for _ in range(20):
        visitors = 0

        def work():
            nonlocal visitors
            for _ in range(rounds):
                seen = visitors
                visitors = seen + 1

        workers = [Thread(target=work) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        found.add(visitors)
    return found


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
