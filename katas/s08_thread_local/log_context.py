"""Repair the log tags: each line must carry the id of the request that its own thread works for.

A web shop serves each request in a thread of a pool, and writes the id of the request in front of each log line. Lines
carry the ids of other customers, and after a request that failed the thread goes on logging under the dead id.
"""

from collections.abc import Iterator
from contextlib import contextmanager

_current = {"id": "-"}  # TODO: whose is this?


@contextmanager
def request(request_id: str) -> Iterator[None]:
    """Inside the block the calling thread works for request_id.

    Afterwards, also when an exception leaves the block, it works for whatever it worked for before: blocks nest.
    No other thread notices anything. What the block raises leaves it unchanged.
    """
    _current["id"] = request_id
    yield  # TODO: what if the block raises? What if this block stands inside another one?
    _current["id"] = "-"


def tag(message: str) -> str:
    """f"[{id}] {message}", with the id of the calling thread's innermost request, or "-" outside any request.

    A new thread is outside any request, even if it was started inside one. Nothing is remembered for a thread that
    has finished.
    """
    return f"[{_current['id']}] {message}"  # TODO: which id is that of the calling thread?
