"""Make the weather panel ask all its stations at the same time, and keep its event loop free while it logs.

A panel asks many weather stations and logs each line through an old library that blocks. Somebody has made it
"asynchronous" by writing async in front of everything: it prints coroutine objects, asks one station after the other,
and freezes while it logs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence


async def read_station(fetch: Callable[[str], Awaitable[float]], station: str) -> str:
    """Return "STATION: TEMPERATURE", as in "Oslo: -3.5"; "STATION: n/a" if fetch raises OSError."""
    # TODO: what does fetch(station) give back?
    temperature = fetch(station)
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
    # TODO: who is asked when, and who waits for log?
    lines = []
    for station in stations:
        line = await read_station(fetch, station)
        log(line)
        lines.append(line)
    return lines


def run_panel(
    fetch: Callable[[str], Awaitable[float]],
    stations: Sequence[str],
    log: Callable[[str], None],
    *,
    debug: bool = False,
) -> list[str]:
    """Run read_all in a new event loop, in asyncio's debug mode if `debug`. An ordinary function.

    The loop is closed at the end, also after an error.
    """
    # TODO: what is to be run?
    return asyncio.run(debug=debug)  # type: ignore[call-arg]
