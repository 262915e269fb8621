"""Three arguments about sets of runs. No run that you watch can make them for you.

The counter. A thread that is held up between its read and its write wipes out, with that write, all that was counted
meanwhile. Let A read 0 and sleep, the others do all their rounds but B's last one; A writes 1; B reads that 1 and
sleeps while A does the rest; B writes 2. Nobody can get lower: the last write of all is one more than what its thread
had read, and if that thread had a round before, it had itself made the counter at least 1. With one round each the
last one may have read 0, and 1 is possible. Everything in between is reached by hiding fewer rounds in the gaps.

The seats. No step touches `seats` without the lock, so there is no data race, and there is a race condition all the
same: "is there one?" and "take it" are two blocks, and between them the answer grows old. If there is a seat at all,
all buyers may look before any of them buys. At the other end they come one after another and nothing is oversold.

The locks. Draw an arrow first -> second for each thread: who holds the one may wait for the other. Threads that wait
for each other for ever are a ring of arrows, and a ring of arrows can be made to wait: let each thread of it take its
first lock. An arrow from a lock to itself is the shortest ring. Where there is no ring, the arrows give an order of
the locks that all threads keep: this is what "lock ordering" means.
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
    return set(range(min(rounds, 2), threads * rounds + 1))


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
