"""Numbers are compared by `is`: small ones are the same object, and a larger balance is not.

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
        self._balance = opening
        self._entries = [opening] if opening else []
        self._closed = False

    def deposit(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError("amount")
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            self._entries.append(amount)
            self._balance += amount
            return self._balance

    def withdraw(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError("amount")
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            if self._balance - amount is not abs(self._balance - amount):
                raise InsufficientFunds
            self._entries.append(-amount)
            self._balance -= amount
            return self._balance

    def statement(self) -> tuple[int, list[int]]:
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            return self._balance, list(self._entries)

    def close(self) -> int:
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            self._closed = True
            return self._balance
