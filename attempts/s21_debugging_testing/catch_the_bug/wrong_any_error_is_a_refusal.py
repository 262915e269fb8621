"""Takes any error of a threaded stock for the ValueError with which it has to refuse k < 1.

Rejected by: test_logic_bugs_are_caught
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


def refused(call, k):
    try:
        call(k)
    except Exception:
        return True
    return False


def check_threads(make, run) -> None:
    # 1: one caller
    a, b, c = make(3), make(2), make(0)
    one, two, three = run(
        lambda: (a.take(2), a.take(2), a.left(), a.take()),
        lambda: (refused(b.take, 0), refused(b.put_back, 0), refused(b.take, -1), b.take(2)),
        lambda: (refused(c.put_back, -1), c.put_back(), c.put_back(2), c.take(3)),
    )
    assert one == (True, False, 1, True), one
    assert two == (True, True, True, True), two
    assert three[0] and three[3] is True, three
    # 2: who gets what
    last, shelf, few, big = make(1), make(0), make(2), make(1)
    (won, _, _, big_ok), (also, seen, small, seen_big), (_, between, seen_few, small_big) = run(
        lambda: (last.take(), shelf.put_back(2), few.take(2), big.take(3)),
        lambda: (last.take(), shelf.left(), few.left(), big.left()),
        lambda: (shelf.put_back(4), shelf.left(), few.left(), big.take(1)),
    )
    assert (won is True) != (also is True), (won, also)
    assert {won, also} == {True, False}
    assert seen in (0, 2, 4, 6), seen
    assert between in (4, 6), between
    assert {small, seen_few} <= {0, 2}, (small, seen_few)
    assert big_ok is False
    assert small_big is True, "the big one that fails hides the piece"
    assert seen_big in (0, 1), seen_big
    # 3: more pairs
    give, both, mix = make(2), make(4), make(1)
    (ok, first, too_big, _), (_, second, _, _), (third, peek, _) = run(
        lambda: (give.take(1), both.take(2), mix.take(5), mix.put_back(1)),
        lambda: (give.put_back(1), both.take(2), mix.put_back(2), give.left()),
        lambda: (both.take(2), both.left(), mix.left()),
    )
    assert ok is True
    assert sorted([first, second, third]) == [False, True, True]
    assert peek in ((0, 2) if third else (0,)), peek
    assert too_big is False
    # 4: what is there afterwards: taken first, looked at then
    ends = run(
        lambda: (shelf.take(6), shelf.left(), give.take(2), give.left()),
        lambda: (last.left(), few.left(), big.left(), mix.take(4)),
        lambda: (both.left(), a.left(), b.left(), c.left()),
    )
    assert ends == [(True, 0, True, 0), (0, 0, 0, True), (0, 0, 0, 0)], ends


class Audits:
    def __init__(self):
        self.calls = []

    async def __call__(self, k):
        future = asyncio.get_running_loop().create_future()
        self.calls.append((k, future))
        await future

    @property
    def sizes(self):
        return [k for k, _ in self.calls]


async def settle():
    for _ in range(30):
        await asyncio.sleep(0)


async def check_async(make) -> None:
    tasks = []

    def start(stock, *k):
        task = asyncio.get_running_loop().create_task(stock.take(*k))
        tasks.append(task)
        return task

    try:
        audit = Audits()
        stock = make(6, audit)
        assert stock.left() == 6
        # three audits under way at once
        first = start(stock, 2)
        await settle()
        assert audit.sizes == [2] and not first.done() and stock.left() == 4
        second = start(stock)
        await settle()
        assert audit.sizes == [2, 1] and not second.done() and stock.left() == 3
        third = start(stock, 3)
        await settle()
        assert audit.sizes == [2, 1, 3] and stock.left() == 0
        # nobody gets more, nobody waits
        fourth = start(stock, 1)
        await settle()
        assert fourth.done() and fourth.result() is False and stock.left() == 0
        for k in (0, -1):
            bad = start(stock, k)
            await settle()
            assert bad.done() and isinstance(bad.exception(), ValueError)
            try:
                stock.put_back(k)
            except ValueError:
                pass
            else:
                raise AssertionError("put_back")
        assert stock.left() == 0 and len(audit.calls) == 3
        # somebody puts back meanwhile
        stock.put_back()
        stock.put_back(4)
        assert stock.left() == 5
        error = RuntimeError("not today")
        audit.calls[1][1].set_exception(error)
        await settle()
        assert second.done() and second.exception() is error and stock.left() == 6
        third.cancel()
        await settle()
        assert third.cancelled() and stock.left() == 9
        assert not first.done()
        audit.calls[0][1].set_result(None)
        await settle()
        assert first.done() and first.result() is True and stock.left() == 9
        assert len(audit.calls) == 3
        # the stock goes on
        last = start(stock, 9)
        await settle()
        assert audit.sizes == [2, 1, 3, 9] and stock.left() == 0
        audit.calls[3][1].set_result(None)
        await settle()
        assert last.done() and last.result() is True and stock.left() == 0 and len(audit.calls) == 4
        other = Audits()
        another = make(1, other)
        empty = start(another, 2)
        await settle()
        assert empty.done() and empty.result() is False and another.left() == 1 and not other.calls
        assert stock.left() == 0
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
