"""All orders of all steps, one after the other; and an order of the locks that every thread keeps, if there is one."""

from itertools import permutations


def orders(steps):
    """Every order in which threads with that many steps each can take turns."""
    if not any(steps):
        yield []
    for thread, left in enumerate(steps):
        if left:
            for rest in orders([*steps[:thread], left - 1, *steps[thread + 1 :]]):
                yield [thread, *rest]


def final_counts(threads, rounds):
    if threads < 1 or rounds < 0:
        raise ValueError("no program")
    found = set()
    for order in orders([2 * rounds] * threads):
        visitors, seen = 0, {}
        for thread in order:
            if thread in seen:
                visitors = seen.pop(thread) + 1
            else:
                seen[thread] = visitors
        found.add(visitors)
    return found


def seats_left(seats, buyers):
    if seats < 0 or buyers < 0:
        raise ValueError("no box office")
    found = set()
    for order in orders([2] * buyers):
        left, free = seats, {}
        for buyer in order:
            if buyer not in free:
                free[buyer] = left > 0
            elif free[buyer]:
                left -= 1
        found.add(left)
    return found


def can_deadlock(pairs):
    locks = sorted({lock for pair in pairs for lock in pair})
    return not any(
        all(order.index(first) < order.index(second) for first, second in pairs) for order in permutations(locks)
    )
