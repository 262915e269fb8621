"""Never changes its dict of receipts, but puts a new one in its place, and hands out the one that is in use: who
changes that changes the books.

Rejected by: test_receipts_are_a_copy
"""

from collections.abc import Callable
from threading import Lock


class PaymentOnce:
    """Takes the money for each key once. For any number of threads."""

    def __init__(self, charge: Callable[[str, int], str]) -> None:
        """charge(key, cents) takes the money and returns a receipt, or raises. It does not ask whether that key
        has paid already. It may be slow, and it may call pay() for another key.
        """
        self._charge = charge
        self._guard = Lock()  # for the two dicts, and only for the moment of looking or writing
        self._locks: dict[str, Lock] = {}
        self._paid: dict[str, tuple[int, str]] = {}
        self._receipts: dict[str, str] = {}

    def pay(self, key: str, cents: int) -> str:
        """Return the receipt for key.

        - No receipt yet, and nobody is charging this key: call charge in this thread. If it returns, remember
          the receipt and return it. If it raises an Exception, remember nothing: the exception goes to this
          caller only.
        - Somebody is charging this key: wait. If they succeed, go on as with a known receipt. If they fail, one
          waiting caller tries next, with its own cents. So each caller calls charge at most once.
        - The receipt is known: return it without charging. ValueError if it was for other cents.

        ValueError if key is empty or cents < 1, and nothing is charged. Calls for different keys never wait for
        each other.
        """
        if not key:
            raise ValueError("a payment needs a key")
        if cents < 1:
            raise ValueError(f"a payment is at least 1 cent, not {cents}")
        with self._guard:  # looked up and made in one step: two callers get the same lock
            lock = self._locks.setdefault(key, Lock())
        with lock:  # those with the same key wait here
            with self._guard:
                known = self._paid.get(key)  # asked inside: while we waited somebody may have paid
            if known is None:
                receipt = self._charge(key, cents)  # without the guard; an exception leaves no trace
                with self._guard:
                    self._paid[key] = cents, receipt
                    self._receipts = {**self._receipts, key: receipt}
                return receipt
        paid, receipt = known
        if paid != cents:
            raise ValueError(f"{key} was paid with {paid} cents, not {cents}")
        return receipt

    def receipts(self) -> dict[str, str]:
        """The receipts so far, by key. Never waits for a running charge. The dict is the caller's own."""
        with self._guard:
            return self._receipts
