"""A thread for each folder, and permits for the listings: these are capped, the threads are not.

Rejected by: test_cap
"""

from collections.abc import Callable
from threading import Lock, Semaphore, Thread
from typing import NamedTuple


class Listing(NamedTuple):
    """What is directly in a folder. Folders form a tree: each has one path, and nothing is reachable twice."""

    sizes: tuple[int, ...]  # of the files
    folders: tuple[str, ...]  # their paths, as list_folder takes them


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    """Total size of all files in root and below. Calls list_folder (slow, thread-safe) exactly once for each folder."""
    if max_workers < 1:
        raise ValueError("max_workers must be at least 1")
    permits, guard = Semaphore(max_workers), Lock()
    sizes: list[int] = []
    errors: list[Exception] = []

    def walk(path: str) -> None:
        with permits:
            if errors:
                return
            try:
                listing = list_folder(path)
            except Exception as error:
                errors.append(error)
                return
        with guard:
            sizes.extend(listing.sizes)
        threads = [Thread(target=walk, args=(child,)) for child in listing.folders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    walk(root)
    if errors:
        raise errors[0]
    return sum(sizes)
