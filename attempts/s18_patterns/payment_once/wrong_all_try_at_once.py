"""After a failure all who waited charge at once, without looking whether another one has begun.

Rejected by: test_failure_is_not_shared
"""

from threading import Condition, Event, Lock


class PaymentOnce:
    def __init__(self, charge):
        self._charge = charge
        self._lock = Lock()
        self._busy = {}
        self._paid = {}

    def pay(self, key, cents):
        if not key or cents < 1:
            raise ValueError("a payment needs a key and at least 1 cent")
        with self._lock:
            event = None if key in self._paid else self._busy.get(key)
            if event is None and key not in self._paid:
                self._busy[key] = Event()
        if event is not None:
            event.wait()
        with self._lock:
            if key in self._paid:
                paid, receipt = self._paid[key]
                if paid != cents:
                    raise ValueError("paid with another amount")
                return receipt
        try:
            receipt = self._charge(key, cents)
            with self._lock:
                self._paid[key] = cents, receipt
            return receipt
        finally:
            with self._lock:
                busy = self._busy.pop(key, None)
            if busy:
                busy.set()

    def receipts(self):
        with self._lock:
            return {key: receipt for key, (_, receipt) in self._paid.items()}
