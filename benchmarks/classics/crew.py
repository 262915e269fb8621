"""What the classics share: threads that are started in order, a room for one, and an atomic cell.

Only `threading` is used, so that every tool (and no tool at all) can run the classics.
"""

import threading
from collections.abc import Callable
from typing import Any


class Crew:
    """Threads that are started in the order given and joined together.

    An exception that ends a thread is kept; `join` raises the first one, so that an assertion inside a thread
    is the verdict of the whole program.
    """

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._errors: list[Exception] = []

    def start(self, *targets: Callable[[], object]) -> None:
        """Start a thread for each target, one after the other; each may run as soon as it is started."""
        for target in targets:
            thread = threading.Thread(target=self._guard, args=(target,))
            self._threads.append(thread)
            thread.start()

    def join(self) -> None:
        """Wait for every thread, then raise the first exception that one of them ended with, if any."""
        for thread in self._threads:
            thread.join()
        if self._errors:
            raise self._errors[0]

    def _guard(self, target: Callable[[], object]) -> None:
        try:
            target()
        except Exception as error:
            self._errors.append(error)


def run(*targets: Callable[[], object]) -> None:
    """Start one thread per target, in order; wait for all; raise the first exception that ended one."""
    crew = Crew()
    crew.start(*targets)
    crew.join()


class Room:
    """A critical section that notices when two are inside at once."""

    def __init__(self) -> None:
        self._door = threading.Lock()

    def visit(self) -> None:
        """Go in and out again; AssertionError if somebody else is inside. Never waits."""
        assert self._door.acquire(blocking=False), "two threads were in the critical section at once"
        self._door.release()


class Atomic:
    """One value with the atomic operations of a processor: each method takes effect in one step."""

    def __init__(self, value: Any) -> None:
        self._value = value
        self._lock = threading.Lock()

    def load(self) -> Any:
        with self._lock:
            return self._value

    def store(self, value: Any) -> None:
        with self._lock:
            self._value = value

    def exchange(self, value: Any) -> Any:
        """Store `value`; return what was there before."""
        with self._lock:
            before, self._value = self._value, value
            return before

    def compare_and_set(self, expected: Any, value: Any) -> bool:
        """Store `value` if the cell holds what equals `expected`; return whether it did."""
        with self._lock:
            if self._value != expected:
                return False
            self._value = value
            return True

    def add(self, amount: int) -> int:
        """Add `amount`; return the new value."""
        with self._lock:
            self._value += amount
            return int(self._value)
