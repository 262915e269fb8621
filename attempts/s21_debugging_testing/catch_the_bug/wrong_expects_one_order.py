"""Expects that the first of two takers wins. Either may.

Rejected by: test_right_ones_pass
"""

import asyncio


def check_threads(make, run):
    three, one, empty = make(3), make(1), make(0)
    rules, refusals, edges = run(
        lambda: (three.take(4), three.take(3), three.put_back(2), three.left()),
        lambda: [_refused(call, k) for call in (one.take, one.put_back) for k in (0, -1)],
        lambda: (empty.take(), empty.put_back(), empty.take(), empty.left()),
    )
    assert rules == (False, True, None, 2)
    assert refusals == [True] * 4
    assert edges == (False, None, True, 0)

    two, pair = make(2), make(1)
    big, small, (seen, _) = run(
        lambda: (two.take(3), pair.take()),
        lambda: two.take(2),
        lambda: (two.left(), pair.put_back()),
    )
    assert big == (False, True)
    assert small is True
    assert seen in (0, 2)

    last, shelf = make(1), make(0)
    (won, _), (also, seen), _ = run(
        lambda: (last.take(), shelf.put_back(2)),
        lambda: (last.take(), shelf.left()),
        lambda: shelf.put_back(4),
    )
    assert won and not also
    assert seen in (0, 2, 4, 6)

    ((got, now),) = run(lambda: (shelf.take(6), (shelf.left(), pair.left(), last.left())))
    assert got is True
    assert now == (0, 1, 0)


def _refused(call, k):
    try:
        call(k)
    except ValueError:
        return True
    return False


async def check_async(make):
    audits = []

    async def audit(k):
        gate = asyncio.get_running_loop().create_future()
        audits.append((k, gate))
        await gate

    def sizes():
        return [k for k, _ in audits]

    async def begun(k):
        expected = [*sizes(), k]
        task = asyncio.create_task(stock.take(k))
        await asyncio.sleep(0)
        assert sizes() == expected
        assert not task.done()
        return task

    stock = make(9, audit)
    for k in (0, -1):
        try:
            taken = await stock.take(k)
        except ValueError:
            taken = None
        assert taken is None
        assert _refused(stock.put_back, k)
    assert await stock.take(10) is False
    assert (stock.left(), sizes()) == (9, [])

    good, failing, cancelled = await begun(4), await begun(3), await begun(2)  # all 9, while nobody's audit is over
    assert stock.left() == 0
    assert await stock.take() is False
    stock.put_back(5)
    assert stock.left() == 5

    audits[0][1].set_result(None)
    assert await good is True
    audits[1][1].set_exception(error := ConnectionError("the audit is down"))
    (told,) = await asyncio.gather(failing, return_exceptions=True)
    assert told is error
    assert stock.left() == 5 + 3
    cancelled.cancel()
    (told,) = await asyncio.gather(cancelled, return_exceptions=True)
    assert isinstance(told, asyncio.CancelledError)
    assert stock.left() == 5 + 3 + 2
    assert sizes() == [4, 3, 2]
