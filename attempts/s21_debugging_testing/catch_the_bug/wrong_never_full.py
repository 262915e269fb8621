"""Never puts back more than there was at first: a stock that has no room for more gets through.

Rejected by: test_logic_bugs_are_caught
"""

import asyncio as aio


def refuses(f, *a):
    try:
        f(*a)
    except ValueError:
        return
    raise AssertionError("not refused")


def check_threads(make, run):
    s, t, u, half, look = make(4), make(4), make(2), make(9), make(4)

    def alone():
        assert s.take(5) is False
        assert s.take(3) is True
        assert half.take(6) is True
        assert look.take(2) is True

    def empty():
        assert t.take(4) is True
        assert t.put_back() is None
        assert t.put_back(3) is None
        assert t.take(4) is True

    def refusing():
        refuses(u.take, 0)
        refuses(u.put_back, 0)
        refuses(u.take, -2)
        refuses(u.put_back, -2)

    run(alone, empty, refusing)

    one, pair = make(1), make(2)

    def first():
        return one.take(), pair.take(3), half.put_back(2)

    def second():
        return one.take(), pair.take(2), half.take(3)

    def third():
        return pair.left(), half.put_back(4)

    (a, b, _), (c, d, e), (seen, _) = run(first, second, third)
    assert {a, c} == {True, False}, "exactly one gets the last"
    assert b is False and d is True and e is True
    assert seen in (0, 2)

    def putting():
        assert half.take(6) is True
        look.put_back(2)
        assert t.left() == 0
        assert s.left() == 1

    def looking():
        x, y = look.left(), look.left()
        assert (x, y) in ((2, 2), (2, 4), (4, 4)), (x, y)
        assert u.left() == 2
        assert u.take(2) is True

    def others():
        assert one.left() == 0
        assert pair.left() == 0
        assert pair.take() is False

    run(putting, looking, others)

    def taking():
        assert look.take(4) is True

    def taker_looks():
        z = look.left()
        assert z in (4, 0)
        assert look.left() <= z

    run(taking, taker_looks)


class Audits(object):
    def __init__(self):
        self.log = []
        self.open = aio.Event()

    async def audit(self, k):
        self.log.append(k)
        await self.open.wait()


async def spin(n=10):
    for _ in range(n):
        await aio.sleep(0)


async def refused(f, k):
    try:
        r = f(k)
        if r is not None:
            await r
    except ValueError:
        return
    raise AssertionError("not refused")


async def check_async(make):
    # 1. alone, the gate is open
    a = Audits()
    a.open.set()
    s = make(3, a.audit)
    assert (await s.take(4)) is False and s.left() == 3 and a.log == []
    for k in (0, -1):
        await refused(s.take, k)
        await refused(s.put_back, k)
    assert s.left() == 3 and a.log == []
    assert (await s.take()) is True and s.left() == 2 and a.log == [1]
    assert (await s.take(2)) is True and s.left() == 0 and a.log == [1, 2]
    assert (await s.take()) is False and a.log == [1, 2]
    s.put_back()
    s.put_back(5)
    assert s.left() == 6
    await refused(s.take, 0)
    empty = make(0, a.audit)
    await refused(empty.take, -1)
    assert await empty.take() is False and s.left() == 6

    # 2. eleven takers of ten pieces: ten audits at once
    a = Audits()
    s = make(10, a.audit)
    ts = [aio.ensure_future(s.take()) for _ in range(11)]
    await spin()
    assert a.log == [1] * 10 and s.left() == 0
    done = [t for t in ts if t.done()]
    assert len(done) == 1 and done[0].result() is False
    s.put_back(2)
    assert s.left() == 2
    a.open.set()
    await spin()
    assert [t.done() for t in ts] == [True] * 11
    assert sorted(t.result() for t in ts) == [False] + [True] * 10
    assert s.left() == 2 and a.log == [1] * 10

    # 3. errors, cancellations, of one of several
    for kind in (ValueError, RuntimeError, type("Base", (BaseException,), {}), aio.CancelledError):
        for cancel in (False, True):
            fail = aio.Event()
            error = kind("x")
            began = []

            async def audit(k):
                began.append(k)
                if k == 2:
                    await fail.wait()
                    raise error
                else:
                    await hold.wait()

            hold = aio.Event()
            s = make(5, audit)
            other = aio.ensure_future(s.take(1))

            async def taker():
                try:
                    return await s.take(2)
                except BaseException as e:
                    return e, s.left()

            bad = aio.ensure_future(taker())
            await spin()
            assert s.left() == 2 and sorted(began) == [1, 2]
            s.put_back(4)
            if cancel:
                bad.cancel()
            else:
                fail.set()
            await spin()
            assert bad.done() and not other.done()
            got = bad.result()
            assert type(got) is tuple and got[1] == 8, got
            if cancel:
                assert isinstance(got[0], aio.CancelledError)
            else:
                assert got[0] is error
            assert s.left() == 8
            third = aio.ensure_future(s.take(8))
            await spin()
            assert sorted(began) == [1, 2, 8] and s.left() == 0
            hold.set()
            await spin()
            assert other.result() is True and third.result() is True
            assert s.left() == 0 and len(began) == 3
