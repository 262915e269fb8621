"""A temperature of 12.25 is shown as 12.2: it is not the one that fetch gave.

Rejected by: test_line_format
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence


async def read_station(fetch: Callable[[str], Awaitable[float]], station: str) -> str:
    try:
        temperature = await fetch(station)
    except OSError:
        return f"{station}: n/a"
    return f"{station}: {temperature:.1f}"


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
