"""The first try is made outside the lock; a waiter who tries next charges inside it, and everybody waits.

Rejected by: test_second_try_holds_nobody_up
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
            if key in self._charging:
                while key in self._charging:
                    self._c.wait()
                if key not in self._paid:
                    self._charging.add(key)
                    try:
                        self._paid[key] = cents, self._charge(key, cents)
                        return self._paid[key][1]
                    finally:
                        self._charging.discard(key)
                        self._c.notify_all()
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
