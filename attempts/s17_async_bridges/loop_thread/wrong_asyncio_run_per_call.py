"""A new loop for each call, in a thread of its own: coroutines share no loop, and nothing goes on between the calls.

Rejected by: test_results_and_errors, test_the_loop_runs_between_the_calls
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor


class LoopThread:
    def __init__(self):
        self._pool = None

    def start(self):
        if self._pool is not None:
            raise RuntimeError("started before")
        self._pool = ThreadPoolExecutor()

    def submit(self, coro):
        if self._pool is None:
            coro.close()
            raise RuntimeError("not running")
        return self._pool.submit(asyncio.run, coro)

    def run(self, coro, timeout=None):
        return self.submit(coro).result(timeout)

    def iterate(self, source):
        async def collect():
            return [item async for item in source]

        yield from self.run(collect())

    def stop(self):
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.stop()
