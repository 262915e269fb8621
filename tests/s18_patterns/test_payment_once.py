"""A payment that arrives twice is charged once; one that fails can be tried again; no customer waits for another.

Under `@interleave` a test is run again for every way in which its threads can take turns. A deadlock is
reported at once.
"""

import time
import zlib
from collections.abc import Callable
from functools import partial
from itertools import count
from threading import Barrier, Event, Thread, current_thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from katas.s18_patterns.payment_once import PaymentOnce


class Bank:
    """Its charge fails the first `failures` times, with another kind of error each time. Each receipt is a new one."""

    KINDS = (ValueError, ConnectionError, KeyError)  # whatever charge raises, it is no answer of pay() itself

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.charges: list[tuple[str, int]] = []
        self.callers: list[Thread] = []
        self.errors: list[Exception] = []
        self.inside: list[str] = []

    def charge(self, key: str, cents: int) -> str:
        assert key not in self.inside, f"{key} is being charged twice at the same time"
        self.inside.append(key)
        self.charges.append((key, cents))
        self.callers.append(current_thread())
        number = len(self.charges)
        self.inside.remove(key)
        if number <= self.failures:
            self.errors.append(self.KINDS[(number - 1) % len(self.KINDS)](f"attempt {number}"))
            raise self.errors[-1]
        return f"receipt {number}"


def outcome(call: Callable[[], str]) -> str | Exception:
    """What the call returned or raised."""
    try:
        return call()
    except AssertionError:
        raise
    except Exception as error:
        return error


@interleave
def test_receipt_is_remembered() -> None:
    """A payment that was repeated later was charged again, or got another receipt, or two payments got mixed up."""
    bank = Bank()
    payments = PaymentOnce(bank.charge)
    assert payments.pay("a", 100_000) == "receipt 1"
    assert payments.pay("b", 100) == "receipt 2"
    assert payments.pay("a", int("100000")) == "receipt 1", "the same amount, though it is another int object"
    assert bank.charges == [("a", 100_000), ("b", 100)]
    assert payments.pay(" ", 100) == "receipt 3", "a key of one space is not empty"
    assert payments.receipts() == {"a": "receipt 1", "b": "receipt 2", " ": "receipt 3"}


@interleave
def test_blank_receipt_is_a_receipt() -> None:
    """A bank that returns an empty receipt was charged again: its receipt was taken for none."""
    charges = []

    def charge(key: str, cents: int) -> str:
        charges.append(key)
        return ""

    payments = PaymentOnce(charge)
    assert [payments.pay("a", 1), payments.pay("a", 1)] == ["", ""]
    assert charges == ["a"]
    assert payments.receipts() == {"a": ""}


@interleave
def test_other_amount_is_rejected() -> None:
    """The same key came back with another amount, and was accepted, or charged, or spoiled the old receipt."""
    bank = Bank()
    payments = PaymentOnce(bank.charge)
    payments.pay("a", 100)
    for cents in (99, 101):
        with pytest.raises(ValueError):
            payments.pay("a", cents)
    assert payments.pay("a", 100) == "receipt 1"
    assert bank.charges == [("a", 100)]


@interleave(preemptions=0, schedules=1, steps=100_000)
def test_known_for_good() -> None:
    """A receipt was forgotten, since many others came after it or a day went by, and the card was charged again."""
    bank = Bank()
    payments = PaymentOnce(bank.charge)
    for number in range(1025):
        payments.pay(f"payment {number}", 1)
    assert payments.pay("payment 0", 1) == "receipt 1", "1,024 payments came after it"
    time.sleep(100_000)  # more than a day
    assert payments.pay("payment 1024", 1) == "receipt 1025", "a day went by"
    assert len(bank.charges) == len(payments.receipts()) == 1025


@pytest.mark.parametrize(("key", "cents"), [("", 100), ("a", 0), ("a", -1), ("b", 0)])
@interleave
def test_bad_input(key: str, cents: int) -> None:
    """A payment without a key, or of nothing or less, was not refused with ValueError, or it was charged."""
    bank = Bank()
    payments = PaymentOnce(bank.charge)
    payments.pay("b", 100)  # a known key makes no difference
    with pytest.raises(ValueError):
        payments.pay(key, cents)
    assert bank.charges == [("b", 100)]
    assert list(payments.receipts()) == ["b"]
    assert payments.pay("a", 1) == "receipt 2", "a key that was refused can still be paid"


