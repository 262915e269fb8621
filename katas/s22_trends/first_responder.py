"""Call one crew after the other, take the first answer, and call off all the rest before you return.

An emergency desk does not wait for ever for one crew: after a while, or when the crew says no, it calls the
next one too. Whoever answers first drives; the phones of the others must stop ringing. (Browsers connect to
web servers like that. It is called "happy eyeballs".) With Trio's structured concurrency it is twenty lines.
"""

from collections.abc import Awaitable, Callable, Sequence


async def first_responder(
    crews: Sequence[Callable[[], Awaitable[str]]], *, delay: float, limit: float
) -> str:
    """Call the crews in order and return the first answer. For Trio; delay and limit are seconds.

    The first crew is called now. Each next one is called `delay` seconds after the one before was called, or
    at once when that one has failed (raised OSError), whichever comes first.

    - First answer: no further crew is called. The running ones are cancelled and have ended, their clean-up
      too, before this returns. An answer that came before the limit counts, however long that takes.
    - All crews failed: ExceptionGroup of their errors, in the order of the crews.
    - No answer within `limit` seconds: trio.TooSlowError, after all have been cancelled and have ended.
    - Any other exception of a crew: the others are cancelled, and it is raised, bare or in an ExceptionGroup.
    - Cancellation from outside cancels all.

    ValueError if there are no crews, delay < 0 or limit <= 0.
    """
    raise NotImplementedError  # TODO
