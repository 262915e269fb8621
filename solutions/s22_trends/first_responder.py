"""The nursery's end is the join, and its cancel scope is how to end it early.

One task for each crew. Task i waits until crew i-1 has failed, but `delay` seconds at most; then it sends
task i+1 to wait in the same way, and calls its own crew. Nobody keeps a list of who is running: no task can
outlive the `async with`, whichever way it is left: "have ended before this returns" needs no line of its own.

`limit` is a scope around the nursery, and what it means is decided afterwards: an answer that came in time
counts, also when somebody's clean-up went on past the limit. `trio.fail_after` would not ask.

Only OSError is caught, because only OSError means "this crew has failed". What else comes out of a crew comes
out of the nursery, and on its way cancels the others.

In asyncio, `TaskGroup` is the nursery and `asyncio.timeout` the limit. A TaskGroup has no cancel scope that
would end it early: one keeps the tasks in a list to cancel them, or raises an exception of one's own.
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
    failed = [trio.Event() for _ in crews]

    async def attempt(number: int) -> None:
        if number > 0:
            with trio.move_on_after(delay):
                await failed[number - 1].wait()
        if answers:  # looked at here, in the task: it may have been on its way when the answer came
            return
        if number + 1 < len(crews):
            nursery.start_soon(attempt, number + 1)
        try:
            answer = await crews[number]()
        except OSError as error:
            errors[number] = error
            failed[number].set()
        else:
            if not patience.cancel_called:  # a crew that shields itself may answer after the limit
                answers.append(answer)
            nursery.cancel_scope.cancel()

    with trio.move_on_after(limit) as patience:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(attempt, 0)
    if answers:
        return answers[0]
    if patience.cancel_called:
        raise trio.TooSlowError(f"no answer within {limit} s")
    raise ExceptionGroup("no crew can come", [errors[number] for number in range(len(crews))])
