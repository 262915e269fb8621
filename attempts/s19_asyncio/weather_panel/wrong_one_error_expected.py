"""Unwraps the group if there is one error in it; if two stations fail together, it raises a RuntimeError.

Rejected by: test_other_errors_end_it
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


async def _read_all(fetch, stations, log) -> list[str]:
    async def one(station: str) -> str:
        line = await read_station(fetch, station)
        await asyncio.to_thread(log, line)
        return line

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(station)) for station in stations]
    return [task.result() for task in tasks]


async def read_all(fetch, stations, log):
    try:
        return await _read_all(fetch, stations, log)
    except ExceptionGroup as group:
        if len(group.exceptions) == 1:
            raise group.exceptions[0] from None
        raise RuntimeError("several errors") from group


def run_panel(fetch, stations, log, *, debug: bool = False) -> list[str]:
    return asyncio.run(read_all(fetch, stations, log), debug=debug)
