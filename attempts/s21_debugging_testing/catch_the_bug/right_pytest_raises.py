"""Says with pytest.raises what has to be refused: its failure is no AssertionError. Its audit waits for Events."""
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest


def check_threads(make: Callable[[int], Any], run: Callable[..., list[Any]]) -> None:
    first, second, third = make(2), make(0), make(4)

    def rules_of_take() -> None:
        assert first.take(3) is False, "more than there is"
        assert first.left() == 2
        assert first.take() is True
        assert first.left() == 1

    def rules_of_put_back() -> None:
        assert second.take() is False
        second.put_back()
        second.put_back(3)
        assert second.left() == 4

    def refusals() -> None:
        for method in (third.take, third.put_back):
            for k in (0, -1):
                with pytest.raises(ValueError):
                    method(k)

    run(rules_of_take, rules_of_put_back, refusals)

    one, many, box, quiet = make(1), make(4), make(0), make(0)
    results = run(
        lambda: [one.take(), many.take(2), box.put_back(2), quiet.put_back(2)],
        lambda: [one.take(), many.take(2), box.put_back(4), quiet.put_back(1)],
        lambda: [many.put_back(3), one.left(), box.left(), third.left()],
    )
    got = [result[0] for result in results[:2]]
    assert got.count(True) == 1 and got.count(False) == 1, got
    assert results[0][1] is True and results[1][1] is True
    assert results[2][1] in (0, 1) and results[2][2] in (0, 2, 4, 6)
    assert results[2][3] == 4

    tight = make(2)
    (greedy, after), modest, looks = run(
        lambda: (tight.take(3), tight.left()),
        lambda: tight.take(2),
        lambda: [tight.left(), tight.left(), tight.left()],
    )
    assert greedy is False
    assert modest is True, "a take that failed must not have hidden the pieces"
    assert after in (0, 2)
    assert all(look in (0, 2) for look in looks)
    assert looks == sorted(looks, reverse=True)

    end = run(
        lambda: [one.left(), many.take(3), many.left()],
        lambda: [box.take(6), box.left(), quiet.take(3), quiet.left()],
        lambda: [tight.left(), tight.take(), third.take(4), third.left()],
    )
    assert end == [[0, True, 0], [True, 0, True, 0], [0, False, True, 0]]


class Audits:
    def __init__(self) -> None:
        self.calls: list[int] = []
        self.gates: list[asyncio.Event] = []
        self.errors: dict[int, BaseException] = {}

    async def __call__(self, k: int) -> None:
        number = len(self.calls)
        self.calls.append(k)
        self.gates.append(asyncio.Event())
        await self.gates[number].wait()
        if number in self.errors:
            raise self.errors[number]


async def check_async(make: Callable[[int, Callable[[int], Awaitable[None]]], Any]) -> None:
    audits = Audits()
    stock = make(6, audits)
    with pytest.raises(ValueError):
        await stock.take(0)
    with pytest.raises(ValueError):
        await stock.take(-1)
    with pytest.raises(ValueError):
        stock.put_back(0)
    with pytest.raises(ValueError):
        stock.put_back(-2)
    assert await stock.take(7) is False
    assert audits.calls == []
    assert stock.left() == 6

    tasks = []
    left = 6
    for k in (1, 2, 3):
        tasks.append(asyncio.create_task(stock.take(k)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        left -= k
        assert stock.left() == left
    assert audits.calls == [1, 2, 3]
    assert await stock.take() is False
    stock.put_back(10)
    assert stock.left() == 10

    audits.errors[1] = OSError("the auditor is ill")
    audits.gates[1].set()
    with pytest.raises(OSError, match="ill"):
        await tasks[1]
    assert stock.left() == 12
    tasks[2].cancel()
    with pytest.raises(asyncio.CancelledError):
        await tasks[2]
    assert stock.left() == 15
    assert not tasks[0].done()
    audits.gates[0].set()
    assert await tasks[0] is True
    assert stock.left() == 15
    assert audits.calls == [1, 2, 3]
    rest = asyncio.create_task(stock.take(15))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert stock.left() == 0
    audits.gates[3].set()
    assert await rest is True
    assert stock.left() == 0
    stock.put_back()
    assert stock.left() == 1
