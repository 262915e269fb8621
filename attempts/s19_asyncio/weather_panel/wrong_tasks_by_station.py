"""Wrong: the tasks are kept in a dict by station. Of a station that is listed twice one line is logged, and not returned.

Rejected by: test_log_is_complete
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence


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
        tasks = {station: group.create_task(one(station)) for station in stations}
    return [tasks[station].result() for station in stations]


def run_panel(fetch, stations, log, *, debug: bool = False) -> list[str]:
    return asyncio.run(read_all(fetch, stations, log), debug=debug)
