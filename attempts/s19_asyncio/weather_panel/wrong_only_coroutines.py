"""Makes a task of what fetch gives back: that takes a coroutine, and not every awaitable is one.

Rejected by: test_fetch_gives_any_awaitable
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence


async def read_station(fetch: Callable[[str], Awaitable[float]], station: str) -> str:
    try:
        temperature = await asyncio.create_task(fetch(station))  # type: ignore[arg-type]
    except OSError:
        return f"{station}: n/a"
    return f"{station}: {temperature}"


async def read_all(
    fetch: Callable[[str], Awaitable[float]], stations: Sequence[str], log: Callable[[str], None]
) -> list[str]:
    async def read_and_log(station: str) -> str:
        line = await read_station(fetch, station)
        await asyncio.to_thread(log, line)
        return line

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(read_and_log(station)) for station in stations]
    return [task.result() for task in tasks]


def run_panel(
    fetch: Callable[[str], Awaitable[float]],
    stations: Sequence[str],
    log: Callable[[str], None],
    *,
    debug: bool = False,
) -> list[str]:
    return asyncio.run(read_all(fetch, stations, log), debug=debug)
