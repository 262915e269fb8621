"""Calls fetch before the try: what an ordinary function raises at once, with nothing to await yet, ends everything.

Rejected by: test_fetch_raises_at_once
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence


async def read_station(fetch: Callable[[str], Awaitable[float]], station: str) -> str:
    """Return "STATION: TEMPERATURE", as in "Oslo: -3.5"; "STATION: n/a" if fetch raises OSError."""
    reading = fetch(station)
    try:
        temperature = await reading
    except OSError:
        return f"{station}: n/a"
    return f"{station}: {temperature}"


async def read_all(
    fetch: Callable[[str], Awaitable[float]], stations: Sequence[str], log: Callable[[str], None]
) -> list[str]:
    """Ask all stations at the same time; return their lines in the order of `stations`.

    log(line) blocks. It is called once for each line, in any order, never in the event loop's thread, while the loop
    goes on; all its calls have ended when this returns.
    Any exception but OSError ends the whole call: it is raised, bare or in an ExceptionGroup, and no task is left
    running.
    """

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
    """Run read_all in a new event loop, in asyncio's debug mode if `debug`. An ordinary function."""
    return asyncio.run(read_all(fetch, stations, log), debug=debug)
