"""A Future for each attempt, taken out again when it fails; the others wait for it and look again."""

from concurrent.futures import Future
from threading import Condition, Event, Lock


class PaymentOnce:
    def __init__(self, charge):
        self._charge = charge
        self._lock = Lock()
        self._attempts = {}
        self._receipts = {}

    def pay(self, key, cents):
        if not key or cents < 1:
            raise ValueError("a payment needs a key and at least 1 cent")
        while True:
            with self._lock:
                future = self._attempts.get(key)
                mine = future is None
                if mine:
                    future = self._attempts[key] = Future()
            if mine:
                try:
                    receipt = self._charge(key, cents)
                except BaseException:
                    with self._lock:
                        del self._attempts[key]
                    future.set_result(None)
                    raise
                with self._lock:
                    self._receipts[key] = receipt
                future.set_result((cents, receipt))
                return receipt
            result = future.result()
            if result is not None:
                if result[0] != cents:
                    raise ValueError("paid with another amount")
                return result[1]

    def receipts(self):
        with self._lock:
            return dict(self._receipts)
