"""Adds to the total before it takes the lock, and loses some of it.

Rejected by: test_sizes_summed_up_at_the_same_time
"""

import threading
from collections.abc import Callable
from typing import NamedTuple


class Listing(NamedTuple):
    """What is directly in a folder. Folders form a tree: each has one path, and nothing is reachable twice."""

    sizes: tuple[int, ...]
    folders: tuple[str, ...]


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    if max_workers < 1:
        raise ValueError(max_workers)
    changed = threading.Condition()
    todo = [root]
    total = 0
    unfinished = 1
    failure = None

    def work():
        nonlocal total, unfinished, failure
        while True:
            with changed:
                while not todo and unfinished and failure is None:
                    changed.wait()
                if not unfinished or failure is not None:
                    return
                folder = todo.pop()
            try:
                sizes, folders = list_folder(folder)
            except Exception as error:
                with changed:
                    failure = error if failure is None else failure
                    changed.notify_all()
                return
            before = total
            total = before + sum(sizes)
            with changed:
                todo.extend(folders)
                unfinished += len(folders) - 1
                changed.notify_all()

    threads = [threading.Thread(target=work) for _ in range(max_workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failure is not None:
        raise failure
    return total
