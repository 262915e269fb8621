"""Repair the log tags: each line must carry the id of the request that its own thread works for.

A lock would not help: two threads that take turns at one cell still overwrite it. Each thread needs a cell of its own,
and `threading.local()` is that: its attributes are different ones in each thread, and are gone when the thread is. An
attribute that was set when the module was imported exists in the importing thread only, so the default stands where the
cell is read. In a pool a thread outlives the request: what was there before is put back whatever happens.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local

_current = local()  # one cell for each thread; it has no `id` until the thread enters a request


@contextmanager
def request(request_id: str) -> Iterator[None]:
    """Inside the block the calling thread works for request_id.

    Afterwards, also when an exception leaves the block, it works for whatever it worked for before: blocks nest.
    No other thread notices anything. What the block raises leaves it unchanged.
    """
    before = getattr(_current, "id", "-")
    _current.id = request_id
    try:
        yield
    finally:  # after an exception too: the thread goes on to the next request
        _current.id = before  # not "-": this block may stand inside another one


def tag(message: str) -> str:
    """f"[{id}] {message}", with the id of the calling thread's innermost request, or "-" outside any request.

    A new thread is outside any request, even if it was started inside one. Nothing is remembered for a thread that
    has finished.
    """
    return f"[{getattr(_current, 'id', '-')}] {message}"
