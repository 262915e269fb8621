"""The books lie in a queue: who has taken them out is the only one who has them, and puts them back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Queue


class InsufficientFunds(Exception):
    """A withdrawal of more than there is."""


@dataclass
class Books:
    entries: list[int] = field(default_factory=list)
    closed: bool = False


class BankAccount:
    def __init__(self, opening: int = 0) -> None:
        if opening < 0:
            raise ValueError(f"an account cannot be opened with {opening} cents")
        self._desk: Queue[Books] = Queue(maxsize=1)
        self._desk.put(Books([opening] if opening else []))

    @contextmanager
    def _books(self) -> Iterator[Books]:
        books = self._desk.get()
        try:
            if books.closed:
                raise RuntimeError("this account is closed")
            yield books
        finally:
            self._desk.put(books)

    def deposit(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError(f"an amount is at least 1 cent, not {amount}")
        with self._books() as books:
            books.entries.append(amount)
            return sum(books.entries)

    def withdraw(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError(f"an amount is at least 1 cent, not {amount}")
        with self._books() as books:
            if amount > sum(books.entries):
                raise InsufficientFunds(f"{amount} cents asked for, {sum(books.entries)} there")
            books.entries.append(-amount)
            return sum(books.entries)

    def statement(self) -> tuple[int, list[int]]:
        with self._books() as books:
            return sum(books.entries), books.entries.copy()

    def close(self) -> int:
        with self._books() as books:
            books.closed = True
            return sum(books.entries)
