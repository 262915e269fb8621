"""Says that the key is free before the receipt is in the books: a newcomer charges again.

Rejected by: test_one_charge_per_key
"""

from threading import Condition, Event, Lock


class PaymentOnce:
    def __init__(self, charge):
        self._charge = charge
        self._changed = Condition()
        self._charging = set()
        self._paid = {}

    def pay(self, key, cents):
        if not key or cents < 1:
            raise ValueError("a payment needs a key and at least 1 cent")
        with self._changed:
            while key in self._charging:
                self._changed.wait()
            if key in self._paid:
                paid, receipt = self._paid[key]
                if paid != cents:
                    raise ValueError("paid with another amount")
                return receipt
            self._charging.add(key)
        try:
            receipt = self._charge(key, cents)
        finally:
            with self._changed:
                self._charging.discard(key)
                self._changed.notify_all()
        with self._changed:
            self._paid[key] = cents, receipt
        return receipt

    def receipts(self):
        with self._changed:
            return {key: receipt for key, (_, receipt) in self._paid.items()}
