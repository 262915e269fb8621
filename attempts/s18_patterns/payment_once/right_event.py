"""The first one leaves an Event; the others wait for it and begin again from the start."""

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
            if key in self._paid:
                paid, receipt = self._paid[key]
                if paid != cents:
                    raise ValueError("paid with another amount")
                return receipt
            event = self._busy.get(key)
            if event is None:
                self._busy[key] = Event()
        if event is not None:
            event.wait()
            return self.pay(key, cents)
        paid = None
        try:
            receipt = self._charge(key, cents)
            paid = cents, receipt
            return receipt
        finally:
            with self._lock:
                if paid is not None:
                    self._paid[key] = paid
                self._busy.pop(key).set()

    def receipts(self):
        with self._lock:
            return {key: receipt for key, (_, receipt) in self._paid.items()}
