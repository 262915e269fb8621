"""notify() wakes one of those who wait, maybe one who waits for another key; the others sleep on.

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
            with self._changed:
                self._paid[key] = cents, receipt
            return receipt
        finally:
            with self._changed:
                self._charging.discard(key)
                self._changed.notify()

    def receipts(self):
        with self._changed:
            return {key: receipt for key, (_, receipt) in self._paid.items()}
