"""Write a bridge to asyncio: an event loop in a thread of its own that ordinary threads can use.

A desktop program made of ordinary threads has to use a library that only speaks asyncio. Its threads run coroutines,
wait with a time-out and iterate over async generators; and when the window closes nobody is left waiting.
"""

from __future__ import annotations

import concurrent.futures
from collections.abc import AsyncGenerator, Coroutine, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """`with LoopThread() as bridge: bridge.run(coro())`. All methods may be called from several threads at once.

    Where a method refuses a coroutine with RuntimeError it closes it, so that there is no warning that it "was never
    awaited". No coroutine raises SystemExit or KeyboardInterrupt, for which asyncio would leave the loop.
    """

    def __init__(self) -> None:
        """No thread, no loop yet."""
        raise NotImplementedError  # TODO

    def start(self) -> None:
        """Start the loop in a thread that is no daemon; return when the loop is running.

        RuntimeError if it was started or stopped before.
        """
        raise NotImplementedError  # TODO

    def submit(self, coro: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Let the loop run coro, and do not wait for it. From any thread, also from the loop's own.

        Cancelling the future cancels the coroutine. RuntimeError if not started, or stopped.
        """
        raise NotImplementedError  # TODO

    def run(self, coro: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Let the loop run coro, wait for it, and return its result or raise its exception.

        TimeoutError after `timeout` seconds: coro has been cancelled by then, or will be at once. A TimeoutError that
        coro raises itself arrives like any other exception. RuntimeError if not started, or stopped, or in the loop's
        own thread (it would wait for itself).
        """
        raise NotImplementedError  # TODO

    def iterate(self, source: AsyncGenerator[T, None]) -> Iterator[T]:
        """Iterate over source in an ordinary thread, while its code runs in the loop.

        An item is fetched only when it is asked for. What source raises arrives. If the iteration is left early (by
        break, close() or an exception), source is closed in the loop before it goes on.
        """
        raise NotImplementedError  # TODO

    def stop(self) -> None:
        """Cancel all tasks, wait until they have ended with all their clean-up, and end the thread.

        Tasks that are born in the clean-up are cancelled too. Async generators that are still open and the loop's
        default executor are closed, and then the loop. After that every future from submit() is done (it has a result
        or an exception, or is cancelled), so that nobody who waits in run() is left behind.

        Again, or from several threads at once: each call returns when all this is done. Not started: nothing is to be
        done, and start() is refused from then on. RuntimeError in the loop's own thread.
        """
        raise NotImplementedError  # TODO

    def __enter__(self) -> LoopThread:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()
