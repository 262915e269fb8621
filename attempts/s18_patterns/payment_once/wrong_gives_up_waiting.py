"""Waits for somebody else's charge for ten seconds at most.

Rejected by: test_waiting_takes_as_long_as_the_charge
"""

from threading import Condition
class PaymentOnce:
    def __init__(self, charge):
        self._charge = charge
        self._c = Condition()
        self._charging = set()
        self._paid = {}
    def pay(self, key, cents):
        if not key or cents < 1:
            raise ValueError
        with self._c:
            if not self._c.wait_for(lambda: key not in self._charging, timeout=10):
                raise TimeoutError("payment is stuck")
            if key in self._paid:
                paid, r = self._paid[key]
                if paid != cents:
                    raise ValueError
                return r
            self._charging.add(key)
        try:
            r = self._charge(key, cents)
            with self._c:
                self._paid[key] = cents, r
            return r
        finally:
            with self._c:
                self._charging.discard(key)
                self._c.notify_all()
    def receipts(self):
        with self._c:
            return {k: r for k, (_, r) in self._paid.items()}
