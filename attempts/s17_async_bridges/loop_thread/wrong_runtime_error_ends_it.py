"""A RuntimeError of the source is taken for the end of the bridge, and ends the iteration without a word.

Rejected by: test_errors_of_the_source
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import AsyncGenerator, Coroutine, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


_DONE = object()


class LoopThread:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = "new"
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._stopped = threading.Event()

    def start(self) -> None:
        with self._lock:
            if self._state != "new":
                raise RuntimeError("LoopThread can only be started once")
            self._state = "running"
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._main, name="LoopThread", daemon=False)
            self._thread.start()
        self._ready.wait()

    def _main(self) -> None:
        loop = self._loop
        assert loop is not None
        asyncio.set_event_loop(loop)
        loop.call_soon(self._ready.set)
        try:
            loop.run_forever()
        finally:
            try:
                self._cleanup(loop)
            finally:
                asyncio.set_event_loop(None)
                loop.close()
                self._stopped.set()

    @staticmethod
    def _cleanup(loop: asyncio.AbstractEventLoop) -> None:
        def drain() -> None:
            while True:
                tasks = asyncio.all_tasks(loop)
                if not tasks:
                    return
                for task in tasks:
                    task.cancel()
                loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))

        # callbacks of run_coroutine_threadsafe that are still in the queue
        loop.run_until_complete(asyncio.sleep(0))
        drain()
        loop.run_until_complete(loop.shutdown_asyncgens())
        drain()
        loop.run_until_complete(loop.shutdown_default_executor())
        drain()
        loop.run_until_complete(asyncio.sleep(0))

    def _in_loop(self) -> bool:
        return self._thread is not None and threading.current_thread() is self._thread

    def submit(self, coro: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        with self._lock:
            if self._state == "running":
                assert self._loop is not None
                return asyncio.run_coroutine_threadsafe(coro, self._loop)
        coro.close()
        raise RuntimeError("LoopThread is not running")

    def run(self, coro: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        if self._in_loop():
            coro.close()
            raise RuntimeError("run() would wait for itself")
        future = self.submit(coro)
        try:
            return future.result(timeout)
        except concurrent.futures.TimeoutError:
            if future.done():
                return future.result()
            future.cancel()
            raise
        except BaseException:
            future.cancel()
            raise

    def iterate(self, source: AsyncGenerator[T, None]) -> Iterator[T]:
        async def fetch() -> Any:
            try:
                return await source.__anext__()
            except StopAsyncIteration:
                return _DONE

        async def close() -> None:
            await source.aclose()

        try:
            while True:
                try:
                    item = self.run(fetch())
                except RuntimeError:
                    if self._state == "running":
                        return
                    raise
                if item is _DONE:
                    return
                yield item
        finally:
            self.run(close())

    def stop(self) -> None:
        if self._in_loop():
            raise RuntimeError("stop() may not be called in the loop's thread")
        with self._lock:
            if self._state == "new":
                self._state = "stopped"
                return
            if self._state == "running":
                self._state = "stopped"
                assert self._loop is not None
                self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> LoopThread:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()
