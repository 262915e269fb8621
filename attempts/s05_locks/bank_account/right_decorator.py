"""A decorator puts each public method as a whole under the account's lock, the amount check too."""

from collections.abc import Callable
from functools import wraps
from threading import Condition
from typing import Any, Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class InsufficientFunds(Exception):
    """A withdrawal of more than there is."""


def synchronized(method: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], R]:
    @wraps(method)
    def guarded(self: Any, *args: P.args, **kwargs: P.kwargs) -> R:
        with self._monitor:
            return method(self, *args, **kwargs)

    return guarded


class BankAccount:
    def __init__(self, opening: int = 0) -> None:
        if opening < 0:
            raise ValueError(f"an account cannot be opened with {opening} cents")
        self._monitor = Condition()
        self._entries = [opening] if opening else []
        self._balance = opening
        self._closed = False

    @synchronized
    def deposit(self, amount: int) -> int:
        return self._book(amount, amount)

    @synchronized
    def withdraw(self, amount: int) -> int:
        return self._book(amount, -amount)

    @synchronized
    def statement(self) -> tuple[int, list[int]]:
        self._check_open()
        return self._balance, [*self._entries]

    @synchronized
    def close(self) -> int:
        self._check_open()
        self._closed = True
        return self._balance

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("this account is closed")

    def _book(self, amount: int, change: int) -> int:
        if amount <= 0:
            raise ValueError(f"an amount is at least 1 cent, not {amount}")
        self._check_open()
        if self._balance + change < 0:
            raise InsufficientFunds(f"{amount} cents asked for, {self._balance} there")
        self._entries.append(change)
        self._balance += change
        return self._balance
