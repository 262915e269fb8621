"""Level by level with map: an error waits until its slow elder neighbour is done, and all others are listed.

Rejected by: test_error_stops_the_walk
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
    with ThreadPoolExecutor(max_workers) as pool:
        total, level = 0, [root]
        while level:
            listings = list(pool.map(list_folder, level))
            total += sum(sum(listing.sizes) for listing in listings)
            level = [child for listing in listings for child in listing.folders]
        return total
