"""A cache that asks a slow service: each rate once, different rates at the same time, and a hit waits for
nobody.

Under `@interleave` a test is run again for every way in which its threads can take turns. A deadlock is
reported at once. `settle()` returns when all other threads have gone as far as they can.
"""

import gc
import sys
import weakref
from collections import Counter
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import partial
from threading import Barrier, Event, get_ident
from unittest.mock import ANY

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from katas.s05_locks.price_cache import RateCache


class ServiceDown(KeyError):
    """The rate service did not answer. Not to be taken for the KeyError of a dict that does not have the rate."""


class SameHash:
    """A key whose hash is that of all other keys of its kind."""

    def __hash__(self) -> int:
        return 7


class Service:
    """A rate service: each load gives a new object, so that one can tell which load a rate is from."""

    def __init__(self) -> None:
        self.loads: list[object] = []

    def __call__(self, key: Hashable) -> object:
        rate = object()
        self.loads.append(rate)
        return rate


def error_of(call: Callable[[], object]) -> BaseException:
    """The ServiceDown that call() raised."""
    with pytest.raises(ServiceDown) as caught:
        call()
    return caught.value


@interleave
def test_second_get_is_a_hit() -> None:
    """A rate that was cached is loaded again, or a forgotten one is not."""
    service = Service()
    cache = RateCache(service)
    rate = cache.get("EUR")
    assert cache.get("EUR") is rate
    assert service.loads == [rate]
    assert cache.forget("EUR") is True
    assert cache.forget("EUR") is False, "it was forgotten already"
    assert cache.get("EUR") is not rate
    assert len(service.loads) == 2


RATES = [None, 0, ANY, ValueError("returned, not raised")]


@pytest.mark.parametrize("rate", RATES, ids=["None", "0", "equal to anything", "an error"])
@interleave
def test_whatever_load_returns_is_a_value(rate: object) -> None:
    """A rate of None or 0 was taken for "not there", or an exception object that load returned was raised."""
    loads: list[str] = []

    def load(key: str) -> object:
        loads.append(key)
        return rate

    cache = RateCache(load)
    first, second = together(*(partial(cache.get, "EUR") for _ in range(2)))
    assert first is second is rate
    assert cache.get("EUR") is rate
    assert loads == ["EUR"], "the last get is a hit"
    assert cache.forget("EUR") is True
    assert cache.forget("EUR") is False


KEYS = [("EUR", 1), ("EUR", 1.0), "('EUR', 1)", None]  # the first two are equal: one key
CALLS = st.tuples(st.sampled_from(["get", "get", "forget"]), st.sampled_from(KEYS))
ANSWERS = st.sampled_from([None, 0, 1.08, ValueError("returned, not raised"), ServiceDown])


@given(calls=st.lists(CALLS, max_size=12), answers=st.lists(ANSWERS, min_size=12, max_size=12))
@interleave
def test_against_a_model(calls: list[tuple[str, Hashable]], answers: list[object]) -> None:
    """One thread alone got something else than the contract says, or asked the service too often or never."""
    left = list(answers)
    loads: list[tuple[Hashable, int]] = []

    def load(key: Hashable) -> object:
        loads.append((key, get_ident()))
        answer = left.pop(0)
        if answer is ServiceDown:
            raise ServiceDown
        return answer

    cache = RateCache(load)
    known: dict[Hashable, object] = {}
    for call, key in calls:
        loads.clear()
        if call == "forget":
            assert cache.forget(key) == (key in known)
            known.pop(key, None)
            assert loads == []
        elif key in known:
            assert cache.get(key) is known[key]
            assert loads == [], "a hit asks nobody"
        else:
            answer = left[0]
            if answer is ServiceDown:
                error_of(partial(cache.get, key))
            else:
                assert cache.get(key) is answer
                known[key] = answer
            assert loads == [(key, get_ident())], "one load, in the thread that called get"


@interleave
def test_one_load_for_many() -> None:
    """Several customers asked for the same rate, and the service was asked more than once."""
    service = Service()
    cache = RateCache(service)
    rates = together(*(partial(cache.get, "EUR") for _ in range(3)))
    assert len(service.loads) == 1
    assert rates == service.loads * 3, "the very same object for all"


@interleave(preemptions=0, schedules=2, naps=True)
def test_a_load_may_take_long() -> None:
    """A customer lost patience with a slow load, and asked the service again or got nothing."""
    service = Service()

    def load(key: str) -> object:
        Event().wait(100_000)  # seconds, which cost nothing here; who waits may wake now and then
        return service(key)

    cache = RateCache(load)
    rates = together(*(partial(cache.get, "EUR") for _ in range(2)))
    assert rates == service.loads * 2


