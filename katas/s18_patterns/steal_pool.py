"""Build a pool whose tasks may wait for tasks of their own, without ever running out of workers.

A build tool splits a job into sub-jobs that split again. In an ordinary pool the tasks that wait for their
sub-tasks block all workers: deadlock. Here each worker has a deque of its own, idle workers steal from the
others, and a worker that waits helps.
"""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class StealPool:
    """A fork-join pool. A worker that looks for work takes

    1. the newest task of its own deque; else
    2. the oldest task of the inbox; else
    3. the oldest task of another worker's deque (a steal).

    Idle workers sleep: no polling. An Exception of a task goes into its future and ends no worker. A task whose
    future was cancelled before it started is skipped.
    """

    def __init__(self, workers: int) -> None:
        """ValueError if workers < 1. The worker threads start now."""
        raise NotImplementedError  # TODO

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future:
        """The future of fn(*args), which runs in a worker.

        Called by a task: it goes to the deque of the worker that the task runs on, also after close() was
        called. Called from outside: to the inbox that all workers share; RuntimeError after close() was called.
        """
        raise NotImplementedError  # TODO

    def result(self, future: Future) -> Any:
        """The result or the exception of a future of this pool.

        Called by a task: its worker runs other tasks of the pool until the future is done, and sleeps only
        while there is none. Called from outside: waits.
        """
        raise NotImplementedError  # TODO

    def close(self) -> None:
        """Let all accepted tasks run, and the tasks that these submit; then end all threads, then return.

        Repeatable, also from several threads: each call returns after the end. RuntimeError if called by a task.
        """
        raise NotImplementedError  # TODO

    @property
    def stolen(self) -> int:
        """How many tasks have been taken from another worker's deque so far."""
        raise NotImplementedError  # TODO

    def __enter__(self) -> "StealPool":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
