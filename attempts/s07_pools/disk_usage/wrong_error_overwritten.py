"""A slow neighbour hands its folders to the pool that the error has shut down: its RuntimeError takes the error's place.

Rejected by: test_error_beside_a_deep_branch
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import NamedTuple


class Listing(NamedTuple):
    sizes: tuple[int, ...]
    folders: tuple[str, ...]


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    pool = ThreadPoolExecutor(max_workers)
    lock, done = Lock(), Event()
    total, pending = 0, 1
    error: Exception | None = None

    def visit(path: str) -> None:
        nonlocal total, pending, error
        try:
            listing = list_folder(path)
            with lock:
                total += sum(listing.sizes)
                pending += len(listing.folders)
            for folder in listing.folders:
                pool.submit(visit, folder)
        except Exception as e:
            error = e
            done.set()
            return
        with lock:
            pending -= 1
            if not pending:
                done.set()

    pool.submit(visit, root)
    done.wait()
    pool.shutdown(wait=True, cancel_futures=True)
    if error is not None:
        raise error
    return total
