"""Those who wait get the error of the charge they waited for; only later callers may try again.

Rejected by: test_failure_is_not_shared
"""

from concurrent.futures import Future
from threading import Lock


class PaymentOnce:
    def __init__(self, charge):
        self._charge = charge
        self._lock = Lock()
        self._futures = {}

    def pay(self, key, cents):
        if not key or cents < 1:
            raise ValueError("a payment needs a key and at least 1 cent")
        with self._lock:
            mine = key not in self._futures
            paid, future = self._futures.setdefault(key, (cents, Future()))
        if mine:
            try:
                future.set_result(self._charge(key, cents))
            except Exception as error:
                with self._lock:
                    del self._futures[key]
                future.set_exception(error)
        receipt = future.result()
        if paid != cents:
            raise ValueError("paid with another amount")
        return receipt

    def receipts(self):
        with self._lock:
            return {key: future.result() for key, (_, future) in self._futures.items() if future.done()}