@pytest.mark.parametrize("keys", [["EUR", "JPY", "CHF"], [SameHash(), SameHash()]], ids=["names", "same hash"])
@interleave(schedules=40)
def test_different_keys_load_together(keys: list[Hashable]) -> None:
    """One slow rate held up the load of another one."""
    all_at_once = Barrier(len(keys))

    def load(key: Hashable) -> Hashable:
        all_at_once.wait()  # ends only when all loads are under way at the same time
        return key

    cache = RateCache(load)
    assert together(*(partial(cache.get, key) for key in keys)) == keys


@interleave(schedules=40)
def test_two_rates_come_while_one_goes() -> None:
    """Two rates were loaded while a third one was forgotten, and one of the two was not cached."""
    service = Service()
    cache = RateCache(service)
    cache.get("CHF")
    euro, yen, forgotten = together(*(partial(cache.get, key) for key in ("EUR", "JPY")), partial(cache.forget, "CHF"))
    assert forgotten is True
    assert cache.get("EUR") is euro
    assert cache.get("JPY") is yen
    assert cache.forget("CHF") is False, "it was forgotten already"


@interleave
def test_a_hit_does_not_wait() -> None:
    """A customer whose rate is cached had to wait until another rate was loaded."""
    hit = Event()

    def load(key: str) -> str:
        if key == "slow":
            hit.wait()
        return key

    cache = RateCache(load)
    cache.get("fast")

    def customer() -> None:
        cache.get("fast")
        hit.set()

    together(partial(cache.get, "slow"), customer)


@interleave
def test_forget_does_not_wait() -> None:
    """Forgetting one rate had to wait until another rate was loaded, or that one was forgotten, too."""
    forgotten = Event()
    loads: list[str] = []

    def load(key: str) -> str:
        loads.append(key)
        if key == "slow":
            forgotten.wait()
        return key

    cache = RateCache(load)
    cache.get("fast")

    def editor() -> None:
        assert cache.forget("fast") is True
        assert cache.forget("never asked for") is False
        forgotten.set()

    together(partial(cache.get, "slow"), editor)
    assert cache.get("slow") == "slow"
    assert sorted(loads) == ["fast", "slow"], "nobody has forgotten the slow one"


@interleave(schedules=60)
def test_failure_reaches_all_who_waited() -> None:
    """A load failed, and those who waited for it wait for ever, load again, or get another error."""
    errors: list[BaseException] = []

    def load(key: str) -> str:
        if len(errors) == 1:
            return "a rate at last"
        settle()  # by now all others wait for this load
        errors.append(ServiceDown())
        raise errors[0]

    cache = RateCache(load)
    caught = together(*(partial(error_of, partial(cache.get, "EUR")) for _ in range(3)))
    assert all(error is errors[0] for error in caught), "the very same exception object for all"
    assert cache.get("EUR") == "a rate at last", "a failure is not cached"


@interleave
def test_same_customer_asks_again_after_a_failure() -> None:
    """A load failed, and the customer who had loaded cannot load that rate again: it is taken for under way."""
    answers = [ServiceDown, ServiceDown]

    def load(key: str) -> str:
        if answers:
            raise answers.pop()
        return "a rate at last"

    cache = RateCache(load)
    error_of(partial(cache.get, "EUR"))
    assert cache.forget("EUR") is False, "the load has failed: there is nothing to forget"
    error_of(partial(cache.get, "EUR"))
    assert cache.get("EUR") == "a rate at last"


@interleave
def test_each_failure_is_one_load() -> None:
    """In some order of events a failed load was repeated for nothing, or its error was kept for later."""
    loads: list[BaseException] = []

    def load(key: str) -> str:
        loads.append(ServiceDown())
        raise loads[-1]

    cache = RateCache(load)

    def customer() -> list[BaseException]:
        return [error_of(partial(cache.get, "EUR")) for _ in range(2)]

    for first, second in together(customer, customer):
        assert first is not second, "the second get got the error of the first one"
        assert first in loads
        assert second in loads


