"""One immutable state (prices and watches together) is swapped under the lock; who reads takes no lock."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from threading import Lock

Callback = Callable[[str, int], object]


@dataclass(frozen=True)
class State:
    prices: dict[str, int] = field(default_factory=dict)
    watches: dict[int, tuple[str, Callback]] = field(default_factory=dict)


class PriceBoard:
    def __init__(self) -> None:
        self._writing = Lock()
        self._state = State()
        self._ids = count(1)

    def watch(self, symbol: str, callback: Callback) -> int:
        with self._writing:
            watch_id = next(self._ids)
            self._state = replace(self._state, watches={**self._state.watches, watch_id: (symbol, callback)})
        return watch_id

    def unwatch(self, watch_id: int) -> bool:
        with self._writing:
            watches = dict(self._state.watches)
            was_there = watches.pop(watch_id, None) is not None
            self._state = replace(self._state, watches=watches)
        return was_there

    def price(self, symbol: str) -> int:
        return self._state.prices[symbol]

    def update(self, symbol: str, price: int) -> int:
        with self._writing:
            state = self._state = replace(self._state, prices={**self._state.prices, symbol: price})
        callbacks = [callback for watched, callback in state.watches.values() if watched == symbol]
        errors = []
        for callback in callbacks:
            try:
                callback(symbol, price)
            except Exception as error:
                errors.append(error)
        if errors:
            raise ExceptionGroup(f"{len(errors)} of {len(callbacks)} callbacks failed", errors)
        return len(callbacks)
