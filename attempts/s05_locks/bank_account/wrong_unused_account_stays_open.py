"""An account without entries is not closed: closed is what has been booked on and paid out.

Rejected by: test_close_of_an_unused_account
"""
from threading import RLock


class InsufficientFunds(Exception):
    """A withdrawal of more than there is."""


class BankAccount:
    def __init__(self, opening: int = 0) -> None:
        if opening < 0:
            raise ValueError(opening)
        self._lock = RLock()
        self._entries = [opening] if opening else []
        self._closed = False

    def _open(self):
        if self._closed:
            raise RuntimeError("closed")

    def deposit(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError(amount)
        with self._lock:
            self._open()
            self._entries.append(amount)
            return sum(self._entries)

    def withdraw(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError(amount)
        with self._lock:
            self._open()
            if amount > sum(self._entries):
                raise InsufficientFunds(amount)
            self._entries.append(-amount)
            return sum(self._entries)

    def statement(self) -> tuple[int, list[int]]:
        with self._lock:
            self._open()
            return sum(self._entries), list(self._entries)

    def close(self) -> int:
        with self._lock:
            self._open()
            self._closed = bool(self._entries)
            return sum(self._entries)
