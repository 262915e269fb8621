"""Your detector reports a variable that no lock protected all the time, in whatever order the threads came.

Traces are written down as short lines, as "t1 acquire m" and "t2 write x". The last tests run a real account under many
schedules and look at what was recorded.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from random import Random
from threading import Lock, current_thread

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, together
from katas.s21_debugging_testing.lockset_detector import Event, Race, blind_spot, false_alarm, find_races


def trace_of(text: str) -> list[Event]:
    """The events of lines such as "t1 acquire m"."""
    words = (line.split() for line in text.strip().splitlines())
    return [Event(kind, thread, name) for thread, kind, name in words]


def told(trace: Iterable[Event]) -> str:
    return "\n".join(f"{index:4} {event.thread} {event.kind} {event.name}" for index, event in enumerate(trace))


def check(text: str, *races: Race) -> None:
    trace = trace_of(text)
    found = find_races(trace)
    assert found == list(races), f"the trace\n{told(trace)}\ngave {found}, not {list(races)}"
    again = find_races(trace)
    assert again == found, f"the trace\n{told(trace)}\ngave {found}, and asked for again {again}: what was left behind?"


def test_unlocked_counter() -> None:
    """Two threads count without a lock, and this was not reported, or at another event than the first by the second."""
    check("t1 read n \n t1 write n \n t2 read n \n t2 write n", Race("n", 3, "t2"))
    check("t1 write n \n t2 write n \n t1 write n", Race("n", 1, "t2"))
    check("")


def test_locked_counter() -> None:
    """Two threads count under one lock, and were accused."""
    one = "acquire m \n {0} read n \n {0} write n \n {0} release m"
    check("\n".join(f"{thread} {one.format(thread)}" for thread in ("t1", "t2", "t1")))


def test_two_different_locks() -> None:
    """Each thread has a lock, but not the same one, and this was not reported."""
    check(
        """
        t1 acquire a
        t1 write n
        t1 release a
        t2 acquire b
        t2 write n
        t2 release b
        t1 acquire a
        t1 write n
        t1 release a
        """,
        Race("n", 7, "t1"),
    )


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param("t2 read n \n t3 read n \n t1 read n", id="only read"),
        pytest.param("t2 acquire m \n t2 write n \n t2 release m \n t1 acquire m \n t1 write n", id="one lock"),
        pytest.param("t1 write n \n t1 read n", id="nobody else"),
    ],
)
def test_initialisation_is_free(rest: str) -> None:
    """A thread prepares something before the others know it. That needs no lock, and was accused."""
    check(f"t1 write n \n t1 write n \n {rest}")


def test_read_sharing_then_write() -> None:
    """Data was only read by all, without a lock, and then somebody wrote: this is where the report belongs."""
    check("t1 write n \n t2 read n \n t3 read n \n t2 write n", Race("n", 3, "t2"))
    check("t1 write n \n t2 read n \n t1 write n", Race("n", 2, "t1"))
    check("t1 read n \n t2 read n \n t2 acquire m \n t2 write n", Race("n", 3, "t2"))


def test_a_read_without_the_lock_counts() -> None:
    """A read while the variable is Shared took no candidates away: the next write shows that no lock protects it."""
    check(
        """
        t1 write n
        t2 acquire m
        t2 read n
        t3 read n
        t2 write n
        t2 release m
        """,
        Race("n", 4, "t2"),
    )


def test_reentrant_lock() -> None:
    """A lock acquired twice and released once, or three times and twice, is still held. Once more, and it is not."""
    check("t1 write n \n t2 acquire m \n t2 acquire m \n t2 release m \n t2 write n \n t2 release m")
    check(
        "t1 write n \n t2 acquire m \n t2 acquire m \n t2 release m \n t2 release m \n t2 write n",
        Race("n", 5, "t2"),
    )
    check(
        """
        t1 write n
        t2 acquire m
        t2 acquire m
        t2 acquire m
        t2 release m
        t2 release m
        t2 write n
        t2 release m
        t2 write n
        """,
        Race("n", 8, "t2"),
    )


def test_one_of_two_locks_is_enough() -> None:
    """One lock was always held, beside others that came and went, and the threads were accused."""
    check(
        """
        t1 write n
        t2 acquire a
        t2 acquire b
        t2 write n
        t2 release a
        t2 release b
        t3 acquire c
        t3 acquire b
        t3 write n
        t3 release b
        t3 release c
        """
    )


def test_lock_and_variable_of_one_name() -> None:
    """A lock and a variable have the same name, and were taken for one thing."""
    check("t1 acquire x \n t1 write x \n t1 release x \n t2 acquire x \n t2 write x \n t2 release x")
    check("t1 write x \n t2 write x \n t2 acquire x", Race("x", 1, "t2"))
    check("t1 write x \n t2 write x \n t1 write n \n t2 acquire x \n t2 write n", Race("x", 1, "t2"))


@pytest.mark.parametrize("name", ["", ":"])
def test_any_name(name: str) -> None:
    """Names are any strings, also the empty one, and a trace is any sequence, also a tuple: this one was misread."""
    locked = [Event("acquire", name, name), Event("write", name, name), Event("release", name, name)]
    same_lock = [Event("acquire", "t", name), Event("write", "t", name)]
    for trace, races in [
        ((Event("write", "t", name), *locked, *same_lock), []),
        ((*locked, Event("write", "t", name), Event("write", "t", name)), [Race(name, 3, "t")]),
        ((Event("write", "t", "n"), Event("write", name, "n")), [Race("n", 1, name)]),
    ]:
        assert find_races(trace) == races, f"the trace {trace} gave something else than {races}"
    with pytest.raises(ValueError):
        find_races((locked[0], Event("acquire", "t", name)))


# Any trace, against what the four states come to for one variable after the other

THREADS, LOCKS, VARIABLES = ["t1", "t2", "t3"], ["a", "b", "c"], ["x", "y", "a"]
KINDS = ["acquire", "acquire", "release", "read", "read", "read", "write"]


def guarded(thread: str, lock: str, variable: str, kind: str) -> list[Event]:
    """An access under a lock."""
    steps = [("acquire", lock), (kind, variable), ("release", lock)]
    return [Event(step, thread, name) for step, name in steps]  # type: ignore[arg-type]


def single(kind: str, thread: str, name: int) -> list[Event]:
    names = VARIABLES if kind in ("read", "write") else LOCKS
    return [Event(kind, thread, names[name])]  # type: ignore[arg-type]


EVENTS = st.lists(
    st.builds(single, st.sampled_from(KINDS), st.sampled_from(THREADS), st.integers(0, 2))
    | st.builds(
        guarded,
        st.sampled_from(THREADS),
        st.sampled_from(LOCKS[:2]),
        st.sampled_from(VARIABLES[:2]),
        st.sampled_from(KINDS[-2:]),
    ),
    max_size=12,
).map(lambda parts: list(chain.from_iterable(parts)))


def is_legal(event: Event, held: Counter[tuple[str, str]]) -> bool:
    if event.kind == "acquire":
        return not any(times for (thread, lock), times in held.items() if lock == event.name and thread != event.thread)
    return event.kind != "release" or held[event.thread, event.name] > 0


def legal_part(events: Iterable[Event]) -> tuple[list[Event], Counter[tuple[str, str]]]:
    """The events without those that cannot be, and how often each thread holds each lock in the end."""
    trace = []
    held: Counter[tuple[str, str]] = Counter()
    for event in events:
        if is_legal(event, held):
            trace.append(event)
            held[event.thread, event.name] += {"acquire": 1, "release": -1}.get(event.kind, 0)
    return trace, held


def expected_races(trace: Sequence[Event]) -> list[Race]:
    """For each variable: look at its accesses from the first one by a second thread on. The report belongs where these
    have come to have a write among them and no lock in common."""
    locks = locks_at_each(trace)
    races = []
    for name in {event.name for event in trace}:
        accesses = [at for at, event in enumerate(trace) if event.kind in ("read", "write") and event.name == name]
        others = [number for number, at in enumerate(accesses) if trace[at].thread != trace[accesses[0]].thread]
        shared = accesses[others[0] :] if others else []
        for end in range(1, len(shared) + 1):
            common = set.intersection(*(locks[at] for at in shared[:end]))
            if not common and any(trace[at].kind == "write" for at in shared[:end]):
                races.append(Race(name, shared[end - 1], trace[shared[end - 1]].thread))
                break
    return sorted(races, key=lambda race: race.index)


def locks_at_each(trace: Sequence[Event]) -> list[set[str]]:
    """The locks that the thread of each event holds at that event."""
    locks = []
    held: Counter[tuple[str, str]] = Counter()
    for event in trace:
        held[event.thread, event.name] += {"acquire": 1, "release": -1}.get(event.kind, 0)
        locks.append({lock for (thread, lock), times in held.items() if thread == event.thread and times > 0})
    return locks


@given(events=EVENTS)
@settings(max_examples=80)
def test_agrees_with_model(events: list[Event]) -> None:
    """For this trace the reports are not those of the lockset algorithm."""
    trace, _ = legal_part(events)
    found, expected = find_races(trace), expected_races(trace)
    assert found == expected, f"the trace\n{told(trace)}\ngave {found}, not {expected}"


@given(
    events=EVENTS,
    kind=st.sampled_from(["acquire", "release", "lock"]),
    chance=st.randoms(use_true_random=True),
    rest=EVENTS,
)
@settings(max_examples=40)
def test_bad_trace(events: list[Event], kind: str, chance: Random, rest: list[Event]) -> None:
    """A trace that cannot have been recorded was accepted, or refused with another error than ValueError."""
    trace, held = legal_part(events)
    of_this_kind = [Event(kind, thread, lock) for thread in THREADS for lock in LOCKS]  # type: ignore[arg-type]
    impossible = [event for event in of_this_kind if kind == "lock" or not is_legal(event, held)]
    assume(impossible)
    bad = chance.choice(impossible)
    with pytest.raises(ValueError):
        find_races([*trace, bad, *rest])
        raise AssertionError(f"event {len(trace)} cannot be, but no error came:\n{told([*trace, bad])}")


@pytest.mark.parametrize("bad", ["t1 release a", "t2 release m", "t2 acquire m"])
def test_bad_lock_event(bad: str) -> None:
    """A thread released a lock that it does not hold, or got one that another thread holds: no run can do that."""
    trace = trace_of(f"t1 acquire m \n t1 acquire m \n t1 release m \n {bad}")
    with pytest.raises(ValueError):
        find_races(trace)
    find_races(trace[:-1])
    with pytest.raises(ValueError):  # to hold some lock is not enough
        find_races(trace_of(f"t2 acquire b \n t1 acquire m \n {bad}"))
    with pytest.raises(ValueError):  # that all is reported already makes no bad trace a good one
        find_races(trace_of(f"t1 write n \n t2 write n \n t1 acquire m \n {bad}"))


@pytest.mark.parametrize("kind", ["lock", "Write", "ACQUIRE", ""])
def test_unknown_kind(kind: str) -> None:
    """An event of a kind that does not exist was passed over. Only the four words as they are written are kinds."""
    for before in ([], trace_of("t1 write n \n t2 write n")):  # n is reported already: its events are looked at, too
        with pytest.raises(ValueError):
            find_races([*before, Event(kind, "t1", "n")])  # type: ignore[arg-type]


# A real account, recorded


class Recorder:
    def __init__(self) -> None:
        self.trace: list[Event] = []

    def note(self, kind: str, name: str) -> None:
        self.trace.append(Event(kind, current_thread().name, name))  # type: ignore[arg-type]


class RecordedLock:
    def __init__(self, recorder: Recorder, name: str) -> None:
        self.recorder, self.name, self.lock = recorder, name, Lock()

    def __enter__(self) -> None:
        self.lock.acquire()
        self.recorder.note("acquire", self.name)

    def __exit__(self, *error: object) -> None:
        self.recorder.note("release", self.name)
        self.lock.release()


class Account:
    """An account whose `deposit` has a lock. `interest` has it only if it is `repaired`."""

    def __init__(self, recorder: Recorder, *, repaired: bool) -> None:
        self.recorder, self.repaired = recorder, repaired
        self.lock, self.other = RecordedLock(recorder, "lock"), RecordedLock(recorder, "other")
        self.balance = 100
        recorder.note("write", "balance")

    def add(self, cents: int) -> None:
        self.recorder.note("read", "balance")
        balance = self.balance
        self.recorder.note("write", "balance")
        self.balance = balance + cents

    def deposit(self) -> None:
        with self.lock:
            self.add(10)

    def interest(self) -> None:
        with self.lock if self.repaired else self.other:
            self.add(1)


@pytest.mark.parametrize("repaired", [False, True])
@interleave(schedules=10)
def test_finds_it_in_every_schedule(repaired: bool) -> None:
    """A race was found only when it did harm (or where there is none): that is luck, and a detector needs none."""
    recorder = Recorder()
    account = Account(recorder, repaired=repaired)
    together(account.deposit, account.interest)
    found = [race.variable for race in find_races(recorder.trace)]
    expected = [] if repaired else ["balance"]
    assert found == expected, f"balance {account.balance}; the trace\n{told(recorder.trace)}\ngave {found}"


# Where the algorithm is mistaken, by the order that the events really have


def unordered(trace: Sequence[Event]) -> list[tuple[int, int]]:
    """Pairs of accesses of one variable, one of them a write, of which none happens before the other."""
    before: list[set[int]] = []
    for late, event in enumerate(trace):
        mine: set[int] = set()
        for early in range(late):
            handed_over = (trace[early].kind, event.kind) == ("release", "acquire") and trace[early].name == event.name
            if trace[early].thread == event.thread or handed_over:
                mine |= {early, *before[early]}
        before.append(mine)
    accesses = [index for index, event in enumerate(trace) if event.kind in ("read", "write")]
    return [
        (early, late)
        for late in accesses
        for early in accesses
        if early < late
        and trace[early].name == trace[late].name
        and "write" in (trace[early].kind, trace[late].kind)
        and early not in before[late]
    ]


def test_false_alarm() -> None:
    """Your false alarm has no report, or a race that is real, or is not a trace of at most 12 events."""
    trace = false_alarm()
    assert len(trace) <= 12, f"{len(trace)} events"
    assert find_races(trace) == expected_races(trace) != [], f"no report:\n{told(trace)}"
    assert legal_part(trace)[0] == list(trace), f"this cannot have been recorded:\n{told(trace)}"
    assert unordered(trace) == [], f"these accesses are not ordered, so the alarm is right:\n{told(trace)}"


def test_blind_spot() -> None:
    """Your blind spot has a report, or no race in it, or is not a trace of at most 12 events."""
    trace = blind_spot()
    assert len(trace) <= 12, f"{len(trace)} events"
    assert legal_part(trace)[0] == list(trace), f"this cannot have been recorded:\n{told(trace)}"
    assert find_races(trace) == expected_races(trace) == [], f"there is a report:\n{told(trace)}"
    assert unordered(trace) != [], f"all accesses are ordered, so there is nothing to report:\n{told(trace)}"
