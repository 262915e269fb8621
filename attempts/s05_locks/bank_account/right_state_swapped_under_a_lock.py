"""The whole state is one tuple that is never changed, only replaced; who reads needs no lock."""

from threading import Lock


class InsufficientFunds(Exception):
    """A withdrawal of more than there is."""


class BankAccount:
    def __init__(self, opening: int = 0) -> None:
        if opening < 0:
            raise ValueError(f"an account cannot be opened with {opening} cents")
        self._entries: tuple[int, ...] | None = (opening,) if opening else ()
        self._writing = Lock()

    def deposit(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError(f"an amount is at least 1 cent, not {amount}")
        return self._book(amount)

    def withdraw(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError(f"an amount is at least 1 cent, not {amount}")
        return self._book(-amount)

    def statement(self) -> tuple[int, list[int]]:
        entries = self._entries  # read once: whatever is swapped in later, this tuple stays as it is
        if entries is None:
            raise RuntimeError("this account is closed")
        return sum(entries), list(entries)

    def close(self) -> int:
        with self._writing:
            entries, self._entries = self._entries, None
        if entries is None:
            raise RuntimeError("this account is closed")
        return sum(entries)

    def _book(self, amount: int) -> int:
        with self._writing:
            if self._entries is None:
                raise RuntimeError("this account is closed")
            balance = sum(self._entries) + amount
            if balance < 0:
                raise InsufficientFunds(f"{-amount} cents asked for, {balance - amount} there")
            self._entries = (*self._entries, amount)
            return balance
