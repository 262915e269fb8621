"""Stores no balance at all: it is the sum of the entries, worked out under the lock."""

from threading import Lock


class InsufficientFunds(Exception):
    """A withdrawal of more than there is."""


class BankAccount:
    def __init__(self, opening: int = 0) -> None:
        if opening < 0:
            raise ValueError(f"an account cannot be opened with {opening} cents")
        self._entries: list[int] | None = [opening] if opening else []  # None: closed
        self._lock = Lock()

    def deposit(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError(f"an amount is at least 1 cent, not {amount}")
        with self._lock:
            entries = self._open_entries()
            entries.append(amount)
            return sum(entries)

    def withdraw(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError(f"an amount is at least 1 cent, not {amount}")
        with self._lock:
            entries = self._open_entries()
            if amount > sum(entries):
                raise InsufficientFunds(f"{amount} cents asked for, {sum(entries)} there")
            entries.append(-amount)
            return sum(entries)

    def statement(self) -> tuple[int, list[int]]:
        with self._lock:
            entries = self._open_entries()
            return sum(entries), entries[:]

    def close(self) -> int:
        with self._lock:
            entries = self._open_entries()
            self._entries = None
            return sum(entries)

    def _open_entries(self) -> list[int]:
        if self._entries is None:
            raise RuntimeError("this account is closed")
        return self._entries
