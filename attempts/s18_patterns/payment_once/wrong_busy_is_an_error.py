"""Turns away whoever comes while the key is being charged, instead of letting them wait.

Rejected by: test_one_charge_per_key
"""

from threading import Condition, Event, Lock


class PaymentOnce:
    def __init__(self, charge):
        self._charge = charge
        self._lock = Lock()
        self._charging = set()
        self._paid = {}

    def pay(self, key, cents):
        if not key or cents < 1:
            raise ValueError("a payment needs a key and at least 1 cent")
        with self._lock:
            if key in self._charging:
                raise ValueError("this payment is under way")
            if key in self._paid:
                paid, receipt = self._paid[key]
                if paid != cents:
                    raise ValueError("paid with another amount")
                return receipt
            self._charging.add(key)
        try:
            receipt = self._charge(key, cents)
            with self._lock:
                self._paid[key] = cents, receipt
            return receipt
        finally:
            with self._lock:
                self._charging.discard(key)

    def receipts(self):
        with self._lock:
            return {key: receipt for key, (_, receipt) in self._paid.items()}
