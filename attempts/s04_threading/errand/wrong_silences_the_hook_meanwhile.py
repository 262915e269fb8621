"""Puts a silent excepthook in place while the function runs: other threads fail unheard meanwhile.

Rejected by: test_only_result_tells
"""

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Errand(Generic[T]):
    def __init__(self, func: Callable[..., T], /, *args: Any, **kwargs: Any) -> None:
        self._call = (func, args, kwargs)
        self._lock = threading.Lock()
        self._started = False
        self._ok = False
        self._value: Any = None
        self._thread = threading.Thread(target=self._run, daemon=False)

    def _run(self):
        func, args, kwargs = self._call
        old, threading.excepthook = threading.excepthook, lambda a: None
        try:
            self._value = func(*args, **kwargs)
            self._ok = True
        except BaseException as e:
            self._value = e
        threading.excepthook = old

    def start(self) -> None:
        with self._lock:
            if self._started:
                raise RuntimeError("started before")
            self._thread.start()
            self._started = True

    def done(self) -> bool:
        with self._lock:
            return self._started and not self._thread.is_alive()

    def result(self, timeout: float | None = None) -> T:
        with self._lock:
            if not self._started:
                raise RuntimeError("not started")
        if threading.current_thread() is self._thread:
            raise RuntimeError("own result")
        self._thread.join(timeout)
        if self._thread.is_alive():
            raise TimeoutError
        if self._ok:
            return self._value
        raise self._value
