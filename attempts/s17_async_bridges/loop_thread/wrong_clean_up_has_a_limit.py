"""stop() waits ten seconds for the clean-up and then closes the loop under it.

Rejected by: test_stop_waits_for_clean_up, test_all_stops_wait
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading

_END = object()


class LoopThread:
    def __init__(self):
        self._lock = threading.Lock()
        self._state = "new"
        self._futures = set()
        self._thread = None
        self._loop = None
        self._ready = threading.Event()

    def start(self):
        with self._lock:
            if self._state != "new":
                raise RuntimeError(f"it is {self._state} already")
            self._state = "running"
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._main, name="loop", daemon=False)
            self._thread.start()
        self._ready.wait()

    def _main(self):
        loop = self._loop
        asyncio.set_event_loop(loop)
        loop.call_soon(self._ready.set)
        self._forever(lambda: self._state == "stopped")
        try:
            self._until(self._cancel_all())
            self._until(loop.shutdown_asyncgens())
            self._until(self._cancel_all())
            self._until(loop.shutdown_default_executor())
        finally:
            asyncio.set_event_loop(None)
            loop.close()
            for future in list(self._futures):
                future.cancel()

    def _forever(self, over):
        while True:
            try:
                self._loop.run_forever()
            except (KeyboardInterrupt, SystemExit):
                pass
            if over():
                return

    def _until(self, coro):
        task = asyncio.Task(coro, loop=self._loop)
        task.add_done_callback(lambda task: self._loop.stop())
        self._ours = task
        self._forever(task.done)

    def _born_late(self, loop, coro, **kwargs):
        task = asyncio.Task(coro, loop=loop, **kwargs)
        loop.call_soon(task.cancel)
        return task

    async def _cancel_all(self):
        me = asyncio.current_task()
        self._loop.set_task_factory(self._born_late)
        for task in asyncio.all_tasks() - {me}:
            task.cancel()
        while tasks := asyncio.all_tasks() - {me}:
            _, left = await asyncio.wait(tasks, timeout=10)
            if left:
                break
        self._loop.set_task_factory(None)

    def _refuse(self, coro, why):
        coro.close()
        raise RuntimeError(why)

    def submit(self, coro):
        with self._lock:
            if self._state == "running":
                future = asyncio.run_coroutine_threadsafe(coro, self._loop)
                self._futures.add(future)
                future.add_done_callback(self._futures.discard)
                return future
        self._refuse(coro, f"the loop is {self._state}")

    def run(self, coro, timeout=None):
        if threading.current_thread() is self._thread:
            self._refuse(coro, "the loop's thread would wait for itself")
        future = self.submit(coro)
        done, _ = concurrent.futures.wait([future], timeout)
        if not done and future.cancel():
            raise TimeoutError(f"not ready after {timeout} s")
        return future.result()

    def iterate(self, source):
        return _Items(self, source)

    def stop(self):
        if threading.current_thread() is self._thread:
            raise RuntimeError("the loop's thread cannot wait for its own end")
        with self._lock:
            if self._state == "running":
                self._ready.wait()
                self._state = "stopped"
                self._loop.call_soon_threadsafe(self._loop.stop)
            self._state = "stopped"
        if self._thread is not None:
            self._thread.join()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.stop()


class _Items:
    def __init__(self, bridge, source):
        self._bridge, self._source, self._over = bridge, source, False
        self._inner = self._items(bridge, source)
        next(self._inner)

    @staticmethod
    def _items(bridge, source):
        async def item():
            try:
                return await source.__anext__()
            except StopAsyncIteration:
                return _END

        async def close():
            await source.aclose()

        try:
            yield
            while (value := bridge.run(item())) is not _END:
                yield value
        finally:
            try:
                bridge.run(close())
            except RuntimeError:
                if bridge._state == "running":
                    raise

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._inner)

    def close(self):
        self._inner.close()

    def __del__(self):
        self._inner.close()