def books(deliveries: list[tuple[str, int]]) -> tuple[list[tuple[str, int]], dict[str, str], list[str]]:
    bank = Bank()
    payments = PaymentOnce(bank.charge)
    answers = []
    for key, cents in deliveries:
        came = outcome(partial(payments.pay, key, cents))
        answers.append(came if isinstance(came, str) else type(came).__name__)
    return bank.charges, payments.receipts(), answers


# " a" and "A" are keys like others: nobody tidies them up.
PAYMENTS = st.lists(st.tuples(st.sampled_from(["a", " a", "A"]), st.integers(1, 2)), max_size=6)


@given(deliveries=PAYMENTS, data=st.data())
@settings(max_examples=25)
@interleave(schedules=1)
def test_redelivery_changes_nothing(deliveries: list[tuple[str, int]], data: st.DataObject) -> None:
    """Payments that were delivered again changed what was charged, or got another answer than the first time."""
    charges, receipts, answers = books(deliveries)
    repeated, expected = [], []
    for delivery, answer in zip(deliveries, answers, strict=True):
        for _ in range(data.draw(st.integers(1, 3))):
            repeated.append(delivery)
            expected.append(answer)
    assert books(repeated) == (charges, receipts, expected), f"delivered {repeated} instead of {deliveries}"
    first = {}
    for key, cents in deliveries:
        first.setdefault(key, cents)
    assert charges == list(first.items()), f"delivered {deliveries}"


@pytest.mark.parametrize("callers", [2, 3])
@interleave(schedules=40)
def test_one_charge_per_key(callers: int) -> None:
    """The same payment arrived several times at once, and the card was charged more than once."""
    bank = Bank()
    payments = PaymentOnce(bank.charge)

    def customer() -> str:
        receipt = payments.pay("a", 100)
        assert payments.receipts() == {"a": receipt}, "pay has returned a receipt that is not in the books yet"
        return receipt

    receipts = together(*[customer] * callers)
    assert bank.charges == [("a", 100)], f"{callers} callers, charged: {bank.charges}"
    assert receipts == ["receipt 1"] * callers


@pytest.mark.parametrize(("failures", "callers"), [(1, 2), (2, 2), (2, 3)])
@interleave(schedules=30)
def test_failure_is_not_shared(failures: int, callers: int) -> None:
    """A charge failed, and others got its error, or nobody tried again, or two tried again at once."""
    bank = Bank(failures)
    payments = PaymentOnce(bank.charge)

    def customer() -> tuple[Thread, str | Exception]:
        return current_thread(), outcome(partial(payments.pay, "a", 100))

    came = together(*[customer] * callers)
    told = f"{callers} callers, the first {failures} charges fail; came back: {[answer for _, answer in came]}"
    expected = min(callers, failures + 1)
    assert len(bank.charges) == expected, f"{told}; charge was called {len(bank.charges)} times, not {expected}"
    raised = {id(answer): who for who, answer in came if isinstance(answer, Exception)}
    assert raised.keys() == {id(error) for error in bank.errors}, f"{told}; errors of charge: {bank.errors}"
    assert [raised[id(error)] for error in bank.errors] == bank.callers[:failures], f"{told}; errors went astray"
    paid = [answer for _, answer in came if isinstance(answer, str)]
    assert paid == [f"receipt {failures + 1}"] * (callers - min(failures, callers)), told
    assert len(set(bank.callers)) == len(bank.callers), f"{told}; one of them called charge twice"


@interleave
def test_failure_is_not_remembered() -> None:
    """A payment that failed once can never be made, or the error was not that of the charge."""
    bank = Bank(failures=3)
    payments = PaymentOnce(bank.charge)
    for _ in range(3):
        error = outcome(partial(payments.pay, "a", 100))
        assert error is bank.errors[-1]
        assert payments.receipts() == {}
    assert payments.pay("a", 250) == "receipt 4", "what failed is forgotten, the amount too"
    assert bank.charges == [("a", 100), ("a", 100), ("a", 100), ("a", 250)]


