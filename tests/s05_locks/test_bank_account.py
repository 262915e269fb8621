"""One account, many users: each booking happens at one moment, and no cent appears or vanishes.

Under `@interleave` a test is run again for every way in which its threads can take turns.
"""

from collections.abc import Callable
from functools import partial
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, together
from katas.s05_locks.bank_account import BankAccount, InsufficientFunds

REFUSALS = (ValueError, RuntimeError, InsufficientFunds)


def attempt(call: Callable[..., int], *args: int) -> int | None:
    """What call(*args) returned, or None if the account refused it."""
    try:
        return call(*args)
    except (RuntimeError, InsufficientFunds):
        return None


def any_call(account: BankAccount) -> list[Callable[[], object]]:
    """A good call of each kind."""
    return [partial(account.deposit, 1), partial(account.withdraw, 1), account.statement, account.close]


@interleave
def test_a_day_at_the_bank() -> None:
    """Opening, paying in, paying out and closing do not do what they promise."""
    account = BankAccount(100)
    assert account.deposit(50) == 150
    assert account.withdraw(150) == 0, "withdrawing everything is allowed"
    assert account.statement() == (0, [100, 50, -150])
    assert account.close() == 0
    for call in any_call(account):
        with pytest.raises(RuntimeError):
            call()
    assert BankAccount().statement() == (0, []), "an opening balance of 0 is no entry"


@interleave
def test_rich_customer() -> None:
    """A cent vanished beside a large sum: cents are whole numbers, and a float has no room for so many digits."""
    account = BankAccount(2**53)
    assert account.deposit(2) == 2**53 + 2
    assert account.withdraw(1) == 2**53 + 1
    assert account.withdraw(2**53) == 1
    assert account.close() == 1


@pytest.mark.parametrize("amount", [0, -1])
@interleave
def test_bad_amounts(amount: int) -> None:
    """An amount of nothing or less was booked, or refused with another error than ValueError."""
    account = BankAccount()
    for call in (account.deposit, account.withdraw):
        with pytest.raises(ValueError):
            call(amount)
    assert account.statement() == (0, []), "the refused amount was booked"
    account.close()
    for call in (account.deposit, account.withdraw):
        with pytest.raises(ValueError):  # the amount is checked first, before "closed"
            call(amount)


@interleave
def test_bad_opening() -> None:
    """An account was opened with a debt."""
    with pytest.raises(ValueError):
        BankAccount(-1)


@interleave
def test_close_of_an_unused_account() -> None:
    """An account on which nothing was ever booked can be used after it was closed."""
    account = BankAccount()
    assert account.close() == 0
    for call in (account.statement, account.close, partial(account.deposit, 5)):
        with pytest.raises(RuntimeError):
            call()


@interleave
def test_refused_bookings_leave_no_trace() -> None:
    """A withdrawal of more than there is was refused, and the books were changed: by it, or by taking it back."""
    account = BankAccount(100)
    assert account.withdraw(60) == 40
    assert account.deposit(10) == 50
    with pytest.raises(InsufficientFunds):
        account.withdraw(60)
    assert account.statement() == (50, [100, -60, 10]), "the second withdrawal of 60 was refused, the first one was not"


@interleave
def test_statement_is_a_copy() -> None:
    """A customer who scribbled on a statement changed the bank's books."""
    account = BankAccount(100)
    _, entries = account.statement()
    entries[0] = 1_000_000
    assert account.statement() == (100, [100]), "nothing was booked in between"
    account.deposit(5)
    assert account.statement() == (105, [100, 5])
    assert entries == [1_000_000], "a later booking turned up on a statement that was handed out before"


