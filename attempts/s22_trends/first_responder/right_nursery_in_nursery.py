"""Each crew has a nursery of its own, with the rest of the race in it."""

from collections.abc import Awaitable, Callable, Sequence

import trio


async def first_responder(
    crews: Sequence[Callable[[], Awaitable[str]]], *, delay: float, limit: float
) -> str:
    if not crews or not delay >= 0 or not limit > 0:
        raise ValueError
    outcome = {}
    errors: list[OSError | None] = [None] * len(crews)

    async def race(first, everything):
        if first == len(crews):
            return
        waiting = trio.CancelScope()  # for the delay alone, not for the crew

        async def ring():
            try:
                said = await crews[first]()
            except OSError as no:
                errors[first] = no
                waiting.cancel()
            else:
                outcome.setdefault("answer", said)
                everything.cancel()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(ring)
            with waiting:
                await trio.sleep(delay)
            if "answer" not in outcome and not everything.cancel_called:
                await race(first + 1, everything)

    class Everything:
        def __init__(self):
            self.scope = trio.CancelScope(deadline=trio.current_time() + limit)

        def cancel(self):
            self.scope.cancel()

        @property
        def cancel_called(self):
            return self.scope.cancel_called

    everything = Everything()
    with everything.scope:
        await race(0, everything)
    if "answer" in outcome:
        return outcome["answer"]
    if None in errors:
        raise trio.TooSlowError
    raise ExceptionGroup("no crew", errors)
