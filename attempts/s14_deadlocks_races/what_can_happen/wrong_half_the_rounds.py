"""Every second round is lost at worst: right for up to three rounds, and at four it is 2, not 3.

Rejected by: test_final_counts_model
"""

from collections import defaultdict
from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

# Your answers hold for any number of threads, buyers and pairs. The tests ask for small ones (at most 5 threads with
# 6 rounds in all or 2 with 8, 4 buyers, 4 pairs): a search through all orders is an answer, an argument is a shorter
# one.


def final_counts(threads: int, rounds: int) -> set[int]:
    """All values that visitors can have when every thread has ended.

    visitors is 0 at first. Each of `threads` threads does this `rounds` times, with no lock:

        seen = visitors        # one indivisible step
        visitors = seen + 1    # one indivisible step

    Steps of different threads come in any order. ValueError if threads < 1 or rounds < 0.
    """
    if threads < 1 or rounds < 0:
        raise ValueError(f"{threads} threads with {rounds} rounds each are no program")
    if threads == 1 or rounds == 0:
        return {threads * rounds}  # there is nobody to interfere
    return set(range(min(rounds, rounds // 2 + 1), threads * rounds + 1))


def seats_left(seats: int, buyers: int) -> set[int]:
    """All values that seats can have when every buyer has gone home; a negative one means oversold.

    Each buyer is a thread that does this once:

        with lock:
            free = seats > 0
        if free:
            with lock:
                seats -= 1

    ValueError if seats < 0 or buyers < 0.
    """
    if seats < 0 or buyers < 0:
        raise ValueError(f"{seats} seats and {buyers} buyers are no box office")
    if seats == 0:
        return {0}  # nobody ever sees a free one
    return {seats - sold for sold in range(min(seats, buyers), buyers + 1)}


def can_deadlock(pairs: Sequence[tuple[str, str]]) -> bool:
    """Is there a schedule in which some thread waits for ever?

    There is one thread for each pair (first, second). It does this once:

        with locks[first]:
            with locks[second]:
                pass

    Equal names mean the same lock. Each lock is a threading.Lock: whoever takes it twice waits for itself.
    """
    arrows: dict[str, set[str]] = defaultdict(set)
    for first, second in pairs:
        if first == second:
            return True  # alone, and without anybody's help
        arrows[first].add(second)
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError:
        return True
    return False
