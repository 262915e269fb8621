"""The error is kept in the module: it stops every call that runs, and a call that begins forgets it.

Rejected by: test_error_of_another_call
"""

import threading
from collections.abc import Callable
from typing import NamedTuple


class Listing(NamedTuple):
    """What is directly in a folder. Folders form a tree: each has one path, and nothing is reachable twice."""

    sizes: tuple[int, ...]  # of the files
    folders: tuple[str, ...]  # their paths, as list_folder takes them


error: BaseException | None = None


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    if max_workers < 1:
        raise ValueError("no workers")
    global error
    changed = threading.Condition()
    todo = [root]
    open_folders = 1
    total = 0
    error = None  # for now

    def crew() -> None:
        nonlocal open_folders, total
        global error
        while True:
            with changed:
                while not todo and open_folders and error is None:
                    changed.wait()
                if error is not None or not open_folders:
                    return
                path = todo.pop()
            try:
                listing = list_folder(path)
            except BaseException as problem:
                with changed:
                    if error is None:
                        error = problem
                    changed.notify_all()
                return
            with changed:
                total += sum(listing.sizes)
                todo.extend(listing.folders)
                open_folders += len(listing.folders) - 1
                changed.notify_all()

    threads = [threading.Thread(target=crew) for _ in range(max_workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if error is not None:
        raise error
    return total
