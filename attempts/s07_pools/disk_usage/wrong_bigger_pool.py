"""More workers than were allowed; the cliff has only moved.

Rejected by: test_cap
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple


class Listing(NamedTuple):
    """What is directly in a folder. Folders form a tree: each has one path, and nothing is reachable twice."""

    sizes: tuple[int, ...]  # of the files
    folders: tuple[str, ...]  # their paths, as list_folder takes them


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    """Total size of all files in root and below. Calls list_folder (slow, thread-safe) exactly once for each folder."""
    if max_workers < 1:
        raise ValueError("max_workers must be at least 1")
    pool = ThreadPoolExecutor(max(64, max_workers))

    def size_of(path: str) -> int:
        listing = list_folder(path)
        below = [pool.submit(size_of, child) for child in listing.folders]
        return sum(listing.sizes) + sum(future.result() for future in below)

    try:
        return pool.submit(size_of, root).result()
    finally:
        pool.shutdown(cancel_futures=True)
