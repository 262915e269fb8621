"""Takes a RuntimeError for one of the pool: a folder that raises one is left out of the total.

Rejected by: test_error_arrives
"""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import NamedTuple


class Listing(NamedTuple):
    """What is directly in a folder. Folders form a tree: each has one path, and nothing is reachable twice."""

    sizes: tuple[int, ...]  # of the files
    folders: tuple[str, ...]  # their paths, as list_folder takes them


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    """Total size of all files in root and below. Calls list_folder (slow, thread-safe) exactly once for each folder."""
    pool = ThreadPoolExecutor(max_workers)
    try:
        total = 0
        pending = {pool.submit(list_folder, root)}
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                try:
                    listing = future.result()
                except RuntimeError:
                    continue
                total += sum(listing.sizes)
                pending |= {pool.submit(list_folder, child) for child in listing.folders}
        return total
    finally:
        pool.shutdown(cancel_futures=True)