@interleave(schedules=30)
def test_waiters_survive_a_failure() -> None:
    """A charge failed while somebody waited for it, and they did not try next: they wait for ever, or got an error."""
    waiting = Event()
    charges = []

    def charge(key: str, cents: int) -> str:
        charges.append(cents)
        if len(charges) == 1:
            waiting.wait()
            raise ConnectionError("the line went dead")
        return f"paid {cents}"

    payments = PaymentOnce(charge)

    def second() -> str:
        while not charges:
            settle()
        return payments.pay("a", 200)

    def signal() -> None:
        settle()  # the first one is charging, the second one waits for it
        waiting.set()

    error, receipt, _ = together(lambda: outcome(partial(payments.pay, "a", 100)), second, signal)
    assert isinstance(error, ConnectionError)
    assert receipt == "paid 200", "the next one pays with its own cents"
    assert charges == [100, 200]
    assert payments.pay("a", 200) == "paid 200"


@interleave(preemptions=0, schedules=1, steps=100_000)
def test_waiting_takes_as_long_as_the_charge() -> None:
    """The charge took half a minute (of virtual time), and somebody who waited for it gave up, or charged too."""
    charges = []

    def charge(key: str, cents: int) -> str:
        charges.append(key)
        time.sleep(31)
        return f"paid {key}"

    payments = PaymentOnce(charge)
    pay = partial(outcome, partial(payments.pay, "a", 100))
    assert together(pay, pay) == ["paid a", "paid a"]
    assert charges == ["a"]


@pytest.mark.parametrize("failures", [0, 1, 2, 4])
@interleave(preemptions=0, schedules=10)
def test_all_who_wait_go_on(failures: int) -> None:
    """Four callers waited for the same charge, and not all of them were woken, or two tried next at the same time."""
    everybody_there = Event()
    charges, inside = [], []

    def charge(key: str, cents: int) -> str:
        assert not inside, "a is being charged twice at the same time"
        inside.append(key)
        charges.append(cents)
        number = len(charges)
        everybody_there.wait()
        settle()  # now whoever could charge beside this one does
        inside.remove(key)
        if number <= failures:
            raise ConnectionError("the line went dead")
        return f"paid {cents}"

    def signal() -> None:
        settle()  # one caller is charging, four wait
        everybody_there.set()

    payments = PaymentOnce(charge)
    pay = partial(outcome, partial(payments.pay, "a", 100))
    *came, _ = together(*[pay] * 5, signal)
    assert came.count("paid 100") == 5 - failures, f"the first {failures} charges fail; came back: {came}"
    assert len(charges) == failures + 1, f"the first {failures} charges fail; there were {len(charges)}"


@interleave(preemptions=0, schedules=5)
def test_newcomer_waits_for_the_second_try() -> None:
    """A charge failed, the next one in the row was charging, and a newcomer charged at the same time."""
    second_rings, line_back = Event(), Event()
    charges = []

    def charge(key: str, cents: int) -> str:
        charges.append(cents)
        if len(charges) == 1:
            second_rings.wait()
            raise ConnectionError("the line went dead")
        line_back.wait()
        return f"paid {cents}"

    payments = PaymentOnce(charge)

    def pay() -> str | Exception:
        return outcome(partial(payments.pay, "a", 100))

    def till() -> list[str | Exception]:
        settle()  # both callers are there: one is charging, the other one waits
        second_rings.set()
        settle()  # the first charge has failed, the other caller is charging now
        newcomer.start()
        settle()
        line_back.set()
        newcomer.join()
        return came

    came: list[str | Exception] = []
    newcomer = Thread(target=lambda: came.append(pay()))
    first, second, (third,) = together(pay, pay, till)
    assert charges == [100, 100], f"the first charge failed, then charge was called {len(charges) - 1} times"
    assert sorted(type(answer).__name__ for answer in (first, second)) == ["ConnectionError", "str"]
    assert third == "paid 100"


