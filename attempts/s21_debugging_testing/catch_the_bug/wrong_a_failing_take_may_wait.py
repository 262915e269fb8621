"""A take that fails is looked at when all audits are over: a stock that lets it wait for them is not accused.

Rejected by: test_async_bugs_are_caught
"""

import asyncio


def refused(call, *args):
    try:
        call(*args)
    except ValueError:
        return
    raise AssertionError(f"{call} accepted {args}")


def check_threads(make, run):
    s, u, t, t2 = make(2), make(1), make(3), make(1)

    def plain():
        assert s.take(3) is False
        assert s.take(2) is True
        assert s.take() is False
        assert s.left() == 0

    def back():
        u.put_back(2)
        assert u.take(3) is True
        u.put_back()
        assert u.take() is True

    def odd():
        refused(t.take, 0)
        refused(t.take, -1)
        refused(t.put_back, 0)
        refused(t.put_back, -1)

    run(plain, back, odd)
    a, b, c, d, e, k, k2, q = make(1), make(0), make(2), make(2), make(0), make(1), make(1), make(0)

    def f():
        r = [a.take()]
        b.put_back()
        r.append(c.take(3))
        k2.put_back()
        return r

    def g():
        r = [a.take()]
        b.put_back()
        r.append(c.take(1))
        r.append(k2.take())
        return r

    def h():
        assert t.left() == 3
        refused(t2.take, 0)
        assert t2.take() is True
        assert c.left() in (1, 2)

    x, y, _ = run(f, g, h)
    assert sorted([x[0], y[0]]) == [False, True]
    assert x[1] is False and y[1] is True and y[2] is True

    def f2():
        e.put_back(2)
        r = [k.take(), d.take(2), q.take(1)]
        return r

    def g2():
        r = [e.left()]
        k.put_back()
        r.append(d.left())
        q.put_back()
        return r

    x, y = run(f2, g2)
    assert y[0] in (0, 2) and y[1] in (0, 2)
    assert x[0] is True and x[1] is True
    qleft = 0 if x[2] else 1

    def end1():
        assert b.take(2) is True
        assert b.left() == 0
        assert k2.take() is True
        assert k2.left() == 0

    def end2():
        assert k.take() is True
        assert k.left() == 0
        assert e.take(2) is True
        assert e.left() == 0

    def end3():
        assert a.left() == 0
        assert d.left() == 0
        assert c.left() == 1
        assert q.left() == qleft

    run(end1, end2, end3)


async def turns(n=6):
    for _ in range(n):
        await asyncio.sleep(0)


class Oops(Exception):
    pass


class Audit:
    def __init__(self):
        self.calls = []
        self.gates = []

    async def __call__(self, k):
        gate = asyncio.get_running_loop().create_future()
        self.calls.append(k)
        self.gates.append(gate)
        await gate


async def arefused(coro):
    try:
        await coro
    except ValueError:
        return
    raise AssertionError("accepted")


async def check_async(make):
    calls = []

    async def calm(k):
        calls.append(k)

    s = make(2, calm)
    await arefused(s.take(0))
    await arefused(s.take(-1))
    refused(s.put_back, 0)
    refused(s.put_back, -1)
    assert s.left() == 2
    assert await s.take(3) is False
    assert calls == [] and s.left() == 2
    assert await s.take(2) is True
    assert calls == [2] and s.left() == 0
    assert await s.take() is False
    s.put_back(3)
    assert s.left() == 3
    assert await s.take() is True
    s.put_back()
    assert s.left() == 3 and calls == [2, 1]

    for how in "ok", "error", "cancel":
        audit = Audit()
        s = make(3, audit)
        tasks = [asyncio.create_task(s.take(2))]
        try:
            await turns()
            assert s.left() == 1 and audit.calls == [2] and not tasks[0].done()
            tasks.append(asyncio.create_task(s.take(2)))
            tasks.append(asyncio.create_task(s.take(1)))
            await turns()
            assert audit.calls == [2, 1] and s.left() == 0
            s.put_back(4)
            assert s.left() == 4
            oops = Oops()
            if how == "ok":
                audit.gates[0].set_result(None)
            elif how == "error":
                audit.gates[0].set_exception(oops)
            else:
                tasks[0].cancel()
            await turns()
            assert tasks[0].done()
            if how == "ok":
                assert tasks[0].result() is True and s.left() == 4
            elif how == "error":
                assert tasks[0].exception() is oops and s.left() == 6
            else:
                assert tasks[0].cancelled() and s.left() == 6
            assert not tasks[2].done()
            audit.gates[1].set_result(None)
            await turns()
            assert tasks[2].done() and tasks[2].result() is True
            assert s.left() == (4 if how == "ok" else 6)
            assert tasks[1].done() and tasks[1].result() is False
            assert audit.calls == [2, 1]
        finally:
            for t in tasks:
                t.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
