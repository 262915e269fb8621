"""Futures by hand; at the end it looks every few milliseconds whether the clean-up has made new tasks."""

import asyncio
import concurrent.futures
import contextlib
import threading


class LoopThread:
    def __init__(self):
        self._mutex = threading.RLock()
        self._started = self._stopped = False
        self._open = {}
        self._thread = None

    def start(self):
        with self._mutex:
            if self._started or self._stopped:
                raise RuntimeError("start() only once")
            self._started = True
            ready = concurrent.futures.Future()
            self._thread = threading.Thread(target=asyncio.run, args=(self._main(ready),))
            self._thread.start()
            ready.result()

    async def _main(self, ready):
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        ready.set_result(None)
        await self._end.wait()
        await self._cancel()
        await self._loop.shutdown_asyncgens()
        await self._cancel()

    async def _cancel(self):
        told = {asyncio.current_task()}
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others - told:
                task.cancel()
            told |= others
            await asyncio.wait(others, timeout=0.005)

    async def _guard(self, coro, future):
        try:
            result = await coro
        except asyncio.CancelledError:
            future.cancel()
            if future.set_running_or_notify_cancel():
                future.set_exception(concurrent.futures.CancelledError())
            raise
        except BaseException as error:
            if future.set_running_or_notify_cancel():
                future.set_exception(error)
        else:
            if future.set_running_or_notify_cancel():
                future.set_result(result)

    def submit(self, coro):
        with self._mutex:
            if not self._started or self._stopped:
                coro.close()
                raise RuntimeError("no loop is running")
            future = concurrent.futures.Future()
            self._loop.call_soon_threadsafe(self._begin, coro, future)
        return future

    def _begin(self, coro, future):
        if future.cancelled():
            coro.close()
            return
        task = self._loop.create_task(self._guard(coro, future))

        def cancelled(future):
            if future.cancelled():
                with contextlib.suppress(RuntimeError):
                    self._loop.call_soon_threadsafe(task.cancel)

        def over(task):
            coro.close()
            if not future.done():
                future.cancel()
                future.set_running_or_notify_cancel()

        task.add_done_callback(over)
        future.add_done_callback(cancelled)

    def run(self, coro, timeout=None):
        if self._thread is threading.current_thread():
            coro.close()
            raise RuntimeError("run() in the loop's thread")
        future = self.submit(coro)
        try:
            return future.result(timeout)
        except TimeoutError:
            if future.done() and not future.cancelled():
                return future.result()
            future.cancel()
            raise

    def iterate(self, source):
        return _Iterate(self, source)

    def stop(self):
        if self._thread is threading.current_thread():
            raise RuntimeError("stop() in the loop's thread")
        with self._mutex:
            if self._started and not self._stopped:
                self._loop.call_soon_threadsafe(self._end.set)
            self._stopped = True
        if self._thread:
            self._thread.join()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.stop()


class _Iterate:
    def __init__(self, bridge, source):
        self.bridge, self.source, self.open = bridge, source, True

    def __iter__(self):
        return self

    def __next__(self):
        if not self.open:
            raise StopIteration

        async def fetch():
            async for item in self.source:
                return [item]
            return []

        try:
            items = self.bridge.run(fetch())
        except BaseException:
            self.open = False
            raise
        if not items:
            self.open = False
            raise StopIteration
        return items[0]

    def close(self):
        if self.open:
            self.open = False

            async def end():
                await self.source.aclose()

            with contextlib.suppress(RuntimeError if self.bridge._stopped else ()):
                self.bridge.run(end())

    def __del__(self):
        self.close()
