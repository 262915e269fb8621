"""Workers only list. The caller's thread does all the waiting, and all the submitting.

A pool with four workers runs four tasks. When each of these waits for a task that is still in the queue, nobody is
left to take it: the pool waits for itself. More workers only move the cliff to a deeper folder. The rule that
helps: a task never blocks on a task of its own pool. So the recursion becomes a work list. `pending` holds what has
been submitted and not been looked at; each listing that arrives adds its size to the total and its folders to the
work. The depth of the tree costs no thread and no stack.

`wait(FIRST_COMPLETED)` hands out whatever is there first. So an error is noticed at once, however long its
neighbours take, and the total needs no lock, because only one thread adds to it.

The end of a `with` block would run everything that is queued, also after an error. `shutdown(cancel_futures=True)`
drops the queue; what is running cannot be cancelled, and is waited for. Without an error the queue is empty by
then.
"""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import NamedTuple


class Listing(NamedTuple):
    """What is directly in a folder. Folders form a tree: each has one path, and nothing is reachable twice."""

    sizes: tuple[int, ...]  # of the files
    folders: tuple[str, ...]  # their paths, as list_folder takes them


def disk_usage(root: str, list_folder: Callable[[str], Listing], max_workers: int = 4) -> int:
    """Total size of all files in root and below. Calls list_folder (slow, thread-safe) exactly once for each folder.

    At most max_workers calls of list_folder run at once, on at most max_workers threads beside the caller's. The
    folders of one listing overlap. Works for any depth (3000 levels) with any max_workers >= 1.

    If list_folder raises an Exception, disk_usage raises it too, and after it was raised at most max_workers further
    listings begin; those that are running are waited for. No thread outlives the call. ValueError if max_workers < 1,
    and nothing is listed. Several calls may run at once.
    """
    pool = ThreadPoolExecutor(max_workers)
    try:
        total = 0
        pending = {pool.submit(list_folder, root)}
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                listing = future.result()
                total += sum(listing.sizes)
                pending |= {pool.submit(list_folder, child) for child in listing.folders}
        return total
    finally:
        pool.shutdown(cancel_futures=True)  # the queue is dropped; what runs is waited for
