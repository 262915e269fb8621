"""Level by level with map of one pool."""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple


class Listing(NamedTuple):
    sizes: tuple[int, ...]
    folders: tuple[str, ...]


def disk_usage(root, list_folder, max_workers=4):
    with ThreadPoolExecutor(max_workers) as pool:
        total, level = 0, [root]
        while level:
            below = []
            for listing in pool.map(list_folder, level):
                total += sum(listing.sizes)
                below.extend(listing.folders)
            level = below
        return total
