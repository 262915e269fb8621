"""Makes no two calls overlap: what is wrong for a single caller is all it can see.

Rejected by: test_races_are_caught, test_heisenbug_is_caught
"""

import asyncio


def check_threads(make, run):
    def alone():
        assert [stock.take(4), stock.take(3), stock.put_back(2), stock.left()] == [False, True, None, 2]

    def refusals():
        assert all(_refused(call, k) for call in (stock.take, stock.put_back) for k in (0, -1))

    def empty():
        assert [stock.take(), stock.put_back(), stock.take(), stock.left()] == [False, None, True, 0]

    stock = make(3)
    run(alone)
    run(refusals)
    stock = make(0)
    run(empty)


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

    stock = make(6, audit)
    for k in (0, -1):
        try:
            taken = await stock.take(k)
        except ValueError:
            taken = None
        assert taken is None
        assert _refused(stock.put_back, k)
    assert await stock.take(7) is False
    assert (stock.left(), sizes()) == (6, [])

    good, failing, cancelled = await begun(3), await begun(2), await begun(1)  # all 6, while nobody's audit is over
    assert stock.left() == 0
    assert await stock.take() is False

    audits[0][1].set_result(None)
    assert await good is True
    audits[1][1].set_exception(error := ConnectionError("the audit is down"))
    (told,) = await asyncio.gather(failing, return_exceptions=True)
    assert told is error
    assert stock.left() == 2
    cancelled.cancel()
    (told,) = await asyncio.gather(cancelled, return_exceptions=True)
    assert isinstance(told, asyncio.CancelledError)
    assert stock.left() == 3

    stock.put_back(2)
    assert stock.left() == 5
    assert sizes() == [3, 2, 1]
