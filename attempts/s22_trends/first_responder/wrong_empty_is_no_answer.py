"""An answer is what is true: an empty text counts as none.

Rejected by: test_an_empty_answer_is_an_answer
"""

from collections.abc import Awaitable, Callable, Sequence

import trio


async def first_responder(
    crews: Sequence[Callable[[], Awaitable[str]]], *, delay: float, limit: float
) -> str:
    if not crews or delay < 0 or limit <= 0:
        raise ValueError(f"{len(crews)} crews, delay {delay}, limit {limit}")
    answers: list[str] = []
    errors: dict[int, OSError] = {}
    failed = [trio.Event() for _ in crews]

    async def attempt(number: int) -> None:
        if number > 0:
            with trio.move_on_after(delay):
                await failed[number - 1].wait()
        if answers and answers[0]:  # looked at here, in the task: it may have been on its way when the answer came
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
    if answers and answers[0]:
        return answers[0]
    if patience.cancel_called:
        raise trio.TooSlowError(f"no answer within {limit} s")
    raise ExceptionGroup("no crew can come", [errors[number] for number in range(len(crews))])
