"""Takes the station's name from its line, up to the first colon: but a name may have one itself.

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


async def read_all(fetch, stations, log):
    places = {}
    for place, station in enumerate(stations):
        places.setdefault(station, []).append(place)
    lines = [""] * len(stations)

    async def one(station):
        line = await read_station(fetch, station)
        await asyncio.to_thread(log, line)
        lines[places[line.split(":")[0]].pop(0)] = line

    async with asyncio.TaskGroup() as group:
        for station in stations:
            group.create_task(one(station))
    return lines


def run_panel(fetch, stations, log, *, debug: bool = False) -> list[str]:
    return asyncio.run(read_all(fetch, stations, log), debug=debug)
