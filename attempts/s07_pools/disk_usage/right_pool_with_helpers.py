"""multiprocessing's ThreadPool: max_workers threads list; its three helper threads only pass on tasks and results."""

from collections.abc import Callable
from multiprocessing.pool import ThreadPool
from queue import Queue
from typing import NamedTuple


class Listing(NamedTuple):
    """What is directly in a folder. Folders form a tree: each has one path, and nothing is reachable twice."""

    sizes: tuple[int, ...]  # of the files
    folders: tuple[str, ...]  # their paths, as list_folder takes them


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    """Total size of all files in root and below. Calls list_folder (slow, thread-safe) exactly once for each folder."""
    if max_workers < 1:
        raise ValueError("max_workers must be at least 1")
    came: Queue[Listing | BaseException] = Queue()
    waiting, running, total = [root], 0, 0
    failed: BaseException | None = None
    with ThreadPool(max_workers) as pool:
        while running or (waiting and failed is None):
            while waiting and running < max_workers and failed is None:
                pool.apply_async(list_folder, (waiting.pop(),), callback=came.put, error_callback=came.put)
                running += 1
            outcome = came.get()
            running -= 1
            if isinstance(outcome, BaseException):
                failed = failed or outcome
            else:
                total += sum(outcome.sizes)
                waiting.extend(outcome.folders)
        pool.close()
        pool.join()
    if failed is not None:
        raise failed
    return total
