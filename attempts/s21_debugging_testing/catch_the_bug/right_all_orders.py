"""Scenarios, and for each the results of all sequential orders, worked out with a model before the first run."""

import asyncio

SCENARIOS = [
    # pieces, then one list of calls for each thread
    (3, ["take 4", "take 3", "put_back 2", "left"], ["put_back 0", "take 0", "take -1", "put_back -1"]),
    (2, ["take 3", "put_back 2"], ["take 1", "take 1", "left"], ["put_back 2"]),
    (2, ["take 2", "left"], ["take 2", "put_back 4"], ["left"]),
    (0, ["put_back 1", "take 2"], ["put_back", "take 2"], ["take"]),
]


def model(pieces, call):
    name, _, k = call.partition(" ")
    if name == "left":
        return pieces, pieces
    k = int(k or 1)
    if k < 1:
        return pieces, ValueError
    if name == "put_back":
        return pieces + k, None
    return (pieces - k, True) if pieces >= k else (pieces, False)


def orders(pieces, scripts, came):
    if not any(scripts):
        return {came}
    found = set()
    for index, script in enumerate(scripts):
        if script:
            left, result = model(pieces, script[0])
            rest = [*scripts[:index], script[1:], *scripts[index + 1 :]]
            found |= orders(left, rest, (*came[:index], (*came[index], result), *came[index + 1 :]))
    return found


LEGAL = [orders(pieces, scripts, ((),) * len(scripts)) for pieces, *scripts in SCENARIOS]


def play(stock, script):
    came = []
    for call in script:
        name, _, k = call.partition(" ")
        try:
            came.append(getattr(stock, name)(*([int(k)] if k else [])))
        except ValueError:
            came.append(ValueError)
    return tuple(came)


def check_threads(make, run):
    for (pieces, *scripts), legal in zip(SCENARIOS, LEGAL):
        stock = make(pieces)
        came = tuple(run(*(lambda script=script: play(stock, script) for script in scripts)))
        assert came in legal, f"{pieces} pieces, {scripts}: {came}"


async def check_async(make):
    started, go, ends = asyncio.Queue(), asyncio.Event(), {}

    async def audit(k):
        started.put_nowait(k)
        await go.wait()
        if k in ends:
            raise ends[k]

    stock = make(10, audit)
    tasks = {k: asyncio.create_task(stock.take(k)) for k in (1, 2, 3, 4)}
    assert sorted([await started.get() for _ in tasks]) == [1, 2, 3, 4]
    stock.put_back(2)  # meanwhile
    assert stock.left() == 2
    tasks[4].cancel()
    await asyncio.wait([tasks[4]])
    assert tasks[4].cancelled() and stock.left() == 6
    assert await stock.take(7) is False
    assert not any(tasks[k].done() for k in (1, 2, 3))
    ends[3] = RuntimeError("no")
    go.set()
    await asyncio.wait(tasks.values())
    assert tasks[1].result() and tasks[2].result() and tasks[3].exception() is ends[3]
    assert stock.left() == 9 and started.empty()
    for bad in (0, -3):
        try:
            await stock.take(bad)
        except ValueError:
            pass
        else:
            raise AssertionError("accepted")
        try:
            stock.put_back(bad)
        except ValueError:
            pass
        else:
            raise AssertionError("accepted")
    assert started.empty()
    stock.put_back(3)
    assert await stock.take(12) is True
    assert stock.left() == 0
