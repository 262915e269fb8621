"""Forgets a receipt after a day, and charges again.

Rejected by: test_known_for_good
"""

import threading
import time
from collections.abc import Callable


class PaymentOnce:
    def __init__(self, charge: Callable[[str, int], str]) -> None:
        self._charge = charge
        self._cond = threading.Condition()
        self._when: dict[str, float] = {}
        self._busy: set[str] = set()
        self._done: dict[str, tuple[int, str]] = {}

    def pay(self, key: str, cents: int) -> str:
        if not key or cents < 1:
            raise ValueError("bad payment")
        with self._cond:
            while key in self._busy:
                self._cond.wait()
            if key in self._done and time.monotonic() - self._when[key] < 86400:
                paid, receipt = self._done[key]
                if paid != cents:
                    raise ValueError("other amount")
                return receipt
            self._busy.add(key)
        try:
            receipt = self._charge(key, cents)
            with self._cond:
                self._done[key] = (cents, receipt)
                self._when[key] = time.monotonic()
        finally:
            with self._cond:
                self._busy.discard(key)
                self._cond.notify_all()
        return receipt

    def receipts(self) -> dict[str, str]:
        with self._cond:
            return {key: receipt for key, (_, receipt) in self._done.items()}
