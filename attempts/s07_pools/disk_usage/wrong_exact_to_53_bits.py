"""Adds up floats, exactly, but large totals do not fit in one.

Rejected by: test_single_folder
"""

import math
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import NamedTuple


class Listing(NamedTuple):
    """What is directly in a folder. Folders form a tree: each has one path, and nothing is reachable twice."""

    sizes: tuple[int, ...]  # of the files
    folders: tuple[str, ...]  # their paths, as list_folder takes them


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    total = 0
    with ThreadPoolExecutor(max_workers) as pool:
        running = {pool.submit(list_folder, root)}
        try:
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    listing = future.result()
                    total += int(math.fsum(listing.sizes))
                    running.update([pool.submit(list_folder, folder) for folder in listing.folders])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return total
