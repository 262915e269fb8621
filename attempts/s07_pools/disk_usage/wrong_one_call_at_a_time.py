"""A lock of the module around the whole: a second call waits until the first one is ready.

Rejected by: test_two_drives_at_once
"""

from collections.abc import Callable
from threading import Condition, Lock, Thread
from typing import NamedTuple


_one_call = Lock()


class Listing(NamedTuple):
    """What is directly in a folder. Folders form a tree: each has one path, and nothing is reachable twice."""

    sizes: tuple[int, ...]  # of the files
    folders: tuple[str, ...]  # their paths, as list_folder takes them


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    """Total size of all files in root and below. Calls list_folder (slow, thread-safe) exactly once for each folder."""
    if max_workers < 1:
        raise ValueError("max_workers must be at least 1")
    todo, busy, total = [root], 0, 0
    errors: list[BaseException] = []
    changed = Condition()

    def work() -> None:
        nonlocal busy, total
        while True:
            with changed:
                changed.wait_for(lambda: todo or not busy or errors)
                if errors or not todo:
                    return
                path = todo.pop()
                busy += 1
            try:
                listing = list_folder(path)
            except BaseException as error:
                with changed:
                    errors.append(error)
                    changed.notify_all()
                return
            with changed:
                busy -= 1
                total += sum(listing.sizes)
                todo.extend(listing.folders)
                changed.notify_all()

    threads = [Thread(target=work) for _ in range(max_workers)]
    with _one_call:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]
    return total
