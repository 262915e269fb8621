"""The end of a task wakes one sleeper, perhaps an idle worker, and not the helper that waits for it.

Rejected by: test_helper_wakes_for_its_future
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from threading import Condition, Thread, local
from typing import Any

Task = tuple[Future, Callable[..., Any], tuple[Any, ...]]


class StealPool:
    def __init__(self, workers: int) -> None:
        if workers < 1:
            raise ValueError(f"a pool needs at least one worker, not {workers}")
        self._change = Condition()
        self._inbox: deque[Task] = deque()
        self._deques: list[deque[Task]] = [deque() for _ in range(workers)]
        self._open = 0
        self._closing = False
        self._stolen = 0
        self._me = local()
        self._threads = [Thread(target=self._work, args=(number,)) for number in range(workers)]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future:
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
        me = self._number()
        if me is not None:
            self._help(me, until=future.done)
        return future.result()

    def close(self) -> None:
        if self._number() is not None:
            raise RuntimeError("a task cannot close the pool: it would wait for itself")
        with self._change:
            self._closing = True
            self._change.notify_all()
        for thread in self._threads:
            thread.join()

    @property
    def stolen(self) -> int:
        with self._change:
            return self._stolen

    def __enter__(self) -> "StealPool":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _number(self) -> int | None:
        return getattr(self._me, "number", None)

    def _work(self, number: int) -> None:
        self._me.number = number
        self._help(number, until=lambda: self._closing and not self._open)

    def _help(self, me: int, until: Callable[[], bool]) -> None:
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
            del future, fn, args
            with self._change:
                self._open -= 1
                if self._closing:
                    self._change.notify_all()
                else:
                    self._change.notify()

    def _has_task(self) -> bool:
        return bool(self._inbox) or any(self._deques)

    def _take(self, me: int) -> Task:
        if self._deques[me]:
            return self._deques[me].pop()
        if self._inbox:
            return self._inbox.popleft()
        self._stolen += 1
        return next(tasks for tasks in self._deques if tasks).popleft()
