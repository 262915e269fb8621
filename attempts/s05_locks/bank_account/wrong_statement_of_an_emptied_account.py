"""close() empties the account, and a statement that looked at `closed` before it took the lock shows what is left.

Rejected by: test_statement_beside_the_payout
"""

from threading import Lock


class InsufficientFunds(Exception):
    pass


class BankAccount:
    def __init__(self, opening=0):
        if opening < 0:
            raise ValueError("opening")
        self._lock = Lock()
        self._entries = [opening] if opening else []
        self._balance = opening
        self._closed = False

    def _open(self):
        if self._closed:
            raise RuntimeError("closed")

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("amount")
        with self._lock:
            self._open()
            self._entries.append(amount)
            self._balance += amount
            return self._balance

    def withdraw(self, amount):
        if amount <= 0:
            raise ValueError("amount")
        with self._lock:
            self._open()
            if amount > self._balance:
                raise InsufficientFunds
            self._entries.append(-amount)
            self._balance -= amount
            return self._balance

    def statement(self):
        self._open()
        with self._lock:
            return self._balance, list(self._entries)

    def close(self):
        with self._lock:
            self._open()
            self._closed = True
            paid, self._balance = self._balance, 0
            return paid
