"""Cancels what is queued only for an OSError; after any other one all of it is listed nevertheless.

Rejected by: test_error_stops_the_walk
"""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import NamedTuple


class Listing(NamedTuple):
    """What is directly in a folder. Folders form a tree: each has one path, and nothing is reachable twice."""

    sizes: tuple[int, ...]
    folders: tuple[str, ...]


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    if max_workers < 1:
        raise ValueError("max_workers must be at least 1")
    total = 0
    pool = ThreadPoolExecutor(max_workers)
    try:
        pending = {pool.submit(list_folder, root)}
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                listing = future.result()
                total += sum(listing.sizes)
                pending |= {pool.submit(list_folder, folder) for folder in listing.folders}
        return total
    except OSError:
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    finally:
        pool.shutdown()
