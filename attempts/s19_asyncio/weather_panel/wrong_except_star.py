"""except* OSError also takes a group of such errors for a station that cannot be reached.

Rejected by: test_other_errors_of_a_station
"""

from __future__ import annotations

import asyncio


async def read_station(fetch, station):
    line = f"{station}: n/a"
    try:
        line = f"{station}: {await fetch(station)}"
    except* OSError:
        pass
    return line


async def read_all(fetch, stations, log) -> list[str]:
    async def one(station: str) -> str:
        line = await read_station(fetch, station)
        await asyncio.to_thread(log, line)
        return line

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(station)) for station in stations]
    return [task.result() for task in tasks]


def run_panel(fetch, stations, log, *, debug: bool = False) -> list[str]:
    return asyncio.run(read_all(fetch, stations, log), debug=debug)
