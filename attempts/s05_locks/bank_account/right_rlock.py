"""An RLock knows its owner, so the public methods may call each other while they hold it."""

from threading import RLock


class InsufficientFunds(Exception):
    """A withdrawal of more than there is."""


class BankAccount:
    def __init__(self, opening: int = 0) -> None:
        if opening < 0:
            raise ValueError(f"an account cannot be opened with {opening} cents")
        self._entries: list[int] = []
        self._balance = 0
        self._closed = False
        self._lock = RLock()
        if opening:
            self.deposit(opening)

    def deposit(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError(f"an amount is at least 1 cent, not {amount}")
        with self._lock:
            self.statement()
            self._entries.append(amount)
            self._balance += amount
            return self._balance

    def withdraw(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError(f"an amount is at least 1 cent, not {amount}")
        with self._lock:
            balance, _ = self.statement()
            if amount > balance:
                raise InsufficientFunds(f"{amount} cents asked for, {balance} there")
            self._entries.append(-amount)
            self._balance -= amount
            return self._balance

    def statement(self) -> tuple[int, list[int]]:
        with self._lock:
            if self._closed:
                raise RuntimeError("this account is closed")
            return self._balance, self._entries.copy()

    def close(self) -> int:
        with self._lock:
            balance, _ = self.statement()
            self._closed = True
            return balance
