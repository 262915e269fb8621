"""Looks at what a take that fails gives back, but never counts after an audit that went well.

Rejected by: test_async_bugs_are_caught
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


def check_threads(make: Callable[[int], Any], run: Callable[..., list[Any]]) -> None:
    # ---- run 1: one caller
    a, b, c = make(5), make(0), make(4)

    def plain():
        assert a.take(5) is True
        a.put_back(2)
        assert a.take(3) is False
        try:
            a.take(-1)
        except ValueError:
            return
        raise AssertionError("-1")

    def refused():
        for call, k in ((b.take, 0), (b.put_back, 0), (b.put_back, -3)):
            try:
                call(k)
            except ValueError:
                pass
            else:
                raise AssertionError(f"{k} accepted")
        assert b.left() == 0

    def defaults():
        assert c.take() is True
        assert c.left() == 3
        c.put_back()
        assert c.left() == 4

    run(plain, refused, defaults)

    # ---- run 2: takers of the last pieces; a take that is too big
    d = make(2)

    def big():
        return d.take(3)

    def small():
        return d.take(1)

    def small_then_left():
        seen = d.left()
        ok = d.take(1)
        assert seen in (1, 2)
        return ok, d.left()

    r = run(big, small, small_then_left)
    assert r[0] is False
    assert r[1] is True
    assert r[2][0] is True
    assert r[2][1] in (0, 1)

    # ---- run 3: one piece, two want it; nobody looks. Then: two bring, and whoever is last can take both
    e = make(1)
    g = make(0)

    def want():
        got = e.take(1)
        g.put_back(1)
        return got, g.take(2)

    r = run(want, want)
    assert sorted(x for x, _ in r) == [False, True], r
    assert sorted(y for _, y in r) == [False, True], r

    # ---- run 4: put_back against put_back and take, watched
    f = make(2)

    def add():
        f.put_back(4)
        return f.left()

    def sub():
        ok = f.take(2)
        return ok, f.left()

    def add_and_look():
        n = f.left()
        f.put_back(8)
        return n, f.left()

    x, (ok, y), (first, z) = run(add, sub, add_and_look)
    assert ok is True
    assert first in (0, 2, 4, 6)
    assert x in (4, 6, 12, 14)
    assert y in (0, 4, 8, 12)
    assert z in (8, 10, 12, 14)
    assert 12 in (x, y, z), "an update is lost"


async def check_async(make: Callable[[int, Callable[[int], Awaitable[None]]], Any]) -> None:
    seen: list[int] = []
    gates: dict[int, asyncio.Event] = {}
    fail: set[int] = set()
    finished: list[int] = []

    async def audit(k: int) -> None:
        seen.append(k)
        gate = gates.setdefault(len(seen), asyncio.Event())
        me = len(seen)
        await gate.wait()
        if me in fail:
            raise ConnectionError(f"audit {me}")
        finished.append(k)

    async def settle() -> None:
        for _ in range(6):
            await asyncio.sleep(0)

    shop = make(10, audit)
    tasks = []
    try:
        assert shop.left() == 10
        assert (await shop.take(11)) is False
        assert shop.left() == 10 and not seen
        for bad in (0, -1):
            try:
                await shop.take(bad)
            except ValueError:
                pass
            else:
                raise AssertionError("take accepts", bad)
            try:
                shop.put_back(bad)
            except ValueError:
                pass
            else:
                raise AssertionError("put_back accepts", bad)
        assert shop.left() == 10 and not seen
        t1 = asyncio.create_task(shop.take(6))
        tasks.append(t1)
        await settle()
        assert seen == [6] and shop.left() == 4 and not t1.done()
        t2 = asyncio.create_task(shop.take(5))
        tasks.append(t2)
        await settle()
        assert t2.done() and t2.result() is False and seen == [6]
        t3 = asyncio.create_task(shop.take(4))
        t4 = asyncio.create_task(shop.take())
        tasks += [t3, t4]
        await settle()
        assert seen == [6, 4] and shop.left() == 0
        assert t4.done() and t4.result() is False
        shop.put_back(3)
        assert shop.left() == 3
        t1.cancel()
        await settle()
        assert t1.cancelled()
        assert shop.left() == 9
        fail.add(2)
        gates[2].set()
        await settle()
        assert t3.done()
        assert isinstance(t3.exception(), ConnectionError) and "audit 2" in str(t3.exception())
        assert shop.left() == 13
        t5 = asyncio.create_task(shop.take())
        tasks.append(t5)
        await settle()
        assert shop.left() == 12 and seen == [6, 4, 1] and not t5.done()
        gates[3].set()
        await settle()
        assert t5.done() and t5.result() is True and finished == [1]
        shop.put_back()
    finally:
        for t in tasks:
            if not t.done():
                t.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
