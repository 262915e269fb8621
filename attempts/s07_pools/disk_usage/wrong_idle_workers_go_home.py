"""A worker that found nothing to do for a second goes home: after a slow listing one worker is left.

Rejected by: test_slow_drive
"""

from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from typing import NamedTuple


class Listing(NamedTuple):
    sizes: tuple[int, ...]
    folders: tuple[str, ...]


class _Walk:
    def __init__(self, root: str, list_folder: Callable[[str], Listing]) -> None:
        self.todo = deque([root])
        self.open = 1  # folders queued or being listed
        self.total = 0
        self.error: BaseException | None = None
        self.cond = Condition()
        self.list_folder = list_folder

    def work(self) -> None:
        while True:
            with self.cond:
                while not self.todo and self.open and self.error is None:
                    if not self.cond.wait(1.0):
                        return
                if self.error is not None or not self.open:
                    return
                path = self.todo.popleft()
            try:
                listing = self.list_folder(path)
            except BaseException as error:
                with self.cond:
                    if self.error is None:
                        self.error = error
                    self.cond.notify_all()
                return
            with self.cond:
                self.total += sum(listing.sizes)
                self.todo.extend(listing.folders)
                self.open += len(listing.folders) - 1
                self.cond.notify_all()


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    if max_workers < 1:
        raise ValueError(max_workers)
    walk = _Walk(root, list_folder)
    threads = [Thread(target=walk.work) for _ in range(max_workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if walk.error is not None:
        raise walk.error
    return walk.total
