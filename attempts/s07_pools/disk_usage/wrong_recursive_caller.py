"""The caller waits, as it should, but by recursion: its stack is as deep as the tree.

Rejected by: test_very_deep
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple


class Listing(NamedTuple):
    """What is directly in a folder. Folders form a tree: each has one path, and nothing is reachable twice."""

    sizes: tuple[int, ...]  # of the files
    folders: tuple[str, ...]  # their paths, as list_folder takes them


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    """Total size of all files in root and below. Calls list_folder (slow, thread-safe) exactly once for each folder."""
    pool = ThreadPoolExecutor(max_workers)

    def size_of(future: Future[Listing]) -> int:
        listing = future.result()
        below = [pool.submit(list_folder, child) for child in listing.folders]
        return sum(listing.sizes) + sum(map(size_of, below))

    try:
        return size_of(pool.submit(list_folder, root))
    finally:
        pool.shutdown(cancel_futures=True)
