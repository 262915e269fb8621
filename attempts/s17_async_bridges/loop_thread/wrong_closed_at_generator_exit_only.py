"""Closes the source only where close() ended the iteration, not where an error did.

Rejected by: test_iteration_left_early
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
        self._stopped = threading.Event()

    def start(self):
        with self._lock:
            if self._state != "new":
                raise RuntimeError("started or stopped before")
            running = threading.Event()
            self._thread = threading.Thread(target=self._main, args=(running,), daemon=False)
            self._thread.start()
            running.wait()
            self._state = "running"

    def _main(self, running):
        self._loop = loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        loop.call_soon(running.set)
        try:
            loop.run_forever()
            self._cancel_all()
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
            self._cancel_all()
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    def _cancel_all(self):
        self._loop.run_until_complete(self._end_tasks())

    async def _end_tasks(self):
        me = asyncio.current_task()
        told = set()
        while tasks := asyncio.all_tasks() - {me}:
            for task in tasks - told:
                task.cancel()
            told |= tasks
            await asyncio.wait(tasks, timeout=0.01)

    def _inside(self):
        return threading.current_thread() is self._thread

    def submit(self, coro):
        with self._lock:
            if self._state == "running":
                return asyncio.run_coroutine_threadsafe(coro, self._loop)
        coro.close()
        raise RuntimeError("not running")

    def run(self, coro, timeout=None):
        if self._inside():
            coro.close()
            raise RuntimeError("the loop would wait for itself")
        future = self.submit(coro)
        try:
            done, _ = concurrent.futures.wait([future], timeout)
        except BaseException:
            future.cancel()
            raise
        if not done and future.cancel():
            raise TimeoutError(f"no result after {timeout} s")
        return future.result()

    def iterate(self, source):
        turn = asyncio.Lock()

        async def fetch():
            async with turn:
                try:
                    return True, await anext(source)
                except StopAsyncIteration:
                    return False, None

        async def close():
            async with turn:
                await source.aclose()

        try:
            while True:
                more, item = self.run(fetch())
                if not more:
                    return
                yield item
        except GeneratorExit:
            try:
                closing = self.submit(close())
            except RuntimeError:
                self._gone()
            else:
                closing.result()

    def _gone(self):
        if self._thread is not None and not self._inside():
            self._thread.join()

    def stop(self):
        if self._inside():
            raise RuntimeError("in the loop's own thread")
        with self._lock:
            before, self._state = self._state, "stopped"
            if before == "running":
                self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.stop()
