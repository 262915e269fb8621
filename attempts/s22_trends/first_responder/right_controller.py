"""A loop calls the crews and waits for each; the task looks again whether an answer is there already."""

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
    answer: str | None = None
    errors: list[OSError | None] = [None] * len(crews)

    async def ring(number: int, over: trio.Event) -> None:
        nonlocal answer
        try:
            if answer is None:
                said = await crews[number]()
                if answer is None:
                    answer = said
                    everybody.cancel_scope.cancel()
        except OSError as error:
            errors[number] = error
            over.set()

    try:
        with trio.fail_after(limit):
            async with trio.open_nursery() as everybody:
                for number in range(len(crews)):
                    over = trio.Event()
                    everybody.start_soon(ring, number, over)
                    with trio.move_on_after(delay):
                        await over.wait()
    except trio.TooSlowError:
        if answer is None:
            raise
    if answer is not None:
        return answer
    raise ExceptionGroup("no crew can come", [error for error in errors if error])
