"""An audit that ends at once: nothing ever happens while it is under way.

Rejected by: test_async_bugs_are_caught
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
        lambda: (two.take(), two.take()),
        lambda: (two.left(), pair.put_back()),
    )
    assert big == (False, True)
    assert small == (True, True)
    assert 0 <= seen <= 2

    last, shelf = make(1), make(0)
    (won, _), (also, seen), _ = run(
        lambda: (last.take(), shelf.put_back(2)),
        lambda: (last.take(), shelf.left()),
        lambda: shelf.put_back(4),
    )
    assert won != also
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
        audits.append(k)
        if k == 2:
            raise ConnectionError

    stock = make(6, audit)
    assert await stock.take(7) is False
    assert (stock.left(), audits) == (6, [])
    assert await asyncio.gather(stock.take(3), stock.take(1), stock.take(4)) == [True, True, False]
    (told,) = await asyncio.gather(stock.take(2), return_exceptions=True)
    assert isinstance(told, ConnectionError)
    assert (stock.left(), audits) == (2, [3, 1, 2])
    assert _refused(stock.put_back, 0)
    assert isinstance(*await asyncio.gather(stock.take(0), return_exceptions=True), ValueError)
    stock.put_back(2)
    assert await stock.take(4) is True
    assert (stock.left(), audits) == (0, [3, 1, 2, 4])
