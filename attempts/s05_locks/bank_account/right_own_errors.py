"""A family of errors of its own: the one of a closed account is a RuntimeError, too. The books are a class of their own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class BankError(Exception):
    """Whatever the bank refuses."""


class InsufficientFunds(BankError):
    """A withdrawal of more than there is."""


class AccountClosed(BankError, RuntimeError):
    """Any call after the payout."""


@dataclass(slots=True)
class Ledger:
    entries: list[int] = field(default_factory=list)

    @property
    def balance(self) -> int:
        return sum(self.entries)

    def book(self, amount: int) -> int:
        if self.balance + amount < 0:
            raise InsufficientFunds(f"{-amount} of {self.balance} cents")
        self.entries.append(amount)
        return self.balance


def positive(amount: int) -> int:
    if amount <= 0:
        raise ValueError("amount must be > 0")
    return amount


class BankAccount:
    def __init__(self, opening: int = 0) -> None:
        if opening < 0:
            raise ValueError("opening must be >= 0")
        self._ledger = Ledger([opening] if opening else [])
        self._lock = threading.RLock()
        self._closed = False

    @contextmanager
    def _open(self) -> Iterator[Ledger]:
        with self._lock:
            if self._closed:
                raise AccountClosed("this account is closed")
            yield self._ledger

    def deposit(self, amount: int) -> int:
        positive(amount)
        with self._open() as ledger:
            return ledger.book(amount)

    def withdraw(self, amount: int) -> int:
        positive(amount)
        with self._open() as ledger:
            return ledger.book(-amount)

    def statement(self) -> tuple[int, list[int]]:
        with self._open() as ledger:
            return ledger.balance, [*ledger.entries]

    def close(self) -> int:
        with self._open() as ledger:
            self._closed = True
            return ledger.balance
