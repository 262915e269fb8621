"""Who waits tries next after a ConnectionError only; every other error of the charge goes to all who wait.

Rejected by: test_failure_is_not_shared
"""

from concurrent.futures import Future
from threading import Lock


class PaymentOnce:
    def __init__(self, charge):
        self._charge = charge
        self._lock = Lock()
        self._payments = {}

    def pay(self, key, cents):
        if not key or cents < 1:
            raise ValueError("no key, or nothing to pay")
        mine = Future()
        while True:
            with self._lock:
                payment = self._payments.setdefault(key, mine)
            if payment is mine:
                return self._pay(key, cents, mine)
            try:
                paid, receipt = payment.result()
            except ConnectionError:
                continue
            if paid != cents:
                raise ValueError("paid with other cents")
            return receipt

    def _pay(self, key, cents, payment):
        try:
            receipt = self._charge(key, cents)
        except BaseException as error:
            with self._lock:
                del self._payments[key]
            payment.set_exception(error)
            raise
        payment.set_result((cents, receipt))
        return receipt

    def receipts(self):
        with self._lock:
            payments = dict(self._payments)
        return {
            key: payment.result()[1]
            for key, payment in payments.items()
            if payment.done() and payment.exception() is None
        }
