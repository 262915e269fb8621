"""The caller lists as well, beside max_workers - 1 threads; a pill for each of them ends the queue."""

from collections.abc import Callable
from queue import SimpleQueue
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
    todo: SimpleQueue[str | None] = SimpleQueue()
    guard = Lock()
    open_folders, total = 1, 0
    errors: list[Exception] = []

    def work() -> None:
        nonlocal open_folders, total
        while (path := todo.get()) is not None and not errors:
            try:
                listing = list_folder(path)
            except Exception as error:
                errors.append(error)
                break
            with guard:
                total += sum(listing.sizes)
                open_folders += len(listing.folders) - 1
                if open_folders == 0:
                    break
            for child in listing.folders:
                todo.put(child)
        for _ in range(max_workers):  # whoever leaves sends the others home
            todo.put(None)

    todo.put(root)
    others = [Thread(target=work) for _ in range(max_workers - 1)]
    for thread in others:
        thread.start()
    work()
    for thread in others:
        thread.join()
    if errors:
        raise errors[0]
    return total
