"""Who waited for a load that was forgotten and then failed loads again, and does not share its error.

Rejected by: test_forgotten_load_fails
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MISSING = object()


@dataclass
class _InFlight:
    """A single load in progress."""

    done: threading.Event = field(default_factory=threading.Event)
    value: Any = MISSING
    error: BaseException | None = None
    forgotten: bool = False


class RateCache(Generic[K, V]):
    def __init__(self, load: Callable[[K], V]) -> None:
        self._load = load
        self._values: dict[K, V] = {}
        self._in_flight: dict[K, _InFlight] = {}
        self._lock = threading.Lock()
        self._local = threading.local()

    def _stack(self) -> list[K]:
        try:
            return self._local.stack
        except AttributeError:
            self._local.stack = []
            return self._local.stack

    def get(self, key: K) -> V:
        stack = self._stack()
        if key in stack:
            raise RuntimeError(f"load({key!r}) recursively requested its own key")
        with self._lock:
            value = self._values.get(key, MISSING)
            if value is not MISSING:
                return value
            flight = self._in_flight.get(key)
            leader = flight is None
            if leader:
                flight = self._in_flight[key] = _InFlight()
        if not leader:
            flight.done.wait()
            if flight.error is not None and flight.forgotten:
                return self.get(key)
            if flight.error is not None:
                raise flight.error
            return flight.value

        stack.append(key)
        try:
            value = self._load(key)
        except BaseException as exc:
            flight.error = exc
            raise
        else:
            flight.value = value
            return value
        finally:
            stack.pop()
            with self._lock:
                if not flight.forgotten:
                    del self._in_flight[key]
                    if flight.error is None:
                        self._values[key] = flight.value
            flight.done.set()

    def forget(self, key: K) -> bool:
        with self._lock:
            had_value = self._values.pop(key, MISSING) is not MISSING
            flight = self._in_flight.pop(key, None)
            if flight is not None:
                flight.forgotten = True
            return had_value or flight is not None