@interleave(preemptions=0, schedules=5)
def test_second_try_holds_nobody_up() -> None:
    """A charge failed, the next one in the row was charging, and all who wanted something else had to wait."""
    may_fail, line_back = Event(), Event()
    charges = []

    def charge(key: str, cents: int) -> str:
        if key == "a":
            charges.append(cents)
            if len(charges) == 1:
                may_fail.wait()
                raise ConnectionError("the line went dead")
            line_back.wait()
        return f"paid {key}"

    payments = PaymentOnce(charge)
    pay = partial(outcome, partial(payments.pay, "a", 100))

    def somebody_else() -> dict[str, str]:
        settle()  # one caller is charging, the other one waits
        may_fail.set()
        settle()  # the first charge has failed, the second one is running
        payments.pay("b", 1)
        receipts = payments.receipts()
        line_back.set()
        return receipts

    assert together(pay, pay, somebody_else)[-1] == {"b": "paid b"}
    assert charges == [100, 100]


@interleave(schedules=40)
def test_waiting_with_another_amount() -> None:
    """Two callers used the same key for different amounts at once: both were charged, or both got the receipt."""
    bank = Bank()
    payments = PaymentOnce(bank.charge)
    came = together(*(partial(outcome, partial(payments.pay, "a", cents)) for cents in (100, 200)))
    winner = 0 if bank.charges == [("a", 100)] else 1
    assert bank.charges == [("a", (100, 200)[winner])], f"charged: {bank.charges}"
    assert came[winner] == "receipt 1", f"the one who was charged got {came[winner]!r}"
    assert isinstance(came[1 - winner], ValueError), f"the other one got {came[1 - winner]!r}, not a ValueError"


@interleave
def test_charged_in_the_callers_thread() -> None:
    """charge ran in another thread than that of the caller."""
    bank = Bank()
    payments = PaymentOnce(bank.charge)
    payments.pay("a", 100)
    assert bank.callers == [current_thread()]


@pytest.mark.parametrize("keys", ["ab", "abc"])
@interleave(schedules=20)
def test_keys_do_not_wait_for_each_other(keys: str) -> None:
    """A customer had to wait until somebody else's payment was through."""
    meeting = Barrier(len(keys))

    def charge(key: str, cents: int) -> str:
        meeting.wait()  # passes when all keys are being charged at once
        return f"paid {key}"

    payments = PaymentOnce(charge)
    assert together(*(partial(payments.pay, key, 100) for key in keys)) == [f"paid {key}" for key in keys]


@pytest.fixture(params=[hash, lambda key: zlib.crc32(key.encode())], ids=["hash", "crc32"])
def neighbours(request: pytest.FixtureRequest) -> set[str]:
    """For each number of locks that keys could share: one that would fall on the lock of "slow"."""
    spread: Callable[[str], int] = request.param
    shares = [*range(1, 129), 200, 256, 500, 512, 1000, 1024]
    slow = spread("slow")
    return {next(key for key in map(str, count()) if (spread(key) - slow) % number == 0) for number in shares}


@interleave(preemptions=0, schedules=1)
def test_no_key_waits_for_a_slow_one(neighbours: set[str]) -> None:
    """While one payment was slow, another one with a different key had to wait: some keys share a lock."""
    through = Event()

    def charge(key: str, cents: int) -> str:
        if key == "slow":
            through.wait()
        return f"paid {key}"

    payments = PaymentOnce(charge)

    def others() -> None:
        settle()  # the slow one is being charged
        for key in neighbours:
            payments.pay(key, 1)
            payments.pay(key, 1)
        through.set()

    receipt, _ = together(partial(payments.pay, "slow", 100), others)
    assert receipt == "paid slow"


