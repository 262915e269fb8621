"""After a failure all who have waited try next, at the same time.

Rejected by: test_all_who_wait_go_on
"""

from threading import Event, Lock


class PaymentOnce:
    def __init__(self, charge):
        self._charge = charge
        self._guard = Lock()
        self._running = {}
        self._paid = {}

    def pay(self, key, cents):
        if not key or cents < 1:
            raise ValueError
        with self._guard:
            done = self._running.get(key)
            if key not in self._paid and done is None:
                mine = self._running[key] = Event()
            else:
                mine = None
        if mine is None and done is not None:
            done.wait()
        with self._guard:
            known = self._paid.get(key)
        if known is None:
            try:
                receipt = self._charge(key, cents)
                with self._guard:
                    self._paid[key] = known = cents, receipt
            finally:
                with self._guard:
                    if mine is not None:
                        del self._running[key]
                if mine is not None:
                    mine.set()
        if known[0] != cents:
            raise ValueError
        return known[1]

    def receipts(self):
        with self._guard:
            return {key: receipt for key, (_, receipt) in self._paid.items()}
