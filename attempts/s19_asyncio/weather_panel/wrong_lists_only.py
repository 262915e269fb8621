"""Copies the stations with copy(), which lists have and other sequences have not.

Rejected by: test_lines_in_order
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def read_station(fetch: Callable[[str], Awaitable[float]], station: str) -> str:
    try:
        temperature = await fetch(station)
    except OSError:
        return f"{station}: n/a"
    return f"{station}: {temperature}"


async def read_all(fetch, stations, log) -> list[str]:
    async def one(station: str) -> str:
        line = await read_station(fetch, station)
        await asyncio.to_thread(log, line)
        return line

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(station)) for station in stations.copy()]
    return [task.result() for task in tasks]


def run_panel(fetch, stations, log, *, debug: bool = False) -> list[str]:
    return asyncio.run(read_all(fetch, stations, log), debug=debug)
