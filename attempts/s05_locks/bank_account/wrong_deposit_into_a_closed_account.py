"""Asks whether it is open before it takes the lock: the deposit may come after the payout and is gone.

Rejected by: test_close_pays_once
"""

from threading import Lock


class InsufficientFunds(Exception):
    """A withdrawal of more than there is."""


class BankAccount:
    def __init__(self, opening: int = 0) -> None:
        if opening < 0:
            raise ValueError(f"an account cannot be opened with {opening} cents")
        self._balance = opening
        self._entries = [opening] if opening else []
        self._closed = False
        self._lock = Lock()

    def deposit(self, amount: int) -> int:
        self._check_amount(amount)
        self._check_open()
        with self._lock:
            return self._book(amount)

    def withdraw(self, amount: int) -> int:
        self._check_amount(amount)
        with self._lock:
            self._check_open()
            if amount > self._balance:
                raise InsufficientFunds(f"{amount} cents asked for, {self._balance} there")
            return self._book(-amount)

    def statement(self) -> tuple[int, list[int]]:
        with self._lock:
            self._check_open()
            return self._balance, list(self._entries)

    def close(self) -> int:
        with self._lock:
            self._check_open()
            self._closed = True
            return self._balance

    @staticmethod
    def _check_amount(amount: int) -> None:
        if amount <= 0:
            raise ValueError(f"an amount is at least 1 cent, not {amount}")

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("this account is closed")

    def _book(self, amount: int) -> int:
        self._entries.append(amount)
        self._balance += amount
        return self._balance