@pytest.mark.parametrize("already", [False, True], ids=["asked later", "a newer rate is there already"])
@interleave(schedules=30)
def test_forget_during_load(already: bool) -> None:
    """Forgetting a rate during its load had to wait, broke those who waited, or left the old rate cached."""
    service = Service()
    loading, forgotten = Event(), Event()

    def load(key: str) -> object:
        rate = service(key)
        if rate is service.loads[0]:
            loading.set()
            forgotten.wait()
        return rate

    cache = RateCache(load)

    def editor() -> None:
        loading.wait()
        settle()  # by now the other customer waits for the load
        assert cache.forget("EUR") is True, "a load was under way"
        if already:
            cache.get("EUR")
        forgotten.set()

    first, second, _ = together(partial(cache.get, "EUR"), partial(cache.get, "EUR"), editor)
    outdated = service.loads[0]
    assert (first, second) == (outdated, outdated), "who waited already is served by that load"
    fresh = cache.get("EUR")
    assert fresh is not outdated, "the outdated rate was cached"
    assert cache.get("EUR") is fresh
    assert service.loads == [outdated, fresh]


@interleave(schedules=30)
def test_forgotten_load_fails() -> None:
    """A load that was forgotten meanwhile failed, and who waited for it already loads again or gets another error."""
    errors: list[BaseException] = []
    loading, forgotten = Event(), Event()

    def load(key: str) -> str:
        if loading.is_set():
            return "a rate at last"
        loading.set()
        forgotten.wait()
        errors.append(ServiceDown())
        raise errors[0]

    cache = RateCache(load)

    def customer() -> object:
        try:
            return cache.get("EUR")
        except ServiceDown as error:
            return error

    def editor() -> None:
        loading.wait()
        settle()  # by now the other customer waits for the load
        cache.forget("EUR")
        forgotten.set()

    first, second, _ = together(customer, customer, editor)
    assert first is second is errors[0], "who waited already shares the outcome of that load"
    assert cache.get("EUR") == "a rate at last"


@interleave(schedules=15)
def test_two_outdated_loads() -> None:
    """A rate was forgotten during its load and again during the next one, and one of the two was cached."""
    service = Service()
    forgotten, forgotten_again = Event(), Event()

    def load(key: str) -> object:
        rate = service(key)
        if len(service.loads) <= 2:
            forgotten_again.wait()
        return rate

    cache = RateCache(load)

    def editor() -> None:
        for event in (forgotten, forgotten_again):
            settle()  # by now a load is under way
            assert cache.forget("EUR") is True
            event.set()

    def second_customer() -> object:
        forgotten.wait()
        return cache.get("EUR")

    first, second, _ = together(partial(cache.get, "EUR"), second_customer, editor)
    assert service.loads == [first, second]
    assert cache.get("EUR") not in (first, second), "an outdated rate was cached"


@interleave
def test_forget_of_one_load_spares_the_other() -> None:
    """Two rates were being loaded, one was forgotten, and the other one was not cached either."""
    loads: list[str] = []

    def load(key: str) -> str:
        loads.append(key)
        if key == "EUR":
            assert cache.forget("EUR") is True, "its load is under way"
            return key
        return f"{cache.get('EUR')} twice"

    cache = RateCache(load)
    assert cache.get("2 EUR") == "EUR twice"
    assert cache.get("2 EUR") == "EUR twice"
    assert loads == ["2 EUR", "EUR"], "only EUR was forgotten"


@interleave
def test_forget_at_any_moment() -> None:
    """A get that began when forget had returned got the rate from before."""
    service = Service()
    cache = RateCache(service)

    def editor() -> object:
        before = list(service.loads)  # under way or over: outdated from here on
        cache.forget("EUR")
        rate = cache.get("EUR")
        assert rate not in before, "forget has returned, and get still came with the old rate"
        return rate

    _, rate = together(partial(cache.get, "EUR"), editor)
    assert cache.get("EUR") is rate
    assert len(service.loads) <= 2


@interleave
def test_forget_at_the_moment_of_a_hit() -> None:
    """A rate was there when get looked, and was forgotten before it took it: it has that rate or loads a new one."""
    service = Service()
    cache = RateCache(service)
    old = cache.get("EUR")
    rate, forgotten = together(partial(cache.get, "EUR"), partial(cache.forget, "EUR"))
    assert forgotten is True
    assert rate is service.loads[-1]
    assert cache.get("EUR") is not old, "it was forgotten"


@interleave
def test_new_load_does_not_wait_for_the_outdated_one() -> None:
    """After a forget a customer had to wait for the outdated load, or its late end overwrote the new rate."""
    service = Service()
    loading, fresh_is_there = Event(), Event()

    def load(key: str) -> object:
        rate = service(key)
        if rate is service.loads[0]:
            loading.set()
            fresh_is_there.wait()  # the outdated load ends last
        return rate

    cache = RateCache(load)

    def editor() -> object:
        loading.wait()
        cache.forget("EUR")
        rate = cache.get("EUR")
        fresh_is_there.set()
        return rate

    outdated, fresh = together(partial(cache.get, "EUR"), editor)
    assert service.loads == [outdated, fresh]
    assert cache.get("EUR") is fresh


