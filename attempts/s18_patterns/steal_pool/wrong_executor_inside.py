"""An ordinary pool: tasks that wait for their sub-tasks block all workers, and nobody is left to run those.

Rejected by: test_fork_join
"""

from concurrent.futures import ThreadPoolExecutor


class StealPool:
    def __init__(self, workers):
        self._pool = ThreadPoolExecutor(workers)
        self.stolen = 0

    def submit(self, fn, /, *args):
        return self._pool.submit(fn, *args)

    def result(self, future):
        return future.result()

    def close(self):
        self._pool.shutdown()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
