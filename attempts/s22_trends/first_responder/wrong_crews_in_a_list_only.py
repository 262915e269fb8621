"""Copies the crews with a method that only a list has, so that a tuple is refused.

Rejected by: test_only_one_crew
"""

from collections.abc import Awaitable, Callable, Sequence

import trio


async def first_responder(crews: Sequence[Callable[[], Awaitable[str]]], *, delay: float, limit: float) -> str:
    crews = crews.copy()
    if len(crews) == 0 or delay < 0 or limit <= 0:
        raise ValueError("no crews, or a bad time")
    answers: list[str] = []
    errors: dict[int, OSError] = {}

    async def call(number: int) -> None:
        await trio.lowlevel.checkpoint_if_cancelled()
        if answers:
            return
        failed = trio.Event()
        nursery.start_soon(call_next, number + 1, failed)
        try:
            answer = await crews[number]()
        except OSError as error:
            errors[number] = error
            failed.set()
            return
        if not answers and not clock.cancel_called:
            answers.append(answer)
            nursery.cancel_scope.cancel()

    async def call_next(number: int, failed: trio.Event) -> None:
        if number == len(crews):
            return
        with trio.move_on_after(delay):
            await failed.wait()
        await call(number)

    with trio.move_on_after(limit) as clock:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(call, 0)
    if answers:
        return answers[0]
    await trio.lowlevel.checkpoint_if_cancelled()
    if clock.cancel_called:
        raise trio.TooSlowError
    raise ExceptionGroup("all crews failed", [errors[number] for number in range(len(crews))])
