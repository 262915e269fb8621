"""A crew that shields itself answers when the limit is over, and its answer is returned.

Rejected by: test_too_late
"""

import trio


async def first_responder(crews, *, delay, limit):
    crews = list(crews)
    if not crews or delay < 0 or limit <= 0:
        raise ValueError("crews, delay or limit")
    answers = []
    errors = {}
    late = False

    async def call(number, failed):
        try:
            answer = await crews[number]()
        except OSError as error:
            errors[number] = error
            failed.set()
        else:
            answers.append(answer)
            nursery.cancel_scope.cancel()

    async def alarm():
        nonlocal late
        await trio.sleep(limit)
        late = True
        nursery.cancel_scope.cancel()

    async def caller(crew_nursery):
        for number in range(len(crews)):
            failed = trio.Event()
            crew_nursery.start_soon(call, number, failed)
            if number + 1 < len(crews):
                with trio.move_on_after(delay):
                    await failed.wait()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(alarm)
        async with trio.open_nursery() as crew_nursery:
            crew_nursery.start_soon(caller, crew_nursery)
        nursery.cancel_scope.cancel()
    if answers:
        return answers[0]
    if late:
        raise trio.TooSlowError
    raise ExceptionGroup("all failed", [errors[number] for number in sorted(errors)])
