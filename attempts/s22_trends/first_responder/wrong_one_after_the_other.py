"""Gives a crew up when it calls the next one.

Rejected by: test_late_first_crew_may_still_win
"""

from collections.abc import Awaitable, Callable, Sequence

import trio


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
    if not crews or delay < 0 or limit <= 0:
        raise ValueError(f"{len(crews)} crews, delay {delay}, limit {limit}")
    errors: list[OSError] = []
    with trio.fail_after(limit):
        for crew in crews[:-1]:
            with trio.move_on_after(delay):
                try:
                    return await crew()
                except OSError as error:
                    errors.append(error)
        try:
            return await crews[-1]()
        except OSError as error:
            raise ExceptionGroup("no crew can come", [*errors, error]) from None
