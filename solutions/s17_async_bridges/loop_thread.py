"""Write a bridge to asyncio: an event loop in a thread of its own that ordinary threads can use.

Only two functions may touch a loop from another thread: `call_soon_threadsafe`, and `run_coroutine_threadsafe`, which
is made of it. What is handed over lies in the loop's queue in order. So "is it open?" and "hand it over" are one step
under a lock, and stop() takes the same lock to close the door and to queue the end behind all that came before. Then
the thread runs its loop again, until the tasks have ended, and those too that they have started in their clean-up.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import AsyncGenerator, Coroutine, Iterator
from threading import Event, Lock, Thread, current_thread
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """`with LoopThread() as bridge: bridge.run(coro())`. All methods may be called from several threads at once.

    Where a method refuses a coroutine with RuntimeError it closes it, so that there is no warning that it "was never
    awaited". No coroutine raises SystemExit or KeyboardInterrupt, for which asyncio would leave the loop.
    """

    def __init__(self) -> None:
        """No thread, no loop yet."""
        self._lock = Lock()  # guards the three that follow; held for moments only
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._is_open = False
        self._is_spent = False

    def start(self) -> None:
        """Start the loop in a thread that is no daemon; return when the loop is running.

        RuntimeError if it was started or stopped before.
        """
        is_running = Event()
        with self._lock:
            if self._is_spent:
                raise RuntimeError("it was started or stopped before")
            self._is_spent = self._is_open = True
            self._loop = asyncio.new_event_loop()
            self._loop.call_soon(is_running.set)
            self._thread = Thread(target=self._live, args=(self._loop,), name="event loop", daemon=False)
            self._thread.start()
        is_running.wait()

    def submit(self, coro: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Let the loop run coro, and do not wait for it. From any thread, also from the loop's own.

        Cancelling the future cancels the coroutine. RuntimeError if not started, or stopped.
        """
        with self._lock:  # looked at and handed over in one step: stop() cannot come between
            if self._is_open and self._loop is not None:
                return asyncio.run_coroutine_threadsafe(coro, self._loop)
        coro.close()
        raise RuntimeError("the loop is not running")

    def run(self, coro: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Let the loop run coro, wait for it, and return its result or raise its exception.

        TimeoutError after `timeout` seconds: coro has been cancelled by then, or will be at once. A TimeoutError that
        coro raises itself arrives like any other exception. RuntimeError if not started, or stopped, or in the loop's
        own thread (it would wait for itself).
        """
        if current_thread() is self._thread:
            coro.close()
            raise RuntimeError("run() in the loop's own thread would wait for itself")
        future = self.submit(coro)
        concurrent.futures.wait([future], timeout)
        if not future.done() and future.cancel():  # cancel() fails where the result has come in the meantime
            raise TimeoutError
        return future.result()

    def iterate(self, source: AsyncGenerator[T, None]) -> Iterator[T]:
        """Iterate over source in an ordinary thread, while its code runs in the loop.

        An item is fetched only when it is asked for. What source raises arrives. If the iteration is left early (by
        break, close() or an exception), source is closed in the loop before it goes on.
        """
        try:
            while True:
                is_item, item = self.run(_next_of(source))
                if not is_item:
                    return
                yield item
        finally:
            self._close(source)

    def stop(self) -> None:
        """Cancel all tasks, wait until they have ended with all their clean-up, and end the thread.

        Tasks that are born in the clean-up are cancelled too. Async generators that are still open and the loop's
        default executor are closed, and then the loop. After that every future from submit() is done (it has a result
        or an exception, or is cancelled), so that nobody who waits in run() is left behind.

        Again, or from several threads at once: each call returns when all this is done. Not started: nothing is to be
        done, and start() is refused from then on. RuntimeError in the loop's own thread.
        """
        if current_thread() is self._thread:
            raise RuntimeError("stop() in the loop's own thread would wait for itself")
        with self._lock:
            self._is_spent = True
            if self._is_open and self._loop is not None:
                self._is_open = False
                self._loop.call_soon_threadsafe(self._loop.stop)  # behind everything that was handed over
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> LoopThread:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def _live(self, loop: asyncio.AbstractEventLoop) -> None:
        """The life of the thread."""
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
            _end_all_tasks(loop)
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
            _end_all_tasks(loop)  # those that the generators have left
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    def _close(self, source: AsyncGenerator[Any, None]) -> None:
        try:
            future = self.submit(_close_it(source))
        except RuntimeError:
            return  # stopped: the loop has closed it
        if current_thread() is not self._thread:
            future.result()


async def _next_of(source: AsyncGenerator[T, None]) -> tuple[bool, Any]:
    """(True, item) or (False, None): StopAsyncIteration is for `async for`, and must not leave a coroutine."""
    try:
        return True, await anext(source)
    except StopAsyncIteration:
        return False, None


async def _close_it(source: AsyncGenerator[Any, None]) -> None:
    await source.aclose()


def _end_all_tasks(loop: asyncio.AbstractEventLoop) -> None:
    while tasks := asyncio.all_tasks(loop):  # again: the clean-up of a task may start others
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
