"""The balance is kept as a float: beside 2**53 cents, one cent more is no change.

Rejected by: test_rich_customer
"""

import threading


class InsufficientFunds(Exception):
    """A withdrawal of more than there is."""


class BankAccount:
    def __init__(self, opening: int = 0) -> None:
        if opening < 0:
            raise ValueError("opening")
        self._lock = threading.Lock()
        self._balance = float(opening)
        self._entries = [opening] if opening > 0 else []
        self._closed = False

    def deposit(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError("amount")
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            self._balance += amount
            self._entries.append(amount)
            return int(self._balance)

    def withdraw(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError("amount")
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            if amount > self._balance:
                raise InsufficientFunds("funds")
            self._balance -= amount
            self._entries.append(-amount)
            return int(self._balance)

    def statement(self) -> tuple[int, list[int]]:
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            return int(self._balance), list(self._entries)

    def close(self) -> int:
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            self._closed = True
            return int(self._balance)
