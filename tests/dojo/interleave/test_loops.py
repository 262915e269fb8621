"""Event loops in threads that are under control: virtual time, every order, deadlocks told at once."""

from __future__ import annotations

import asyncio
import sys
from threading import Event, Thread
from typing import Any

import pytest

from dojo.interleave import StuckError, explore, outcomes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the loop of Windows waits elsewhere")


def in_a_loop(coroutine: Any) -> Thread:
    thread = Thread(target=asyncio.run, args=(coroutine,))
    thread.start()
    return thread


def test_timers_cost_nothing() -> None:
    explore(lambda: in_a_loop(asyncio.sleep(1_000_000)).join())


def test_a_thread_and_a_loop_take_turns() -> None:
    def program() -> int:
        box = [0]

        async def add() -> None:
            seen = box[0]
            box[0] = seen + 1

        thread = in_a_loop(add())
        seen = box[0]
        box[0] = seen + 10
        thread.join()
        return box[0]

    assert outcomes(program, preemptions=2, schedules=300).values == {1, 10, 11}


def test_a_call_from_another_thread_wakes_the_loop() -> None:
    def program() -> None:
        ready, loops = Event(), []

        async def wait() -> None:
            rung = asyncio.Event()
            loops.append((asyncio.get_running_loop(), rung))
            ready.set()
            await rung.wait()

        thread = in_a_loop(wait())
        ready.wait()
        loop, rung = loops[0]
        loop.call_soon_threadsafe(rung.set)
        thread.join()

    explore(program, schedules=50)


def test_a_loop_that_waits_for_ever_is_told() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(StuckError):
        explore(lambda: in_a_loop(wait()).join())
