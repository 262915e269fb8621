"""Knows the loop's thread by its number, which a new thread gets when that one has ended.

Rejected by: test_only_while_it_runs
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading


class LoopThread:
    def __init__(self):
        self._lock = threading.Lock()
        self._state = "new"
        self._loop = None
        self._thread = None
        self._ident = None
        self._running = threading.Event()
        self._ended = threading.Event()

    def start(self):
        with self._lock:
            if self._state != "new":
                raise RuntimeError("started or stopped before")
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._work, daemon=False)
            self._thread.start()
            self._state = "open"
        self._running.wait()

    def _work(self):
        loop = self._loop
        self._ident = threading.get_ident()
        asyncio.set_event_loop(loop)
        loop.call_soon(self._running.set)
        try:
            while True:
                try:
                    loop.run_forever()
                except (SystemExit, KeyboardInterrupt):
                    continue
                if self._state == "closed":
                    break
            while True:
                tasks = asyncio.all_tasks(loop)
                if not tasks:
                    break
                for t in tasks:
                    t.cancel()
                try:
                    loop.run_until_complete(asyncio.wait(tasks))
                except (SystemExit, KeyboardInterrupt):
                    pass
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
            while True:
                tasks = asyncio.all_tasks(loop)
                if not tasks:
                    break
                for t in tasks:
                    t.cancel()
                loop.run_until_complete(asyncio.wait(tasks))
            loop.run_until_complete(asyncio.sleep(0))
        finally:
            asyncio.set_event_loop(None)
            loop.close()
            self._ended.set()

    def _inside(self):
        return threading.get_ident() == self._ident

    def submit(self, coro):
        with self._lock:
            if self._state == "open":
                return asyncio.run_coroutine_threadsafe(coro, self._loop)
        coro.close()
        raise RuntimeError("not running: " + self._state)

    def run(self, coro, timeout=None):
        if self._inside():
            coro.close()
            raise RuntimeError("in the loop's own thread")
        future = self.submit(coro)
        concurrent.futures.wait([future], timeout)
        if not future.done() and future.cancel():
            raise TimeoutError
        return future.result()

    def iterate(self, source):
        async def fetch():
            try:
                return True, await source.__anext__()
            except StopAsyncIteration:
                return False, None

        async def end():
            await source.aclose()

        try:
            while True:
                more, item = self.run(fetch())
                if not more:
                    return
                yield item
        except GeneratorExit:
            try:
                self.run(end())
            except RuntimeError:
                if self._state == "open":
                    raise
            raise

    def stop(self):
        if self._inside():
            raise RuntimeError("in the loop's own thread")
        with self._lock:
            old, self._state = self._state, "closed"
            if old == "open":
                self._running.wait()
                self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._ended.wait()
            self._thread.join()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc):
        self.stop()
