"""Waits for the charges of two others at most, then charges beside the third.

Rejected by: test_all_who_wait_go_on
"""

from threading import Event, Lock


class PaymentOnce:
    def __init__(self, charge):
        self._charge = charge
        self._lock = Lock()
        self._running = {}
        self._paid = {}

    def pay(self, key, cents):
        if not key or cents < 1:
            raise ValueError("no key, or nothing to pay")
        mine = Event()
        for waited in range(3):
            with self._lock:
                if key in self._paid:
                    paid, receipt = self._paid[key]
                    if paid != cents:
                        raise ValueError("paid with other cents")
                    return receipt
                other = self._running.setdefault(key, mine)
            if other is mine or waited == 2:
                break
            other.wait()
        try:
            receipt = self._charge(key, cents)
            with self._lock:
                self._paid[key] = cents, receipt
        finally:
            with self._lock:
                self._running.pop(key, None)
            mine.set()
        return receipt

    def receipts(self):
        with self._lock:
            return {key: receipt for key, (_, receipt) in self._paid.items()}
