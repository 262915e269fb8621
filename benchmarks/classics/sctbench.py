"""Programs with the bug shapes of SCTBench's common part (Thomson, Donaldson, Betts): written anew in Python.

Each pair `NAME_buggy`, `NAME_fixed` builds its state anew, starts its threads in the order of the original,
joins them and checks. What a lock guards in the original is guarded here: no bug is added.
"""

import threading
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace

from benchmarks.classics.crew import Crew, run

# --- account: the checker's formula is wrong, but it only looks once both bookings are done


def _account(expected: int) -> None:
    s = SimpleNamespace(balance=1, deposited=False, withdrawn=False)
    lock = threading.Lock()

    def check() -> None:
        with lock:
            if s.deposited and s.withdrawn:
                assert s.balance == expected, f"balance is {s.balance}"

    def deposit() -> None:
        with lock:
            s.balance += 2
            s.deposited = True

    def withdraw() -> None:
        with lock:
            s.balance -= 4
            s.withdrawn = True

    run(check, deposit, withdraw)


def account_buggy() -> None:
    """The checker subtracts the deposit; it is started first and must run last to be caught."""
    _account(expected=1 - 2 - 4)


def account_fixed() -> None:
    _account(expected=1 + 2 - 4)


# --- lazy01: each booking is atomic, their sum breaks the limit


def _lazy01(limited: bool) -> None:
    s = SimpleNamespace(data=0)
    lock = threading.Lock()

    def add(amount: int) -> None:
        with lock:
            if not limited or s.data + amount < 3:
                s.data += amount

    def check() -> None:
        with lock:
            assert s.data < 3, f"{s.data} booked, less than 3 allowed"

    run(lambda: add(1), lambda: add(2), check)


def lazy01_buggy() -> None:
    """Fails when the checker runs third."""
    _lazy01(limited=False)


def lazy01_fixed() -> None:
    _lazy01(limited=True)


# --- token_ring: three atomic copies that are right in one order only


def _token_ring(in_order: bool) -> None:
    s = SimpleNamespace(x1=1, x2=2, x3=1, done1=False, done2=False, done3=False)
    lock = threading.Lock()
    passed1, passed2 = threading.Event(), threading.Event()

    def first() -> None:
        with lock:
            s.x1 = (s.x3 + 1) % 4
            s.done1 = True
        passed1.set()

    def second() -> None:
        if in_order:
            passed1.wait()
        with lock:
            s.x2 = s.x1
            s.done2 = True
        passed2.set()

    def third() -> None:
        if in_order:
            passed2.wait()
        with lock:
            s.x3 = s.x2
            s.done3 = True

    def check() -> None:
        with lock:
            if s.done1 and s.done2 and s.done3:
                assert s.x1 == s.x2 == s.x3, f"{s.x1}, {s.x2}, {s.x3}"

    run(first, second, third, check)


def token_ring_buggy() -> None:
    """Nobody waits for the token of the one before."""
    _token_ring(in_order=False)


def token_ring_fixed() -> None:
    _token_ring(in_order=True)


# --- deadlock01: AB-BA


def _deadlock01(same_order: bool) -> None:
    s = SimpleNamespace(counter=0)
    a, b = threading.Lock(), threading.Lock()

    def work(first: threading.Lock, second: threading.Lock) -> None:
        with first, second:
            s.counter += 1

    run(lambda: work(a, b), (lambda: work(a, b)) if same_order else (lambda: work(b, a)))
    assert s.counter == 2


def deadlock01_buggy() -> None:
    """Two threads take two locks in opposite orders."""
    _deadlock01(same_order=False)


def deadlock01_fixed() -> None:
    _deadlock01(same_order=True)


# --- carter01: a group lock is held between two sections of the mutex that guards its count


def _carter01(mutex_a: threading.Lock, mutex_b: threading.Lock) -> None:
    s = SimpleNamespace(a=0, b=0)
    group = threading.Lock()

    def member_a() -> None:
        with mutex_a:
            s.a += 1
            if s.a == 1:
                group.acquire()
        with mutex_a:
            s.a -= 1
            if s.a == 0:
                group.release()

    def member_b() -> None:
        with mutex_b:
            s.b += 1
            if s.b == 1:
                group.acquire()
        with mutex_b:
            s.b -= 1
            if s.b == 0:
                group.release()

    def passer_by() -> None:
        pass

    run(member_a, member_b, passer_by, passer_by)
    assert (s.a, s.b) == (0, 0)


def carter01_buggy() -> None:
    """B waits for the group lock with the mutex in hand that A needs to give the group lock back."""
    mutex = threading.Lock()
    _carter01(mutex, mutex)