@pytest.mark.parametrize("fails", [False, True], ids=["loaded", "failed"])
@interleave(schedules=15)
def test_outdated_load_ends_during_the_new_one(fails: bool) -> None:
    """The end of an outdated load was taken for that of a newer one, and the service was asked again."""
    service = Service()
    loading, loading_again, outdated_is_over = Event(), Event(), Event()

    def load(key: str) -> object:
        rate = service(key)
        if len(service.loads) == 1:
            loading.set()
            loading_again.wait()
            if fails:
                raise ServiceDown
        elif len(service.loads) == 2:
            loading_again.set()
            settle()  # by now the outdated load is over, and the late customer waits for this one
        return rate

    cache = RateCache(load)

    def first_customer() -> object:
        outdated = error_of(partial(cache.get, "EUR")) if fails else cache.get("EUR")
        outdated_is_over.set()
        return outdated

    def editor() -> object:
        loading.wait()
        cache.forget("EUR")
        return cache.get("EUR")

    def late_customer() -> object:
        outdated_is_over.wait()
        return cache.get("EUR")

    outdated, fresh, late = together(first_customer, editor, late_customer)
    assert late is fresh
    assert len(service.loads) == 2, "the outdated load and the new one, which the late customer shares"
    assert fresh is service.loads[1]
    assert fails or outdated is service.loads[0]


@interleave(schedules=15)
def test_outdated_load_fails_after_the_new_one() -> None:
    """The failure of an outdated load threw away the rate that was loaded after it."""
    service = Service()
    loading, fresh_is_there = Event(), Event()

    def load(key: str) -> object:
        rate = service(key)
        if rate is service.loads[0]:
            loading.set()
            fresh_is_there.wait()
            raise ServiceDown
        return rate

    cache = RateCache(load)

    def editor() -> object:
        loading.wait()
        cache.forget("EUR")
        rate = cache.get("EUR")
        fresh_is_there.set()
        return rate

    _, fresh = together(partial(error_of, partial(cache.get, "EUR")), editor)
    assert cache.get("EUR") is fresh
    assert len(service.loads) == 2


@interleave
def test_load_may_use_the_cache() -> None:
    """A load that asked the cache for other rates got stuck, or these were refused, loaded again or not cached."""
    rates = {"EUR": 2.0, "JPY": 0.5}
    loads: list[str] = []

    def load(key: str) -> float:
        loads.append(key)
        if "/" in key:
            base, other = key.split("/")
            return cache.get(base) / cache.get(other)
        return rates[key]

    cache = RateCache(load)
    assert together(partial(cache.get, "JPY/EUR"), partial(cache.get, "JPY")) == [0.25, 0.5]
    assert cache.get("EUR/JPY") == 4.0
    assert sorted(loads) == ["EUR", "EUR/JPY", "JPY", "JPY/EUR"], "each one once"


@interleave
def test_cache_behind_a_cache() -> None:
    """A load of one cache asked another cache for the same key, and the two were taken for one."""
    far = RateCache(lambda key: f"{key} from far")
    near = RateCache(far.get)
    assert near.get("EUR") == "EUR from far"
    assert near.forget("EUR") is True
    assert far.forget("EUR") is True


WAYS = ["straight", "after a forget", "by way of another key", "after another key", "after a forget and another key"]


@pytest.mark.parametrize("way", [*WAYS, "again and again"])
@interleave
def test_load_that_asks_for_itself(way: str) -> None:
    """A load that asks for its own key waits for itself for ever, goes round in circles, or may ask for no other."""
    loads: Counter[str] = Counter()

    def load(key: str) -> str:
        loads[key] += 1
        if loads[key] > 1 or (key == "JPY" and way != "by way of another key"):
            return f"{key} at last"
        if "after a forget" in way:
            cache.forget(key)
        if "another key" in way and key == "EUR":
            rate = cache.get("JPY")
            assert rate == "JPY at last"
        if way == "again and again":
            with pytest.raises(RuntimeError):
                cache.get(key)
        return cache.get("EUR")

    cache = RateCache(load)
    with pytest.raises(RuntimeError):
        cache.get("EUR")
    assert loads == {"EUR": 1, "JPY": 1} if "another key" in way else {"EUR": 1}
    assert cache.get("EUR") == "EUR at last", "it can be loaded later"


