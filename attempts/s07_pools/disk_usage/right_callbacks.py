"""Done-callbacks submit the folders below, and count what is open; the last one rings."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock
from typing import NamedTuple


class Listing(NamedTuple):
    """What is directly in a folder. Folders form a tree: each has one path, and nothing is reachable twice."""

    sizes: tuple[int, ...]  # of the files
    folders: tuple[str, ...]  # their paths, as list_folder takes them


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    """Total size of all files in root and below. Calls list_folder (slow, thread-safe) exactly once for each folder."""
    pool = ThreadPoolExecutor(max_workers)
    guard, over = Lock(), Event()
    open_folders, total = 1, 0
    errors: list[BaseException] = []

    def arrived(future: Future[Listing]) -> None:
        nonlocal open_folders, total
        if future.cancelled():
            return
        if (error := future.exception()) is not None:
            errors.append(error)
            over.set()
            pool.shutdown(wait=False, cancel_futures=True)
            return
        listing = future.result()
        with guard:
            open_folders += len(listing.folders) - 1
            total += sum(listing.sizes)
            if open_folders == 0:
                over.set()
        for child in listing.folders:
            if not over.is_set():
                submit(child)

    def submit(path: str) -> None:
        try:
            pool.submit(list_folder, path).add_done_callback(arrived)
        except RuntimeError:  # the pool has been shut down
            assert errors

    submit(root)
    over.wait()
    pool.shutdown(cancel_futures=True)
    if errors:
        raise errors[0]
    return total