def carter01_fixed() -> None:
    """Each group counts its members under a mutex of its own."""
    _carter01(threading.Lock(), threading.Lock())


# --- circular_buffer and queue: the consumer's index advances on an empty poll


def _polled(rounds: int, counts_empty_polls: bool) -> None:
    s = SimpleNamespace(slot=None, full=False)
    lock = threading.Lock()

    def produce() -> None:
        sent = 0
        for _ in range(rounds):
            with lock:
                if not s.full:
                    s.slot, s.full = sent, True
                    sent += 1

    def consume() -> None:
        expected = 0
        for _ in range(rounds):
            with lock:
                received = s.full
                if received:
                    assert s.slot == expected, f"got item {s.slot}, expected item {expected}"
                    s.full = False
            if received or counts_empty_polls:
                expected += 1

    run(produce, consume)


def circular_buffer_buggy() -> None:
    """Seven polls of a hand-over; a poll that found nothing is counted as an item."""
    _polled(7, counts_empty_polls=True)


def circular_buffer_fixed() -> None:
    _polled(7, counts_empty_polls=False)


def _ring(counts_empty_polls: bool) -> None:
    size = 20
    s = SimpleNamespace(head=0, tail=0, may_put=True, may_get=False)
    ring: list[int | None] = [None] * size
    stored: list[int] = []
    lock = threading.Lock()

    def put() -> None:
        for value in range(100, 100 + size):
            with lock:
                if s.may_put:
                    ring[s.tail % size] = value
                    s.tail += 1
                    stored.append(value)
                    s.may_put, s.may_get = False, True

    def get() -> None:
        index = 0
        for _ in range(size):
            with lock:
                received = s.may_get
                if received:
                    value = ring[s.head % size]
                    s.head += 1
                    expected = stored[index] if index < len(stored) else None
                    assert value == expected, f"item {index} is {value}, and should be {expected}"
                    s.may_put, s.may_get = True, False
            if received or counts_empty_polls:
                index += 1

    run(put, get)


def queue_buggy() -> None:
    """The same mistake with a ring of twenty: item i is compared with the wrong stored value."""
    _ring(counts_empty_polls=True)


def queue_fixed() -> None:
    _ring(counts_empty_polls=False)


# --- stack: a flag that is set by the first push and never cleared


def _stack(clears_flag: bool) -> None:
    size = 5
    s = SimpleNamespace(filled=False)
    items: list[int] = []
    lock = threading.Lock()

    def push() -> None:
        for item in range(size):
            with lock:
                items.append(item)
                s.filled = True

    def pop() -> None:
        for _ in range(size):
            with lock:
                if s.filled:
                    assert items, "pop from an empty stack"
                    items.pop()
                    if clears_flag:
                        s.filled = bool(items)

    run(push, pop)


def stack_buggy() -> None:
    """The flag says "there was something once"; the consumer reads it as "there is something"."""
    _stack(clears_flag=False)


def stack_fixed() -> None:
    _stack(clears_flag=True)


# --- wronglock: one counter, two locks


def _wronglock(others: int, mine: threading.Lock, theirs: threading.Lock) -> None:
    s = SimpleNamespace(value=0)

    def one() -> None:
        with mine:
            before = s.value
            s.value += 1
            assert s.value == before + 1, f"{before} + 1 = {s.value}"

    def other() -> None:
        with theirs:
            s.value += 1

    run(one, *[other] * others)


def wronglock_3_buggy() -> None:
    _wronglock(3, threading.Lock(), threading.Lock())


def wronglock_3_fixed() -> None:
    lock = threading.Lock()
    _wronglock(3, lock, lock)


def wronglock_buggy() -> None:
    _wronglock(7, threading.Lock(), threading.Lock())


def wronglock_fixed() -> None:
    lock = threading.Lock()
    _wronglock(7, lock, lock)


# --- bluetooth: "is it stopping?" and "one more is inside" are two steps


def _bluetooth(one_step: bool) -> None:
    s = SimpleNamespace(pending=1, stopping=False, stopped=False)
    lock = threading.Lock()
    all_out = threading.Event()

    def enter() -> bool:
        if one_step:
            with lock:
                if s.stopping:
                    return False
                s.pending += 1
                return True
        if s.stopping:
            return False
        with lock:
            s.pending += 1
        return True

    def leave() -> None:
        with lock:
            s.pending -= 1
            pending = s.pending
        if pending == 0:
            all_out.set()

    def add() -> None:
        if enter():
            assert not s.stopped, "the driver was used after it had stopped"
            leave()

    crew = Crew()
    crew.start(add)
    with lock:
        s.stopping = True
    leave()
    all_out.wait()
    s.stopped = True
    crew.join()


