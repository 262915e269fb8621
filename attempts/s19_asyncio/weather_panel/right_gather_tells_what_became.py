"""gather(return_exceptions=True) says what became of a station; wait() says who failed first, and nobody is left."""

import asyncio


async def read_station(fetch, station):
    try:
        answer = fetch(station)
    except OSError:
        return f"{station}: n/a"
    (outcome,) = await asyncio.gather(answer, return_exceptions=True)
    match outcome:
        case OSError():
            return f"{station}: n/a"
        case BaseException():
            raise outcome
    return f"{station}: {outcome}"


async def read_all(fetch, stations, log):
    writing = []

    async def report(station):
        line = await read_station(fetch, station)
        writing.append(asyncio.ensure_future(asyncio.to_thread(log, line)))
        await asyncio.shield(writing[-1])
        return line

    tasks = [asyncio.create_task(report(station)) for station in stations]
    try:
        if tasks:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in tasks:
                if task.done():
                    task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *writing, return_exceptions=True)
    return [task.result() for task in tasks]


def run_panel(fetch, stations, log, *, debug=False):
    return asyncio.run(read_all(fetch, stations, log), debug=debug)