@pytest.mark.parametrize("over", [False, True], ids=["under way", "over"])
@interleave(schedules=15)
def test_load_that_asks_for_itself_beside_a_newer_load(over: bool) -> None:
    """Of two threads that load the same rate one asks for it itself, and waits for, or gets, that of the other one."""
    loading, forgotten, loading_again, newer_is_over, outdated_is_over = (Event() for _ in range(5))

    def load(key: str) -> object:
        if not loading.is_set():  # the first load, soon outdated
            loading.set()
            cache.forget(key)
            forgotten.set()
            (newer_is_over if over else loading_again).wait()
        else:
            loading_again.set()
            if not over:
                outdated_is_over.wait()
        with pytest.raises(RuntimeError):
            cache.get(key)
        return object()

    cache = RateCache(load)

    def first_customer() -> None:
        cache.get("EUR")
        outdated_is_over.set()

    def second_customer() -> object:
        forgotten.wait()
        rate = cache.get("EUR")
        newer_is_over.set()
        return rate

    _, fresh = together(first_customer, second_customer)
    assert cache.get("EUR") is fresh


class Watched(Exception):
    """A key, a rate or an error that can be watched by a weak reference."""


STORIES = ["forgotten", "failed", "forgotten while loading", "asked for itself", "several waited", "several failed"]


@pytest.mark.parametrize("story", STORIES)
@interleave(schedules=15)
def test_no_bookkeeping_left(story: str) -> None:
    """The cache kept something of a key that it does not hold any more: it grows for ever."""
    currencies = [Watched()]
    watched = {"the key object": weakref.ref(currencies[0])}

    def load(key: Watched) -> Watched:
        outcome = Watched()
        watched["the error" if "failed" in story else "the rate"] = weakref.ref(outcome)
        if "failed" in story:
            raise outcome
        if story == "forgotten while loading":
            cache.forget(key)
        if story == "asked for itself":
            with pytest.raises(RuntimeError):
                cache.get(key)
        return outcome

    def customer() -> None:
        try:
            cache.get(currencies[0])
        except Watched:
            assert "failed" in story

    cache = RateCache(load)
    together(*[customer] * (2 if "several" in story else 1))
    cache.forget(currencies.pop())
    if any(reference() is not None for reference in watched.values()):
        gc.collect()  # an error and the frames of its traceback hold each other
    assert [what for what, reference in watched.items() if reference() is not None] == [], "still held"


def test_does_not_grow() -> None:
    """A lock, event or record of each key that was ever asked for stays behind."""

    def load(key: str) -> str:
        if "forgotten" in key:
            assert cache.forget(key) is True
        if "fail" in key:
            raise ServiceDown
        return "a rate"

    def visit(number: int) -> None:
        rate, failure = f"rate {number}", f"fail {number}"
        cache.get(rate)
        assert cache.forget(rate) is True
        cache.get(f"forgotten {rate}")
        for failing in (failure, f"forgotten {failure}"):
            with suppress(ServiceDown):
                cache.get(failing)

    cache = RateCache(load)
    interleave(preemptions=0, schedules=1)(partial(visit, 0))()  # whoever gets stuck is told so at once

    def blocks_of_memory_after(day: int) -> int:
        for number in range(100):
            visit(100 * day + number)
        gc.collect()
        return sys.getallocatedblocks()

    blocks_of_memory_after(1)
    before = blocks_of_memory_after(2)
    grown = blocks_of_memory_after(3) - before
    assert grown < 50, f"200 keys came and were forgotten, 200 failed: {grown} more blocks of memory are in use"


ORDER = st.lists(st.sampled_from(["EUR", "JPY", "CHF"]), min_size=3, max_size=10)


@pytest.mark.timeout(10)
@settings(max_examples=10)
@given(orders=st.lists(ORDER, min_size=4, max_size=4))
def test_shop_window(orders: list[list[str]]) -> None:
    """Four threads that really ran at once loaded a rate twice. (A second opinion: green proves little.)"""
    loads: list[str] = []

    def load(key: str) -> str:
        loads.append(key)
        return f"rate of {key}"

    cache = RateCache(load)
    doors_open = Barrier(4)

    def customer(keys: list[str]) -> None:
        doors_open.wait()
        for key in keys:
            assert cache.get(key) == f"rate of {key}"

    together(*(partial(customer, keys) for keys in orders))
    assert sorted(loads) == sorted({key for keys in orders for key in keys})
