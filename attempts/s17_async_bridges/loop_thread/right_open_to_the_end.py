"""Takes coroutines until the very end of stop(): what is handed over in the clean-up is cancelled, too."""

import asyncio
import concurrent.futures
import threading


class LoopThread:
    def __init__(self):
        self._lock = threading.Lock()
        self._accepts = False
        self._asked_to_stop = False
        self._pending = set()
        self._loop = None
        self._thread = None

    def start(self):
        with self._lock:
            if self._thread is not None or self._asked_to_stop:
                raise RuntimeError("only once")
            self._loop = asyncio.new_event_loop()
            up = threading.Event()
            self._thread = threading.Thread(target=self._live, args=(up,))
            self._thread.start()
            up.wait()
            self._accepts = True

    def _live(self, up):
        loop = self._loop
        loop.call_soon(up.set)
        loop.run_forever()
        try:
            loop.run_until_complete(self._end_tasks())
            loop.run_until_complete(loop.shutdown_asyncgens())
            while True:
                loop.run_until_complete(self._end_tasks())
                with self._lock:
                    if not self._pending and not asyncio.all_tasks(loop):
                        self._accepts = False
                        break
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()

    async def _end_tasks(self):
        me = asyncio.current_task()
        await asyncio.sleep(0)
        while tasks := asyncio.all_tasks() - {me}:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    def submit(self, coro):
        with self._lock:
            if not self._accepts:
                coro.close()
                raise RuntimeError("not started, or stopped")
            future = asyncio.run_coroutine_threadsafe(coro, self._loop)
            self._pending.add(future)
        future.add_done_callback(self._forget)
        return future

    def _forget(self, future):
        with self._lock:
            self._pending.discard(future)

    def run(self, coro, timeout=None):
        if threading.current_thread() is self._thread:
            coro.close()
            raise RuntimeError("in the loop's own thread")
        future = self.submit(coro)
        done, _ = concurrent.futures.wait([future], timeout)
        if not done and future.cancel():
            raise TimeoutError
        return future.result()

    def iterate(self, source):
        async def step():
            try:
                return True, await anext(source)
            except StopAsyncIteration:
                return False, None

        async def close():
            await source.aclose()

        try:
            while True:
                more, item = self.run(step())
                if not more:
                    break
                yield item
        finally:
            if self._accepts:
                self.run(close())

    def stop(self):
        if threading.current_thread() is self._thread:
            raise RuntimeError("in the loop's own thread")
        with self._lock:
            if not self._asked_to_stop:
                self._asked_to_stop = True
                if self._thread is not None:
                    self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.stop()
