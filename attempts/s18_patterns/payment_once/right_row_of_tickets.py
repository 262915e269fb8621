"""A queue of one token for each key: who has the token may charge, and puts it back with what it knows."""

from queue import Queue


class PaymentOnce:
    def __init__(self, charge):
        self._charge = charge
        self._tokens = {}
        self._receipts = {}

    def pay(self, key, cents):
        if not key or cents < 1:
            raise ValueError("a payment needs a key and at least 1 cent")
        if key not in self._tokens:
            fresh = Queue()
            fresh.put(None)
            self._tokens.setdefault(key, fresh)  # one step: of two, one wins
        token = self._tokens[key]
        known = token.get()
        try:
            if known is None:
                receipt = self._charge(key, cents)
                self._receipts[key] = receipt
                known = cents, receipt
            if known[0] != cents:
                raise ValueError("paid with another amount")
            return known[1]
        finally:
            token.put(known)

    def receipts(self):
        return dict(self._receipts)
