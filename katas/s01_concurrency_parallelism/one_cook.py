"""Write the cook who has many pots on the stove and two hands: one thread that never stands and waits.

Two recipes that simmer for two hours each take four hours one after the other. Together they take two,
without a second cook: while one pot simmers she goes on with another. The clock is a number; nobody waits.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

# `yield n` in a recipe means: this needs n ticks on the stove, do something else meanwhile. The work between
# two yields takes no time. What a recipe returns is the name of the dish.
Recipe = Generator[int, None, str]


@dataclass(frozen=True)
class Shift:
    """What came of it."""

    dishes: tuple[str, ...]  # in the order of the recipes
    ready_at: tuple[int, ...]  # the tick at which each recipe returned, in the order of the recipes
    clock: int  # the tick at which the last recipe returned; 0 if there is none


# For both functions: everything runs in the caller's thread, and nothing sleeps. A wait of 10**15 ticks costs
# no more than one of 1. A recipe may have thousands of steps, and may itself have other recipes cooked.
#
# TypeError if a recipe yields something that is not an int, ValueError if it yields a negative int. On these,
# and on any error that a recipe raises (KeyboardInterrupt and SystemExit too), all recipes are closed with
# .close(), those that never began too. Then that error leaves, whatever the closing of a recipe may raise.


def cook_one_by_one(recipes: Sequence[Recipe]) -> Shift:
    """Finish each recipe before starting the next. While it waits, the clock moves on and nothing happens."""
    raise NotImplementedError  # TODO


def cook_together(recipes: Sequence[Recipe]) -> Shift:
    """Start all recipes at tick 0, and always continue the one whose wait ends first.

    Of several whose wait ends at the same tick, the one that yielded first; at tick 0 they begin in the order
    of the sequence. So `yield 0` lets every recipe that is ready at this tick go first.
    """
    raise NotImplementedError  # TODO