class Model:
    """The same account for one user, as plainly as it can be said."""

    def __init__(self, opening: int) -> None:
        self.entries = [opening] if opening else []
        self.closed = False

    def expected(self, call: str, amount: int) -> object:
        """What the call has to return, or the type of what it has to raise."""
        balance = sum(self.entries)
        if call in ("deposit", "withdraw") and amount <= 0:
            return ValueError
        if self.closed:
            return RuntimeError
        if call == "withdraw" and amount > balance:
            return InsufficientFunds
        if call == "statement":
            return balance, list(self.entries)
        if call == "close":
            self.closed = True
            return balance
        self.entries.append(amount if call == "deposit" else -amount)
        return sum(self.entries)


NAMES = st.sampled_from(["deposit", "withdraw", "withdraw", "statement", "close"])


@given(opening=st.integers(0, 20), calls=st.lists(st.tuples(NAMES, st.integers(-1, 30)), max_size=12))
@interleave
def test_against_a_model(opening: int, calls: list[tuple[str, int]]) -> None:
    """One user alone got something else than the contract says."""
    account, model = BankAccount(opening), Model(opening)
    for name, amount in calls:
        call, expected = getattr(account, name), model.expected(name, amount)
        came: object
        try:
            came = call(amount) if name in ("deposit", "withdraw") else call()
        except REFUSALS as refusal:  # of the expected type, or of a class derived from it
            came = expected if isinstance(expected, type) and isinstance(refusal, expected) else refusal
        assert came == expected, f"{name}, amount {amount}"


@pytest.mark.parametrize("refused", ["deposit 0", "withdraw 0", "withdraw 101"])
@interleave
def test_refusals_release_the_lock(refused: str) -> None:
    """After a refused call the account is locked for ever: the error left with the key."""
    account = BankAccount(100)
    name, amount = refused.split()
    with pytest.raises(REFUSALS):
        getattr(account, name)(int(amount))
    assert account.deposit(1) == 101
    assert account.withdraw(1) == 100
    assert account.statement() == (100, [100, 1, -1])
    assert account.close() == 100
    for _ in range(2):  # a closed account refuses every call, and again after it has refused one
        for call in any_call(account):
            with pytest.raises(RuntimeError):
                call()


@pytest.mark.parametrize("deposits", [[1, 2], [1, 2, 4]])  # each sum tells which deposits it is made of
@interleave
def test_no_deposit_lost(deposits: list[int]) -> None:
    """Two customers paid in at the same time and one deposit vanished."""
    account = BankAccount()
    together(*(partial(account.deposit, amount) for amount in deposits))
    balance, entries = account.statement()
    assert balance == sum(deposits)
    assert sorted(entries) == sorted(deposits)


@interleave
def test_nothing_lost_between_paying_in_and_out() -> None:
    """A deposit and a withdrawal at the same time, and one of them vanished."""
    account = BankAccount(10)
    together(partial(account.deposit, 5), partial(account.withdraw, 3))
    balance, entries = account.statement()
    assert balance == 12
    assert sorted(entries) == [-3, 5, 10]


@pytest.mark.parametrize(
    ("first", "second", "possible"),  # possible: what both together may have been paid
    [(30, 60, {90}), (60, 60, {60}), (60, 100, {60, 100}), (30, 130, {30})],
)
@interleave
def test_never_overdrawn(first: int, second: int, possible: set[int]) -> None:
    """Two customers together got more money than there was, or one was refused although it was enough."""
    account = BankAccount(100)
    left = together(partial(attempt, account.withdraw, first), partial(attempt, account.withdraw, second))
    paid = sum(amount for amount, balance in zip((first, second), left, strict=True) if balance is not None)
    assert paid in possible, f"{first} and {second} were asked for, {paid} of 100 cents paid out"
    balance, entries = account.statement()
    assert balance == 100 - paid == sum(entries)


@interleave
def test_returned_balance_is_that_of_the_booking() -> None:
    """A customer was told a balance that was not the one right after the own booking."""
    account = BankAccount(100)
    bookings = {5: account.deposit, 7: account.deposit, -3: account.withdraw}  # the amounts tell them apart
    told = together(*(partial(book, abs(amount)) for amount, book in bookings.items()))
    _, entries = account.statement()
    for amount, balance in zip(bookings, told, strict=True):
        right_after = sum(entries[: entries.index(amount) + 1])
        assert balance == right_after, f"told {balance} after booking {amount}, but the entries are {entries}"


