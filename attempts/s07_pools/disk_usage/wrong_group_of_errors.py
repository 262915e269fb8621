"""When two listings fail an ExceptionGroup comes out, which no except clause for the drive's errors catches.

Rejected by: test_two_errors
"""

from collections.abc import Callable
from threading import Condition, Thread
from typing import NamedTuple


class Listing(NamedTuple):
    sizes: tuple[int, ...]
    folders: tuple[str, ...]


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    """Each worker goes down the first child itself and leaves the others on a stack; totals are per worker."""
    if max_workers < 1:
        raise ValueError("max_workers < 1")
    cond = Condition()
    stack = [root]
    busy = 0
    errors: list[BaseException] = []
    sums: list[int] = []

    def worker() -> None:
        nonlocal busy
        mine = 0
        while True:
            with cond:
                cond.wait_for(lambda: stack or not busy or errors)
                if errors or not stack:
                    break
                path = stack.pop()
                busy += 1
            try:
                while not errors:
                    listing = list_folder(path)
                    mine += sum(listing.sizes)
                    if not listing.folders:
                        break
                    path, *others = listing.folders
                    if others:
                        with cond:
                            stack.extend(others)
                            cond.notify(len(others))
            except BaseException as error:
                with cond:
                    errors.append(error)
            with cond:
                busy -= 1
                cond.notify_all()
        with cond:
            sums.append(mine)

    team = [Thread(target=worker, name=f"lister-{n}") for n in range(max_workers)]
    for t in team:
        t.start()
    for t in team:
        t.join()
    if len(errors) > 1:
        raise ExceptionGroup("several folders", errors)
    if errors:
        raise errors[0]
    return sum(sums)
