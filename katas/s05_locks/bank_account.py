"""Write a bank account on which no cent appears or vanishes, whatever its many users do at the same time."""


class InsufficientFunds(Exception):
    """A withdrawal of more than there is."""


class BankAccount:
    """An account for any number of threads. Amounts are whole cents.

    Every call checks its amount first (ValueError), also on a closed account. After that, on a closed
    account, deposit, withdraw, statement and close raise RuntimeError. A call that is refused books nothing.
    """

    def __init__(self, opening: int = 0) -> None:
        """ValueError if opening < 0. An opening balance > 0 is the first entry; one of 0 is no entry."""
        raise NotImplementedError  # TODO

    def deposit(self, amount: int) -> int:
        """Book the amount and return the balance right after this very booking. ValueError if amount <= 0."""
        raise NotImplementedError  # TODO

    def withdraw(self, amount: int) -> int:
        """Book -amount and return the balance right after this very booking.

        ValueError if amount <= 0, InsufficientFunds if amount > balance. Withdrawing everything is fine.
        """
        raise NotImplementedError  # TODO

    def statement(self) -> tuple[int, list[int]]:
        """(balance, all entries in the order of booking, withdrawals negative), both taken at one moment.

        So sum(entries) == balance, always. The list is the caller's own: changing it changes nothing else.
        """
        raise NotImplementedError  # TODO

    def close(self) -> int:
        """Close the account and pay out: return the balance. Of several calls only one can succeed."""
        raise NotImplementedError  # TODO
