"""Waits a second for the lock, and books without it if that was not long enough.

Rejected by: test_a_slow_counter
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class InsufficientFunds(Exception):
    """A withdrawal of more than there is."""


class BankAccount:
    """An account for any number of threads. Amounts are whole cents.

    Every call checks its amount first (ValueError), also on a closed account. After that, on a closed
    account, deposit, withdraw, statement and close raise RuntimeError. A call that is refused books nothing.
    """

    def __init__(self, opening: int = 0) -> None:
        """ValueError if opening < 0. An opening balance > 0 is the first entry; one of 0 is no entry."""
        if opening < 0:
            raise ValueError(f"an account cannot be opened with {opening} cents")
        self._balance = opening
        self._entries = [opening] if opening else []
        self._closed = False
        self._lock = Lock()

    def deposit(self, amount: int) -> int:
        """Book the amount and return the balance right after this very booking. ValueError if amount <= 0."""
        self._check_amount(amount)
        with self._patiently():
            self._check_open()
            return self._book(amount)

    def withdraw(self, amount: int) -> int:
        """Book -amount and return the balance right after this very booking.

        ValueError if amount <= 0, InsufficientFunds if amount > balance. Withdrawing everything is fine.
        """
        self._check_amount(amount)
        with self._patiently():
            self._check_open()
            if amount > self._balance:
                raise InsufficientFunds(f"{amount} cents asked for, {self._balance} there")
            return self._book(-amount)

    def statement(self) -> tuple[int, list[int]]:
        """(balance, all entries in the order of booking, withdrawals negative), both taken at one moment.

        So sum(entries) == balance, always. The list is the caller's own: changing it changes nothing else.
        """
        with self._patiently():
            self._check_open()
            return self._balance, list(self._entries)

    def close(self) -> int:
        """Close the account and pay out: return the balance. Of several calls only one can succeed."""
        with self._patiently():
            self._check_open()
            self._closed = True
            return self._balance

    @contextmanager
    def _patiently(self) -> Iterator[None]:
        locked = self._lock.acquire(timeout=1)
        try:
            yield
        finally:
            if locked:
                self._lock.release()

    @staticmethod
    def _check_amount(amount: int) -> None:
        if amount <= 0:
            raise ValueError(f"an amount is at least 1 cent, not {amount}")

    def _check_open(self) -> None:
        """Call this with the lock held."""
        if self._closed:
            raise RuntimeError("this account is closed")

    def _book(self, amount: int) -> int:
        """Call this with the lock held."""
        self._entries.append(amount)
        self._balance += amount
        return self._balance
