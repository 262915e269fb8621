"""Build a scheduler and a blocking channel on bare greenlets, in one thread.

A parser, a filter and a writer of a log tool are each a plain loop, with plain (even recursive) function calls.
They hand their items to each other through channels, and wait for each other without threads and without `await`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Closed(Exception):
    """The channel is closed."""


class Deadlock(RuntimeError):
    """All functions that are left wait, so that none will ever go on."""

    waiting: list[int]
    """The positions of these functions in the call of run(), in ascending order."""


class Channel(Generic[T]):
    """Hands items from one greenlet to another. Any number of functions may send and receive.

    Who finds a partner waiting goes on at once, without a switch, and the partner becomes ready. Outside of the
    functions of a run(), send and receive raise RuntimeError.
    """

    def send(self, item: T) -> None:
        """Wait until a receiver takes the item. Raises Closed if the channel is closed, also while waiting."""
        # TODO: whom does a waiting function switch to, and who wakes it?
        raise NotImplementedError

    def receive(self) -> T:
        """Wait for an item. Items come in the order of the sends. Raises Closed as send does."""
        raise NotImplementedError

    def close(self) -> None:
        """All greenlets that wait at this channel get Closed there. A second call changes nothing."""
        raise NotImplementedError


def pause() -> None:
    """Let the other ready greenlets run. Raises RuntimeError outside of the functions of a run()."""
    raise NotImplementedError


def run(*functions: Callable[[], Any]) -> list[Any]:
    """Run each function in a greenlet of its own, in this thread, until all have ended; return their results in order.

    A function runs until it waits, pauses or ends. Ready ones run first in, first out; at the start in their order.

    - The first exception ends all others, and is raised: the very same object.
    - If all that are left wait: they are ended, and Deadlock is raised.

    Ending: GreenletExit is raised where the function waits (one that has not begun never begins), and its finally
    blocks, which do not wait, have run before run() is left. Raises RuntimeError if a function of a run() calls it.
    """
    raise NotImplementedError
