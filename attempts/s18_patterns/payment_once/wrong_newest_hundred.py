"""Keeps the newest hundred receipts, and charges again whoever comes with an older one.

Rejected by: test_known_for_good
"""

import threading
from collections.abc import Callable


class PaymentOnce:
    def __init__(self, charge: Callable[[str, int], str]) -> None:
        self._charge = charge
        self._cond = threading.Condition()
        self._busy: set[str] = set()
        self._done: dict[str, tuple[int, str]] = {}

    def pay(self, key: str, cents: int) -> str:
        if not key or cents < 1:
            raise ValueError("bad payment")
        with self._cond:
            while key in self._busy:
                self._cond.wait()
            if key in self._done:
                paid, receipt = self._done[key]
                if paid != cents:
                    raise ValueError("other amount")
                return receipt
            self._busy.add(key)
        try:
            receipt = self._charge(key, cents)
            with self._cond:
                self._done[key] = (cents, receipt)
                while len(self._done) > 100:
                    del self._done[next(iter(self._done))]
        finally:
            with self._cond:
                self._busy.discard(key)
                self._cond.notify_all()
        return receipt

    def receipts(self) -> dict[str, str]:
        with self._cond:
            return {key: receipt for key, (_, receipt) in self._done.items()}
