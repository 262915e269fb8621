"""Sets the event only after a charge that succeeded: after a failure the others wait for ever.

Rejected by: test_waiters_survive_a_failure
"""

from threading import Condition, Event, Lock


class PaymentOnce:
    def __init__(self, charge):
        self._charge = charge
        self._lock = Lock()
        self._events = {}
        self._paid = {}

    def pay(self, key, cents):
        if not key or cents < 1:
            raise ValueError("a payment needs a key and at least 1 cent")
        with self._lock:
            mine = key not in self._events
            event = self._events.setdefault(key, Event())
        if mine:
            try:
                receipt = self._charge(key, cents)
            except Exception:
                with self._lock:
                    del self._events[key]
                raise
            with self._lock:
                self._paid[key] = cents, receipt
            event.set()
        event.wait()
        paid, receipt = self._paid[key]
        if paid != cents:
            raise ValueError("paid with another amount")
        return receipt

    def receipts(self):
        with self._lock:
            return {key: receipt for key, (_, receipt) in self._paid.items()}
