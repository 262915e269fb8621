"""Say everything that can happen: for three small programs, the exact set of results over all schedules.

A box office counts visitors, sells seats and takes locks. Each program below went well in every demo. You are not
asked for the usual result, nor for what one lucky run shows, but for all that the scheduler is free to do.
"""

from collections.abc import Sequence

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
    raise NotImplementedError  # TODO


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
    raise NotImplementedError  # TODO


def can_deadlock(pairs: Sequence[tuple[str, str]]) -> bool:
    """Is there a schedule in which some thread waits for ever?

    There is one thread for each pair (first, second). It does this once:

        with locks[first]:
            with locks[second]:
                pass

    Equal names mean the same lock. Each lock is a threading.Lock: whoever takes it twice waits for itself.
    """
    raise NotImplementedError  # TODO
