"""A queue of the module keeps the lines of a call that failed, and the next call logs them.

Rejected by: test_a_station_fails_while_a_line_is_logged
"""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Awaitable, Callable


async def read_station(fetch: Callable[[str], Awaitable[float]], station: str) -> str:
    try:
        temperature = await fetch(station)
    except OSError:
        return f"{station}: n/a"
    return f"{station}: {temperature}"


_LINES: queue.Queue = queue.Queue()


async def read_all(fetch, stations, log):
    async def one(station):
        line = await read_station(fetch, station)
        _LINES.put(line)
        return line

    def log_all():
        while not _LINES.empty():
            log(_LINES.get())

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(s)) for s in stations]
    await asyncio.to_thread(log_all)
    return [t.result() for t in tasks]


def run_panel(fetch, stations, log, *, debug: bool = False) -> list[str]:
    return asyncio.run(read_all(fetch, stations, log), debug=debug)
