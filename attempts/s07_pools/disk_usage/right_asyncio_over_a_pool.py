"""Listings are asyncio futures of a pool; the event loop adds up whatever is there first."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple


class Listing(NamedTuple):
    """What is directly in a folder. Folders form a tree: each has one path, and nothing is reachable twice."""

    sizes: tuple[int, ...]  # of the files
    folders: tuple[str, ...]  # their paths, as list_folder takes them


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    if max_workers < 1:
        raise ValueError(max_workers)

    async def main() -> int:
        loop = asyncio.get_running_loop()
        total = 0
        pool = ThreadPoolExecutor(max_workers)
        try:
            pending = {loop.run_in_executor(pool, list_folder, root)}
            while pending:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for future in done:
                    listing = future.result()
                    total += sum(listing.sizes)
                    pending |= {loop.run_in_executor(pool, list_folder, path) for path in listing.folders}
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        return total

    return asyncio.run(main())
