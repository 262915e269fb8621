"""start() waits a moment: perhaps the function is back by then.

Rejected by: test_start_does_not_wait
"""

from collections.abc import Callable
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Errand(Generic[T]):
    """One call of a function, in a thread of its own. Any number of threads may use the same errand.

    What the function raises is delivered by result() only: threading.excepthook is neither called nor changed.
    """

    def __init__(self, func: Callable[..., T], /, *args: Any, **kwargs: Any) -> None:
        """func(*args, **kwargs) will be called once, in a child thread of its own. Nothing runs yet.

        The child thread is never a daemon, also where a daemon thread makes the errand or starts it.
        """
        self._error: BaseException | None = None
        self._is_back = False
        self._starting = Lock()

        def run() -> None:
            try:
                self._value = func(*args, **kwargs)
            except BaseException as error:
                self._error = error
            self._is_back = True

        self._thread = Thread(target=run, daemon=False)  # without this word it would inherit from who makes it

    def start(self) -> None:
        """Send it off, and do not wait for it.

        RuntimeError if it was started before. Of two threads that start it at the same time exactly one succeeds.
        """
        with self._starting:
            self._thread.start()  # raises the RuntimeError
            self._thread.join(0.01)

    def done(self) -> bool:
        """Would result(timeout=0) deliver now? Once that is so it stays so. False before the start."""
        return self._is_back and not self._thread.is_alive()

    def result(self, timeout: float | None = None) -> T:
        """Wait for the end, and return what func returned or raise what it raised: the very same object.

        SystemExit and KeyboardInterrupt are delivered like every other exception. Asked again, or by several
        threads, it delivers the same each time. When it delivers, the child thread has ended.

        It waits at most `timeout` seconds (None: for ever; 0: not at all), asleep: it does not look again and
        again whether the end has come.

        TimeoutError if that was not long enough: the errand goes on, and may be asked again.
        RuntimeError if it was not started, or if the errand asks for its own result (it would wait for itself
        for ever), whatever the timeout.
        """
        self._thread.join(timeout)
        if self._thread.is_alive():
            raise TimeoutError(f"the errand is not back after {timeout} s")
        if self._error is not None:
            raise self._error
        return self._value
