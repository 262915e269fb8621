"""One conductor hears through a channel how calls end, and keeps both deadlines itself. Without a delay it calls all at once."""

import math
from collections.abc import Awaitable, Callable, Sequence

import trio


async def first_responder(
    crews: Sequence[Callable[[], Awaitable[str]]], *, delay: float, limit: float
) -> str:
    if len(crews) == 0:
        raise ValueError("no crews")
    if delay < 0:
        raise ValueError("negative delay")
    if limit <= 0:
        raise ValueError("no time at all")
    send, receive = trio.open_memory_channel(math.inf)

    async def call(number):
        try:
            what = ("answer", await crews[number]())
        except OSError as error:
            what = ("error", error)
        send.send_nowait((number, *what))

    end = trio.current_time() + limit
    errors = [None] * len(crews)
    called = 0
    answer = late = None
    async with trio.open_nursery() as nursery:
        next_call = trio.current_time()
        while None in errors:
            if called < len(crews) and trio.current_time() >= next_call:
                nursery.start_soon(call, called)
                called += 1
                next_call += delay
            until = min(end, next_call if called < len(crews) else math.inf)
            with trio.move_on_at(until) as scope:
                number, kind, what = await receive.receive()
                if kind == "answer":
                    answer = (what,)
                    break
                errors[number] = what
                if number == called - 1:
                    next_call = trio.current_time()
                continue
            assert scope.cancelled_caught
            if trio.current_time() >= end:
                late = True
                break
        nursery.cancel_scope.cancel()
    if answer:
        return answer[0]
    if late:
        raise trio.TooSlowError("nobody came")
    raise ExceptionGroup("all failed", errors)
