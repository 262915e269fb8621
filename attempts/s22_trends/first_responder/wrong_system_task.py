"""Starts the crews outside of any nursery, so as to return early: they ring on.

Rejected by: test_losers_have_ended
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
    send, receive = trio.open_memory_channel[tuple[int, str | Exception]](len(crews))
    scopes = [trio.CancelScope() for _ in crews]
    failed = [trio.Event() for _ in crews]
    errors: dict[int, Exception] = {}

    async def ring(number: int) -> None:
        with scopes[number]:
            if number > 0:
                with trio.move_on_after(delay):
                    await failed[number - 1].wait()
            if number + 1 < len(crews):
                trio.lowlevel.spawn_system_task(ring, number + 1)
            try:
                send.send_nowait((number, await crews[number]()))
            except Exception as error:
                send.send_nowait((number, error))
                if isinstance(error, OSError):
                    failed[number].set()

    trio.lowlevel.spawn_system_task(ring, 0)
    try:
        with trio.fail_after(limit):
            while len(errors) < len(crews):
                number, result = await receive.receive()
                if isinstance(result, str):
                    return result
                if not isinstance(result, OSError):
                    raise result
                errors[number] = result
        raise ExceptionGroup("no crew can come", [errors[number] for number in range(len(crews))])
    finally:
        for scope in scopes:
            scope.cancel()
