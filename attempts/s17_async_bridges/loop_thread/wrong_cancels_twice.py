"""Cancels a second time for what was started in the clean-up: but that has a clean-up, too.

Rejected by: test_stop_ends_tasks_born_in_clean_up
"""

import asyncio
import concurrent.futures
import threading


class LoopThread:
    def __init__(self):
        self._lock = threading.Lock()
        self._loop = self._thread = None
        self._open = self._spent = False

    def start(self):
        running = threading.Event()
        with self._lock:
            if self._spent:
                raise RuntimeError("started or stopped before")
            self._spent = self._open = True
            self._loop = asyncio.new_event_loop()
            self._loop.call_soon(running.set)
            self._thread = threading.Thread(target=self._live)
            self._thread.start()
        running.wait()

    def submit(self, coro):
        with self._lock:
            if self._open:
                return asyncio.run_coroutine_threadsafe(coro, self._loop)
        coro.close()
        raise RuntimeError("not running")

    def run(self, coro, timeout=None):
        if threading.current_thread() is self._thread:
            coro.close()
            raise RuntimeError("in the loop's own thread")
        future = self.submit(coro)
        concurrent.futures.wait([future], timeout)
        if not future.done() and future.cancel():
            raise TimeoutError
        return future.result()

    def iterate(self, source):
        async def following():
            async for item in source:
                return True, item
            return False, None

        async def close():
            await source.aclose()

        try:
            while True:
                is_item, item = self.run(following())
                if not is_item:
                    return
                yield item
        finally:
            if self._open:
                self.run(close())

    def stop(self):
        if threading.current_thread() is self._thread:
            raise RuntimeError("in the loop's own thread")
        with self._lock:
            self._spent = True
            if self._open:
                self._open = False
                self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.stop()

    def _live(self):
        loop = self._loop
        loop.run_forever()
        for _ in range(2):
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
