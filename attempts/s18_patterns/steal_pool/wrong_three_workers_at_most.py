"""Starts three workers at most, however many the pool is to have.

Rejected by: test_workers_in_parallel
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from threading import Condition, Thread, local
from typing import Any

Task = tuple[Future, Callable[..., Any], tuple[Any, ...]]


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
        if workers < 1:
            raise ValueError(f"a pool needs at least one worker, not {workers}")
        self._change = Condition()  # guards everything below; told of each new task, each end, and the closing
        self._inbox: deque[Task] = deque()
        self._deques: list[deque[Task]] = [deque() for _ in range(workers)]  # the newest task is on the right
        self._open = 0  # tasks accepted and not ended: while there is one, new ones may come
        self._closing = False
        self._stolen = 0
        self._me = local()  # .number: which worker this thread is
        self._threads = [Thread(target=self._work, args=(number,)) for number in range(min(workers, 3))]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future:
        """The future of fn(*args), which runs in a worker.

        Called by a task: it goes to the deque of the worker that the task runs on, also after close() was
        called. Called from outside: to the inbox that all workers share; RuntimeError after close() was called.
        """
        task = (Future(), fn, args)
        me = self._number()
        with self._change:
            if me is not None:
                self._deques[me].append(task)
            elif self._closing:
                raise RuntimeError("the pool is closed")
            else:
                self._inbox.append(task)
            self._open += 1
            self._change.notify_all()
        return task[0]

    def result(self, future: Future) -> Any:
        """The result or the exception of a future of this pool.

        Called by a task: its worker runs other tasks of the pool until the future is done, and sleeps only
        while there is none. Called from outside: waits.
        """
        me = self._number()
        if me is not None:
            self._help(me, until=future.done)
        return future.result()

    def close(self) -> None:
        """Let all accepted tasks run, and the tasks that these submit; then end all threads, then return.

        Repeatable, also from several threads: each call returns after the end. RuntimeError if called by a task.
        """
        if self._number() is not None:
            raise RuntimeError("a task cannot close the pool: it would wait for itself")
        with self._change:
            self._closing = True
            self._change.notify_all()
        for thread in self._threads:
            thread.join()

    @property
    def stolen(self) -> int:
        """How many tasks have been taken from another worker's deque so far."""
        with self._change:
            return self._stolen

    def __enter__(self) -> "StealPool":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _number(self) -> int | None:
        """Which worker of this pool the calling thread is; None from outside."""
        return getattr(self._me, "number", None)

    def _work(self, number: int) -> None:
        self._me.number = number
        self._help(number, until=lambda: self._closing and not self._open)

    def _help(self, me: int, until: Callable[[], bool]) -> None:
        """Run tasks until that is so; sleep while there is none."""
        while True:
            with self._change:
                while not until() and not self._has_task():
                    self._change.wait()
                if until():
                    return
                future, fn, args = self._take(me)
            if future.set_running_or_notify_cancel():
                try:
                    result = fn(*args)
                except Exception as error:
                    future.set_exception(error)
                else:
                    future.set_result(result)
                    del result
            del future, fn, args  # a sleeping worker keeps nothing alive
            with self._change:
                self._open -= 1
                self._change.notify_all()  # whoever waits for this future, or for the last task

    def _has_task(self) -> bool:
        return bool(self._inbox) or any(self._deques)

    def _take(self, me: int) -> Task:
        if self._deques[me]:
            return self._deques[me].pop()
        if self._inbox:
            return self._inbox.popleft()
        self._stolen += 1
        return next(tasks for tasks in self._deques if tasks).popleft()
