"""When no listing has come for a minute, what has been added up until then is returned as the total.

Rejected by: test_slow_drive
"""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import NamedTuple


class Listing(NamedTuple):
    sizes: tuple[int, ...]
    folders: tuple[str, ...]


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    if max_workers < 1:
        raise ValueError("max_workers must be at least 1")
    total = 0
    with ThreadPoolExecutor(max_workers) as pool:
        pending = {pool.submit(list_folder, root)}
        try:
            while pending:
                done, pending = wait(pending, timeout=60, return_when=FIRST_COMPLETED)
                if not done:
                    break
                for future in done:
                    listing = future.result()
                    total += sum(listing.sizes)
                    pending |= {pool.submit(list_folder, folder) for folder in listing.folders}
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return total
