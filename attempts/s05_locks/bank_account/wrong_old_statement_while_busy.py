"""While somebody books, a statement does not wait but repeats the one before, which may be long out of date.

Rejected by: test_two_statements_at_once
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
        self._entries = [opening] if opening > 0 else []
        self._closed = False
        self._last = (opening, list(self._entries))

    def deposit(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError("amount")
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            self._balance += amount
            self._entries.append(amount)
            return self._balance

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
            return self._balance

    def statement(self) -> tuple[int, list[int]]:
        if self._lock.acquire(blocking=False):
            try:
                if self._closed:
                    raise RuntimeError("closed")
                self._last = (self._balance, list(self._entries))
            finally:
                self._lock.release()
        balance, entries = self._last
        return balance, list(entries)

    def close(self) -> int:
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            self._closed = True
            return self._balance
