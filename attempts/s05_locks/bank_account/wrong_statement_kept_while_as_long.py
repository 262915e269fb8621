"""A statement is the list from the last time if that is as long as the books: what was changed in it stays changed.

Rejected by: test_statement_is_a_copy
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
        self._printed = None

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
        with self._lock:
            self._open()
            if self._printed is None or len(self._printed) != len(self._entries):
                self._printed = list(self._entries)
            return self._balance, self._printed

    def close(self):
        with self._lock:
            self._open()
            self._closed = True
            return self._balance
