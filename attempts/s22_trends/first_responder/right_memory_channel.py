"""The crews' tasks report to a channel; who called them reads it and decides."""

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
    send, receive = trio.open_memory_channel[tuple[int, str | OSError]](len(crews))
    over = False

    async def ring(number: int) -> None:
        nonlocal over
        if over:
            return
        try:
            report: str | OSError = await crews[number]()
            over = True
        except OSError as error:
            report = error
        send.send_nowait((number, report))

    async def dispatch() -> str:
        errors: dict[int, OSError] = {}
        called = 0
        next_call = trio.current_time()
        async with trio.open_nursery() as nursery:
            while len(errors) < len(crews):
                if called < len(crews) and trio.current_time() >= next_call:
                    nursery.start_soon(ring, called)
                    called += 1
                    next_call = trio.current_time() + delay
                deadline = next_call if called < len(crews) else float("inf")
                with trio.move_on_at(deadline):
                    number, report = await receive.receive()
                    if isinstance(report, str):
                        nursery.cancel_scope.cancel()
                        answers.append(report)
                        break
                    errors[number] = report
                    if number == called - 1:
                        next_call = trio.current_time()
        if answers:
            return answers[0]
        raise ExceptionGroup("no crew can come", [errors[number] for number in sorted(errors)])

    answers: list[str] = []
    with trio.move_on_after(limit):
        return await dispatch()
    if answers:
        return answers[0]
    raise trio.TooSlowError