def bluetooth_buggy() -> None:
    """The main thread stops the driver between the other's look at `stopping` and its increment."""
    _bluetooth(one_step=False)


def bluetooth_fixed() -> None:
    _bluetooth(one_step=True)


# --- twostage: two fields that belong together, each under its own lock


def _twostage_buggy(writers: int) -> None:
    s = SimpleNamespace(data1=0, data2=0)
    lock1, lock2 = threading.Lock(), threading.Lock()

    def write() -> None:
        with lock1:
            s.data1 = 1
        with lock2:
            s.data2 = s.data1 + 1

    def read() -> None:
        with lock1:
            if s.data1 == 0:
                return
            seen1 = s.data1
        with lock2:
            seen2 = s.data2
        assert seen2 == seen1 + 1, f"data1 = {seen1}, data2 = {seen2}"

    run(*[write] * writers, read)


def _twostage_fixed(writers: int) -> None:
    s = SimpleNamespace(data1=0, data2=0)
    lock = threading.Lock()

    def write() -> None:
        with lock:
            s.data1 = 1
            s.data2 = s.data1 + 1

    def read() -> None:
        with lock:
            seen1, seen2 = s.data1, s.data2
        assert seen1 == 0 or seen2 == seen1 + 1, f"data1 = {seen1}, data2 = {seen2}"

    run(*[write] * writers, read)


def twostage_buggy() -> None:
    """One writer, one reader; the reader looks between the two stages."""
    _twostage_buggy(1)


def twostage_fixed() -> None:
    _twostage_fixed(1)


def twostage_100_buggy() -> None:
    """99 writers, then one reader: it must look while some writer did stage one and none stage two."""
    _twostage_buggy(99)


def twostage_100_fixed() -> None:
    _twostage_fixed(99)


# --- stringbuffer: length(), then getChars(): two calls, each of them atomic


class _StringBuffer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lock = threading.RLock()

    def length(self) -> int:
        with self.lock:
            return len(self.text)

    def get_chars(self, end: int) -> str:
        with self.lock:
            assert end <= len(self.text), f"{end} characters asked of {len(self.text)}"
            return self.text[:end]

    def erase(self, count: int) -> None:
        with self.lock:
            self.text = self.text[count:]

    def append(self, text: str) -> None:
        with self.lock:
            self.text += text

    def append_buffer(self, other: "_StringBuffer", guard: AbstractContextManager[object]) -> None:
        with self.lock, guard:
            length = other.length()
            self.text += other.get_chars(length)


def _stringbuffer(holds_source: bool) -> None:
    source, target = _StringBuffer("abc"), _StringBuffer("")

    def change() -> None:
        source.erase(3)
        source.append("abc")

    crew = Crew()
    crew.start(change)
    target.append_buffer(source, source.lock if holds_source else nullcontext())
    crew.join()
    assert target.text in ("", "abc")


def stringbuffer_buggy() -> None:
    """The source shrinks between length() and getChars(), and must not have grown again: two preemptions."""
    _stringbuffer(holds_source=False)


def stringbuffer_fixed() -> None:
    _stringbuffer(holds_source=True)


# --- reorder_N: the checker must read while some a is set and no b is


def _reorder(setters: int, checkers: int, guard: AbstractContextManager[object]) -> None:
    s = SimpleNamespace(a=0, b=0)

    def set_both() -> None:
        with guard:
            s.a = 1
            s.b = -1

    def check() -> None:
        with guard:
            assert (s.a == 0 and s.b == 0) or (s.a == 1 and s.b == -1), f"a = {s.a}, b = {s.b}"

    run(*[set_both] * setters, *[check] * checkers)


def reorder_3_buggy() -> None:
    """Two setters, then the checker: all are started in order, and no setter may have come to its end."""
    _reorder(2, 1, nullcontext())


def reorder_3_fixed() -> None:
    _reorder(2, 1, threading.Lock())


def reorder_4_buggy() -> None:
    _reorder(3, 1, nullcontext())


def reorder_4_fixed() -> None:
    _reorder(3, 1, threading.Lock())


def reorder_5_buggy() -> None:
    _reorder(4, 1, nullcontext())


def reorder_5_fixed() -> None:
    _reorder(4, 1, threading.Lock())


def reorder_10_buggy() -> None:
    _reorder(9, 1, nullcontext())


def reorder_10_fixed() -> None:
    _reorder(9, 1, threading.Lock())


def reorder_20_buggy() -> None:
    """Ten setters, then ten checkers."""
    _reorder(10, 10, nullcontext())


def reorder_20_fixed() -> None:
    _reorder(10, 10, threading.Lock())
