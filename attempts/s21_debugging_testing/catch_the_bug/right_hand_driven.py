"""The coroutines of take are driven by hand: send, throw, close; the audit yields itself. No task at all."""

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



class Audit:
    """Awaitable itself, in a class: no coroutine."""

    def __init__(self, k):
        self.k = k

    def __await__(self):
        word = yield
        assert word is None
        return None


def begin(coro):
    """(True, value) if it ended at once, (False, coro) if it waits."""
    try:
        coro.send(None)
    except StopIteration as stop:
        return True, stop.value
    return False, coro


def end(coro, error=None):
    try:
        if error is None:
            coro.send(None)
        else:
            coro.throw(error)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("take waits for something else than one audit")


def ends_with(coro, error):
    try:
        coro.throw(error)
    except BaseException as e:
        assert e is error, e
    else:
        raise AssertionError("error lost")


async def check_async(make):
    seen = []

    def audit(k):
        seen.append(k)
        return Audit(k)

    s = make(10, audit)
    assert begin(s.take(11)) == (True, False)
    for k in (0, -2):
        for f in (s.take, s.put_back):
            try:
                r = f(k)
                if r is not None:
                    begin(r)
            except ValueError:
                continue
            raise AssertionError("k < 1")
    assert not seen and s.left() == 10
    waiting = []
    for k in (4, 3, 2):
        done, c = begin(s.take(k))
        assert not done, "did not wait for the audit"
        waiting.append(c)
    done, last = begin(s.take())
    assert not done
    assert seen == [4, 3, 2, 1] and s.left() == 0
    assert begin(s.take()) == (True, False)
    assert end(waiting[1]) is True
    assert s.left() == 0
    s.put_back(5)
    assert s.left() == 5
    ends_with(waiting[0], KeyError("x"))
    assert s.left() == 9
    ends_with(waiting[2], asyncio.CancelledError())
    assert s.left() == 11
    assert end(last) is True
    assert s.left() == 11
    s.put_back()
    assert s.left() == 12
    assert seen == [4, 3, 2, 1]
