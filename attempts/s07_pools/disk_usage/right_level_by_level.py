"""Level by level: each level is submitted at once, and waited for up to the first error."""

from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import NamedTuple


class Listing(NamedTuple):
    """What is directly in a folder. Folders form a tree: each has one path, and nothing is reachable twice."""

    sizes: tuple[int, ...]  # of the files
    folders: tuple[str, ...]  # their paths, as list_folder takes them


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    """Total size of all files in root and below. Calls list_folder (slow, thread-safe) exactly once for each folder."""
    pool = ThreadPoolExecutor(max_workers)
    try:
        total, level = 0, [root]
        while level:
            futures = [pool.submit(list_folder, path) for path in level]
            wait(futures, return_when=FIRST_EXCEPTION)
            for future in futures:
                if future.done():
                    future.result()  # an error leaves here
            listings = [future.result() for future in futures]
            total += sum(sum(listing.sizes) for listing in listings)
            level = [child for listing in listings for child in listing.folders]
        return total
    finally:
        pool.shutdown(cancel_futures=True)
