"""A worker goes down the first folder itself and looks for errors only at the end of its branch.

Rejected by: test_error_beside_a_deep_branch
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
                while True:
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
    if errors:
        raise errors[0]
    return sum(sums)
