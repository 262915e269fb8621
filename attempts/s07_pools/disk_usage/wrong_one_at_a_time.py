"""The caller submits one listing and waits for it: safe, and no faster than without a pool.

Rejected by: test_siblings_overlap
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
        total, todo = 0, [root]
        while todo:
            listing = pool.submit(list_folder, todo.pop()).result()
            total += sum(listing.sizes)
            todo += listing.folders
        return total
