"""After a failure one is woken to try next, and it may be somebody who waits for another key: all share one Condition.

Rejected by: test_the_right_ones_are_woken
"""

from collections.abc import Callable
from threading import Condition


class PaymentOnce:
    """Takes the money for each key once. For any number of threads."""

    def __init__(self, charge: Callable[[str, int], str]) -> None:
        self._charge = charge
        self._changed = Condition()
        self._charging: set[str] = set()
        self._paid: dict[str, tuple[int, str]] = {}

    def pay(self, key: str, cents: int) -> str:
        """Return the receipt for key."""
        if not key or cents < 1:
            raise ValueError(f"{cents} cents for {key!r}")
        with self._changed:
            while key in self._charging:
                self._changed.wait()
            if key in self._paid:
                paid, receipt = self._paid[key]
                if paid != cents:
                    raise ValueError(f"{key} was paid with {paid} cents, not {cents}")
                return receipt
            self._charging.add(key)
        try:
            receipt = self._charge(key, cents)
        except BaseException:
            with self._changed:
                self._charging.remove(key)
                self._changed.notify()  # one is enough to try again
            raise
        with self._changed:
            self._paid[key] = cents, receipt
            self._charging.remove(key)
            self._changed.notify_all()
        return receipt

    def receipts(self) -> dict[str, str]:
        """The receipts so far, by key. Never waits for a running charge. The dict is the caller's own."""
        with self._changed:
            return {key: receipt for key, (_, receipt) in self._paid.items()}