@pytest.mark.parametrize("fails", [False, True])
@interleave(preemptions=0, schedules=10)
def test_the_right_ones_are_woken(fails: bool) -> None:
    """A charge has ended, and instead of those who waited for it somebody with another key was woken."""
    signals = {"slow": Event(), "quick": Event()}
    charges: list[str] = []
    came: list[str | Exception] = []

    def charge(key: str, cents: int) -> str:
        charges.append(key)
        first = charges.count(key) == 1
        signals[key].wait()
        if fails and first and key == "quick":
            raise ConnectionError("the line went dead")
        return f"paid {key}"

    payments = PaymentOnce(charge)

    def customer(key: str) -> None:
        came.append(outcome(partial(payments.pay, key, 100)))

    def till() -> None:
        settle()  # two customers are being charged, and one waits for each of them
        signals["quick"].set()
        settle()
        seen = list(came)
        signals["slow"].set()
        told = "failed at first" if fails else "is through"
        assert len(seen) == 2, f"the quick payment {told}, two asked for it; came back: {seen}"
        assert seen.count("paid quick") == 2 - fails, f"the quick payment {told}; came back: {seen}"

    together(*(partial(customer, key) for key in ("slow", "slow", "quick", "quick")), till)


@interleave
def test_charge_may_pay_another_key() -> None:
    """A charge that pays a fee under a key of its own waits for itself."""
    charges = []

    def charge(key: str, cents: int) -> str:
        charges.append((key, cents))
        if key == "rent":
            payments.pay("fee", 3)
        return f"paid {key}"

    payments = PaymentOnce(charge)
    assert payments.pay("rent", 100) == "paid rent"
    assert payments.receipts() == {"rent": "paid rent", "fee": "paid fee"}
    assert charges == [("rent", 100), ("fee", 3)]


@interleave(schedules=25)
def test_two_charges_pay_the_same_fee() -> None:
    """Two charges that both pay the same fee locked each other up, or paid it twice."""
    charges = []

    def charge(key: str, cents: int) -> str:
        charges.append(key)
        if key != "fee":
            payments.pay("fee", 3)
        return f"paid {key}"

    payments = PaymentOnce(charge)
    together(partial(payments.pay, "rent", 100), partial(payments.pay, "heating", 50))
    assert sorted(charges) == ["fee", "heating", "rent"]


@interleave
def test_receipts_during_a_charge() -> None:
    """Whoever asks for the receipts has to wait for a running charge."""
    seen = []

    def charge(key: str, cents: int) -> str:
        seen.append(payments.receipts())
        together(lambda: seen.append(payments.receipts()))  # and somebody else asks too
        return f"paid {key}"

    payments = PaymentOnce(charge)
    payments.pay("a", 100)
    payments.pay("b", 100)
    assert seen == [{}, {}, {"a": "paid a"}, {"a": "paid a"}]


@interleave
def test_receipts_are_a_copy() -> None:
    """Somebody changed the dict that receipts() gave them, and the shop's books changed too."""
    bank = Bank()
    payments = PaymentOnce(bank.charge)
    payments.pay("a", 100)
    copy = payments.receipts()
    payments.pay("b", 100)
    assert copy == {"a": "receipt 1"}, "a later payment turned up in a copy that was handed out before"
    copy.clear()
    payments.receipts().clear()
    assert payments.receipts() is not payments.receipts(), "two callers were given one dict"
    assert payments.receipts() == {"a": "receipt 1", "b": "receipt 2"}
    assert payments.pay("a", 100) == "receipt 1"


@interleave(schedules=40)
def test_receipts_while_others_pay() -> None:
    """Asking for the receipts while others pay failed, or showed a receipt that nobody got."""
    bank = Bank()
    payments = PaymentOnce(bank.charge)
    a, b, seen = together(partial(payments.pay, "a", 1), partial(payments.pay, "b", 1), payments.receipts)
    assert seen.items() <= {"a": a, "b": b}.items()
    assert payments.receipts() == {"a": a, "b": b}


@interleave
def test_two_shops() -> None:
    """A payment in one shop counted as paid in another, or had to wait for one with the same key there."""
    bank = Bank()
    there = PaymentOnce(bank.charge)
    here = PaymentOnce(lambda key, cents: f"here, after {there.pay(key, cents)} there")
    assert here.pay("a", 1) == "here, after receipt 1 there"
    assert there.pay("b", 2) == "receipt 2"
    assert here.pay("b", 2) == "here, after receipt 2 there"
