"""fetch is called outside the try, and awaited inside."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence


async def read_station(fetch: Callable[[str], Awaitable[float]], station: str) -> str:
    reading = fetch(station)
    try:
        temperature = await reading
    except OSError:
        return f"{station}: n/a"
    return f"{station}: {temperature}"


def log_all(log, lines):
    for line in lines:
        log(line)


async def read_all(
    fetch: Callable[[str], Awaitable[float]], stations: Sequence[str], log: Callable[[str], None]
) -> list[str]:
    tasks = []
    async with asyncio.TaskGroup() as group:
        for station in stations:
            tasks.append(group.create_task(read_station(fetch, station)))
    lines = [t.result() for t in tasks]
    await asyncio.to_thread(log_all, log, lines)
    return lines


def run_panel(fetch, stations, log, *, debug: bool = False) -> list[str]:
    return asyncio.run(read_all(fetch, stations, log), debug=debug)
