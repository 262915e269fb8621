"""asyncio.run in the thread: its main coroutine waits for the end, then cancels the others. Futures are made by hand."""

import asyncio
import concurrent.futures
import threading


class LoopThread:
    def __init__(self):
        self._state = threading.Condition()
        self._phase = "new"
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()))

    def start(self):
        with self._state:
            if self._phase != "new":
                raise RuntimeError(f"start: {self._phase}")
            self._phase = "starting"
            self._thread.start()
            self._state.wait_for(lambda: self._phase != "starting")

    async def _main(self):
        me = asyncio.current_task()
        with self._state:
            self._loop = asyncio.get_running_loop()
            self._end = asyncio.Event()
            self._phase = "open"
            self._state.notify_all()
        await self._end.wait()
        while others := asyncio.all_tasks() - {me}:
            for task in others:
                task.cancel()
            await asyncio.wait(others)

    def submit(self, coro):
        future = concurrent.futures.Future()

        def begin():
            task = self._loop.create_task(coro)
            task.add_done_callback(deliver)
            future.add_done_callback(lambda _: self._wake(task.cancel))

        def deliver(task):
            if task.cancelled():
                future.cancel()
                future.set_running_or_notify_cancel()
            elif future.set_running_or_notify_cancel():
                if task.exception() is not None:
                    future.set_exception(task.exception())
                else:
                    future.set_result(task.result())

        with self._state:
            if self._phase == "open":
                self._loop.call_soon_threadsafe(begin)
                return future
        coro.close()
        raise RuntimeError("not running")

    def _wake(self, call):
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:
            pass  # the loop is closed: everything has ended

    def run(self, coro, timeout=None):
        if threading.current_thread() is self._thread:
            coro.close()
            raise RuntimeError("in the loop's own thread")
        if timeout is not None:
            coro = _limited(coro, timeout)
        return self.submit(coro).result()

    def iterate(self, source):
        return _Iteration(self, source)

    def stop(self):
        if threading.current_thread() is self._thread:
            raise RuntimeError("in the loop's own thread")
        with self._state:
            self._state.wait_for(lambda: self._phase != "starting")
            if self._phase == "open":
                self._phase = "closing"
                self._loop.call_soon_threadsafe(self._end.set)
            was_started = self._phase == "closing"
            if not was_started:
                self._phase = "never"
        if was_started:
            self._thread.join()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.stop()


async def _limited(coro, timeout):
    try:
        return await asyncio.wait_for(coro, timeout)
    finally:
        coro.close()


class _Iteration:
    def __init__(self, bridge, source):
        self._bridge, self._source, self._done = bridge, source, False

    def __iter__(self):
        return self

    def __next__(self):
        if self._done:
            raise StopIteration
        end = object()

        async def following():
            return await anext(self._source, end)

        try:
            item = self._bridge.run(following())
        except BaseException:
            self._done = True
            raise
        if item is end:
            self._done = True
            raise StopIteration
        return item

    def close(self):
        if not self._done:
            self._done = True

            async def close():
                await self._source.aclose()

            try:
                self._bridge.run(close())
            except RuntimeError:
                if self._bridge._phase == "open":
                    raise

    def __del__(self):
        self.close()