@interleave
def test_statement_is_one_moment() -> None:
    """A statement shows a balance from one moment and entries from another."""
    account = BankAccount(100)

    def customer() -> None:
        account.deposit(5)
        account.withdraw(3)

    _, (balance, entries) = together(customer, account.statement)
    assert balance == sum(entries), f"balance {balance}, but the entries are {entries}"
    assert (balance, entries) in [(100, [100]), (105, [100, 5]), (102, [100, 5, -3])]


@interleave
def test_two_statements_at_once() -> None:
    """Two customers who asked at the same time share one list, or were shown what had been true before."""
    account = BankAccount(100)
    account.statement()
    account.deposit(5)
    _, first, second = together(partial(account.withdraw, 3), account.statement, account.statement)
    for statement in (first, second):
        assert statement in [(105, [100, 5]), (102, [100, 5, -3])]
    assert first[1] is not second[1], "each caller is promised a list of its own"


@interleave
def test_close_pays_once() -> None:
    """The money was paid out twice, or a deposit came after the payout and is gone."""
    account = BankAccount(100)
    first, second, booked = together(
        partial(attempt, account.close),
        partial(attempt, account.close),
        partial(attempt, account.deposit, 5),
    )
    payouts = [payout for payout in (first, second) if payout is not None]
    assert len(payouts) == 1, f"two calls of close were paid: {payouts}"
    assert payouts[0] == (100 if booked is None else 105)


@interleave
def test_statement_beside_the_payout() -> None:
    """A statement came while the account was being closed, and showed a balance that it never had."""
    account = BankAccount(100)

    def customer() -> object:
        try:
            return account.statement()
        except RuntimeError:
            return "refused"

    payout, statement = together(account.close, customer)
    assert payout == 100
    assert statement in ((100, [100]), "refused")


@interleave
def test_no_withdrawal_after_the_payout() -> None:
    """Somebody withdrew money that had already been paid out by close."""
    account = BankAccount(100)
    payout, left = together(account.close, partial(attempt, account.withdraw, 30))
    assert payout == (100 if left is None else 70)


@interleave(timeouts=True)
def test_a_slow_counter() -> None:
    """A customer got tired of waiting for the lock, and booked or read without it."""
    account = BankAccount(100)
    together(partial(account.deposit, 5), partial(account.withdraw, 3))
    assert account.statement()[0] == 102, "a booking vanished"
    payout, left = together(account.close, partial(attempt, account.withdraw, 30))
    assert payout == (102 if left is None else 72)


@interleave
def test_two_accounts() -> None:
    """A booking turned up on somebody else's account."""
    hers, his = BankAccount(100), BankAccount()
    together(partial(hers.withdraw, 1), partial(his.deposit, 2))
    assert hers.statement() == (99, [100, -1])
    assert his.statement() == (2, [2])
    hers.close()
    assert his.deposit(3) == 5


@pytest.mark.timeout(10)
@settings(max_examples=10)
@given(amounts=st.lists(st.integers(1, 50), min_size=4, max_size=4))
def test_salary_day(amounts: list[int]) -> None:
    """Four threads that really ran at once made or lost money. (A second opinion: green proves little.)"""
    account = BankAccount(100)
    doors_open = Barrier(4)

    def customer(amount: int) -> int:
        doors_open.wait()
        change = 0
        for _ in range(20):
            account.deposit(amount)
            change += amount
            if attempt(account.withdraw, 2 * amount) is not None:
                change -= 2 * amount
        return change

    changes = together(*(partial(customer, amount) for amount in amounts))
    balance, entries = account.statement()
    assert balance == 100 + sum(changes) == sum(entries)
