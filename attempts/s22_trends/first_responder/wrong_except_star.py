"""except* takes a group with an OSError in it for an OSError: only OSError means that a crew cannot come.

Rejected by: test_bug_comes_out
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
    errors: dict[int, Exception] = {}
    failed = [trio.Event() for _ in crews]

    async def attempt(number: int) -> None:
        if number > 0:
            with trio.move_on_after(delay):
                await failed[number - 1].wait()
        if answers:
            return
        if number + 1 < len(crews):
            nursery.start_soon(attempt, number + 1)
        try:
            answer = await crews[number]()
            if not patience.cancel_called:
                answers.append(answer)
            nursery.cancel_scope.cancel()
        except* OSError as group:
            errors[number] = group.exceptions[0]
            failed[number].set()

    with trio.move_on_after(limit) as patience:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(attempt, 0)
    if answers:
        return answers[0]
    if patience.cancel_called:
        raise trio.TooSlowError(f"no answer within {limit} s")
    raise ExceptionGroup("no crew can come", [errors[number] for number in range(len(crews))])
