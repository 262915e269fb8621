"""Calls the crew in a task of its own and does not look again there: an answer may have come meanwhile.

Rejected by: test_answers_at_once
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
    answers: list[str] = []
    errors: dict[int, OSError] = {}

    async def ring(number: int, failed: trio.Event) -> None:
        try:
            answer = await crews[number]()
        except OSError as error:
            errors[number] = error
            failed.set()
        else:
            answers.append(answer)
            nursery.cancel_scope.cancel()

    with trio.move_on_after(limit) as patience:
        async with trio.open_nursery() as nursery:
            for number in range(len(crews)):
                if answers:
                    break
                failed = trio.Event()
                nursery.start_soon(ring, number, failed)
                if delay > 0:
                    with trio.move_on_after(delay):
                        await failed.wait()
    if answers:
        return answers[0]
    if patience.cancel_called:
        raise trio.TooSlowError(f"no answer within {limit} s")
    raise ExceptionGroup("no crew can come", [errors[number] for number in range(len(crews))])
