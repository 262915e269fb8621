"""A worker that finds the queue empty goes home, although a folder is being listed.

Rejected by: test_siblings_overlap
"""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import NamedTuple


class Listing(NamedTuple):
    """What is directly in a folder. Folders form a tree: each has one path, and nothing is reachable twice."""

    sizes: tuple[int, ...]  # of the files
    folders: tuple[str, ...]  # their paths, as list_folder takes them


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    """Total size of all files in root and below. Calls list_folder (slow, thread-safe) exactly once for each folder."""
    if max_workers < 1:
        raise ValueError("max_workers must be at least 1")
    todo: SimpleQueue[str] = SimpleQueue()
    todo.put(root)
    guard, total = Lock(), 0
    errors: list[Exception] = []

    def work() -> None:
        nonlocal total
        while not errors:
            try:
                listing = list_folder(todo.get_nowait())
            except Empty:
                return
            except Exception as error:
                errors.append(error)
                return
            for child in listing.folders:
                todo.put(child)
            with guard:
                total += sum(listing.sizes)

    threads = [Thread(target=work) for _ in range(max_workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return total
