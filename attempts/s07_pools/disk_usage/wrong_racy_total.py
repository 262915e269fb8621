"""The workers add to one total, and lose some of it.

Rejected by: test_any_schedule
"""

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
    guard, open_folders, total = Lock(), 1, 0
    errors: list[Exception] = []
    todo.put(root)

    def work() -> None:
        nonlocal open_folders, total
        while (path := todo.get()) is not None:
            found = Listing((), ())
            if not errors:
                try:
                    found = list_folder(path)
                except Exception as error:
                    errors.append(error)
            total += sum(found.sizes)
            for child in found.folders:
                todo.put(child)
            with guard:
                open_folders += len(found.folders) - 1
                finished = open_folders == 0
            if finished:
                for _ in range(max_workers):
                    todo.put(None)

    threads = [Thread(target=work) for _ in range(max_workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return total
