"""Write an errand: a function that runs in a thread of its own and brings its result, or its error, back.

A plain Thread throws away what its function returns, and prints what it raises where nobody looks: a payroll run
that failed in a thread looks like a success to its caller. An errand is sent off, you go on working, and you
collect what came of it when you need it.
"""

from collections.abc import Callable
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
        raise NotImplementedError  # TODO

    def start(self) -> None:
        """Send it off, and do not wait for it.

        RuntimeError if it was started before. Of two threads that start it at the same time exactly one succeeds.
        """
        raise NotImplementedError  # TODO

    def done(self) -> bool:
        """Would result(timeout=0) deliver now? Once that is so it stays so. False before the start."""
        raise NotImplementedError  # TODO

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
        raise NotImplementedError  # TODO
