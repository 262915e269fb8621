"""Your checks are judged by stocks: right ones of several makes, which no check may accuse, and broken ones.

A check of threaded stocks is run under every schedule with at most one preemption in one of its calls of `run` (the
others call their functions one after the other). A broken stock is caught if one of these schedules accuses it.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from functools import cache, partial
from typing import Any

import pytest

from dojo.eventloop import StuckError, now, virtual_time
from katas.s21_debugging_testing.catch_the_bug import check_async, check_threads

RUNS, FUNCTIONS, CALLS = 4, 3, 4
ACCUSATIONS = (Exception, pytest.fail.Exception)
"""What pytest.raises and pytest.fail raise is no Exception, and means the same as an AssertionError."""


class RuleBrokenError(BaseException):
    """The check did what its contract does not allow."""


class DeadlockError(BaseException):
    """A call blocks for good. (No Exception: a check cannot overlook it.)"""


# --- schedules: threads take turns where a stock says `pause()`, and where it waits for a lock


class Turns:
    """Runs functions in threads, one at a time. `plan` says who goes on, wherever there is a choice."""

    current: "Turns | None" = None

    def __init__(self, functions: tuple[Callable[[], Any], ...], plan: list[int]) -> None:
        self.functions = functions
        self.plan = plan
        self.choices: list[tuple[int, int]] = []  # which one of how many
        self.preempted = self.deadlock = False
        self.gates = [threading.Semaphore(0) for _ in functions]
        self.alive = list(range(len(functions)))
        self.waiting: dict[int, Lock] = {}
        self.outcomes: list[tuple[Any, BaseException | None]] = [(None, None)] * len(functions)
        self.mine = threading.local()

    def play(self) -> list[Any]:
        threads = [threading.Thread(target=self.life, args=(index,)) for index in self.alive]
        Turns.current = self
        try:
            for thread in threads:
                thread.start()
            self.hand_over(None)
            for thread in threads:
                thread.join()
        finally:
            Turns.current = None
        for _, error in self.outcomes:
            if error is not None:
                raise error
        return [result for result, _ in self.outcomes]

    def life(self, index: int) -> None:
        self.mine.index = index
        self.gates[index].acquire()
        try:
            self.outcomes[index] = self.functions[index](), None
        except BaseException as error:
            self.outcomes[index] = None, error
        self.alive.remove(index)
        if not self.deadlock:
            self.hand_over(None)

    def pause(self, lock: "Lock | None" = None) -> None:
        """Others may go on here. With a lock: they have to, until it is free."""
        me = self.mine.index
        if lock is not None:
            self.waiting[me] = lock
        self.hand_over(me)
        if self.deadlock:
            raise DeadlockError("threads wait for each other for good")
        self.waiting.pop(me, None)

    def hand_over(self, me: int | None) -> None:
        ready = [index for index in self.alive if index not in self.waiting or not self.waiting[index].taken]
        could_stay = me in ready
        if could_stay:
            ready = [me] if self.preempted else [me, *(index for index in ready if index != me)]
        if not ready:
            self.deadlock = bool(self.alive)
            for index in self.alive:
                self.gates[index].release()
        else:
            choice = 0
            if len(ready) > 1:
                choice = self.plan[len(self.choices)] if len(self.choices) < len(self.plan) else 0
                self.choices.append((choice, len(ready)))
            if ready[choice] == me:
                return
            self.preempted |= could_stay
            self.gates[ready[choice]].release()
        if me is not None:
            self.gates[me].acquire()

    def next_plan(self) -> list[int] | None:
        """The plan of the next schedule, if there is one."""
        choices = list(self.choices)
        while choices:
            choice, options = choices.pop()
            if choice + 1 < options:
                return [*(earlier for earlier, _ in choices), choice + 1]
        return None


def pause() -> None:
    if Turns.current is not None:
        Turns.current.pause()


class Lock:
    def __init__(self) -> None:
        self.taken = False

    def acquire(self) -> None:
        pause()
        while self.taken:
            if Turns.current is None:
                raise DeadlockError("the call waits for a lock that nobody will release")
            Turns.current.pause(self)
        self.taken = True

    def release(self) -> None:
        self.taken = False

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *error: object) -> None:
        self.release()


# --- right stocks


class Opaque:
    """A stock that nobody can look into."""

    __slots__ = ("left", "put_back", "take")

    def __init__(self, stock: Any) -> None:
        self.take, self.put_back, self.left = stock.take, stock.put_back, stock.left


class LockedStock:
    def __init__(self, n: int) -> None:
        self.n = n
        self.lock = Lock()

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        with self.lock:
            if self.n < k:
                return False
            self.n -= k
            return True

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            raise ValueError
        with self.lock:
            self.n += k

    def left(self) -> int:
        with self.lock:
            return self.n


class TokenStock:
    """A token for each piece; whoever handles several has the lock."""

    def __init__(self, n: int) -> None:
        self.tokens = [object() for _ in range(n)]
        self.lock = Lock()

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        with self.lock:
            if len(self.tokens) < k:
                return False
            for _ in range(k):
                self.tokens.pop()
            return True

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            raise ValueError
        with self.lock:
            self.tokens += [object() for _ in range(k)]

    def left(self) -> int:
        with self.lock:
            return len(self.tokens)


class OptimisticStock(LockedStock):
    """Compute without a lock; write only if nothing has changed meanwhile, else begin again. left needs no lock."""

    def swap(self, seen: int, new: int) -> bool:
        pause()
        if self.n != seen:
            return False
        self.n = new
        return True

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        while (seen := self.left()) >= k:
            if self.swap(seen, seen - k):
                return True
        return False

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            raise ValueError
        while not self.swap(seen := self.left(), seen + k):
            pass

    def left(self) -> int:
        pause()
        return self.n


RIGHT = [LockedStock, TokenStock, OptimisticStock]

# --- stocks that are broken for a single caller already


class LastPieceStays(LockedStock):
    """does not give out the last piece"""

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        with self.lock:
            if self.n <= k:
                return False
            self.n -= k
            return True


class TakeIgnoresK(LockedStock):
    """takes one piece, whatever k is"""

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        return super().take(1)


class TakesOneOfK(LockedStock):
    """gives out k pieces only if they are there, but removes one"""

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        with self.lock:
            if self.n < k:
                return False
            self.n -= 1
            return True


class PutBackIgnoresK(LockedStock):
    """puts back one piece, whatever k is"""

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            raise ValueError
        super().put_back(1)


class NeverMoreThanAtFirst(LockedStock):
    """has no room for more pieces than it was made with"""

    def __init__(self, n: int) -> None:
        super().__init__(n)
        self.room = n

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            raise ValueError
        with self.lock:
            self.n = min(self.n + k, self.room)


class Overdrawn(LockedStock):
    """gives out pieces that it does not have"""

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        with self.lock:
            self.n -= k
            return True


class TakesZero(LockedStock):
    """accepts take(0)"""

    def take(self, k: int = 1) -> bool:
        return k == 0 or super().take(k)


class TakesNegative(LockedStock):
    """accepts take(-1)"""

    def take(self, k: int = 1) -> bool:
        return super().take(k) if k >= 0 else True


class PutsBackZero(LockedStock):
    """accepts put_back(0)"""

    def put_back(self, k: int = 1) -> None:
        if k != 0:
            super().put_back(k)


class PutsBackNegative(LockedStock):
    """accepts put_back(-1)"""

    def put_back(self, k: int = 1) -> None:
        if k >= 0:
            super().put_back(k)


class TakesTheRest(LockedStock):
    """removes what is there when a take fails"""

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        with self.lock:
            enough = self.n >= k
            self.n = max(0, self.n - k)
            return enough


class RaisesWhenEmpty(TokenStock):
    """raises an error where take has to return False"""

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        with self.lock:
            if len(self.tokens) == 0:
                raise IndexError
        return super().take(k)


class RefusesInOtherWords(LockedStock):
    """refuses k < 1 with an IndexError, and not with a ValueError"""

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise IndexError
        return super().take(k)

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            raise IndexError
        super().put_back(k)


class ForgetsToAnswer(LockedStock):
    """returns None where take has to return True"""

    def take(self, k: int = 1) -> Any:
        return super().take(k) and None


class PutsBackTwoByDefault(LockedStock):
    """put_back() puts back two pieces"""

    def put_back(self, k: int = 2) -> None:
        super().put_back(k)


LOGIC = [
    LastPieceStays,
    TakeIgnoresK,
    TakesOneOfK,
    PutBackIgnoresK,
    NeverMoreThanAtFirst,
    Overdrawn,
    TakesZero,
    TakesNegative,
    PutsBackZero,
    PutsBackNegative,
    TakesTheRest,
    RaisesWhenEmpty,
    RefusesInOtherWords,
    ForgetsToAnswer,
    PutsBackTwoByDefault,
]

# --- stocks that are broken only when calls overlap


class CheckThenAct(LockedStock):
    """looks first and removes later: two takers get the last piece"""

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        if self.left() < k:
            return False
        with self.lock:
            self.n -= k
            return True


class LostPutBack(LockedStock):
    """loses a put_back when another one comes at the same time"""

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            raise ValueError
        now = self.left()
        with self.lock:
            self.n = now + k


class TwoLocks(LockedStock):
    """has a lock for take and another one for put_back: one of them gets lost"""

    def __init__(self, n: int) -> None:
        super().__init__(n)
        self.back = Lock()

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            raise ValueError
        with self.back:
            now = self.n
            pause()
            self.n = now + k


class SubtractThenUndo(LockedStock):
    """subtracts first and undoes it later: a big take that fails makes a small one fail"""

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        with self.lock:
            self.n -= k
            if self.n >= 0:
                return True
        self.put_back(k)
        return False

    def left(self) -> int:
        return max(0, super().left())


class InBetweenSeen(LockedStock):
    """left shows what is there in the middle of a take that fails"""

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        with self.lock:
            self.n -= k
            pause()
            if self.n < 0:
                self.n += k
                return False
            return True

    def left(self) -> int:
        pause()
        return self.n


class HandsOutPieceByPiece(LockedStock):
    """left shows a take that is half done"""

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        with self.lock:
            if self.n < k:
                return False
            for _ in range(k):
                self.n -= 1
                pause()
            return True

    def left(self) -> int:
        pause()
        return self.n


class PieceByPiece(LockedStock):
    """left shows a put_back that is half done"""

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            raise ValueError
        for _ in range(k):
            super().put_back()


class GivesUpWhenBusy(LockedStock):
    """take returns False when another call is under way, though there are enough pieces"""

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        if self.lock.taken:
            return False
        with self.lock:
            pause()
            if self.n < k:
                return False
            self.n -= k
            return True


RACES = [
    CheckThenAct,
    LostPutBack,
    TwoLocks,
    SubtractThenUndo,
    InBetweenSeen,
    HandsOutPieceByPiece,
    PieceByPiece,
    GivesUpWhenBusy,
]


class KeepsLockOnFailure(LockedStock):
    """a take that fails does not release the lock"""

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        self.lock.acquire()
        if self.n < k:
            return False
        self.n -= k
        self.lock.release()
        return True


class KeepsLockOnRefusal(LockedStock):
    """a take that is refused does not release the lock"""

    def take(self, k: int = 1) -> bool:
        if k < 1:
            self.lock.acquire()
        return super().take(k)


class KeepsLockOnRefusedPutBack(LockedStock):
    """a put_back that is refused does not release the lock"""

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            self.lock.acquire()
        super().put_back(k)


class LocksInBothOrders(LockedStock):
    """take and put_back need two locks each, and take them in opposite orders"""

    def __init__(self, n: int) -> None:
        super().__init__(n)
        self.book = Lock()

    def take(self, k: int = 1) -> bool:
        with self.book:
            return super().take(k)

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            raise ValueError
        with self.lock, self.book:
            self.n += k


DEADLOCKS = [KeepsLockOnFailure, KeepsLockOnRefusal, KeepsLockOnRefusedPutBack, LocksInBothOrders]


class RepairedByLooking(LockedStock):
    """its count can lose a put_back, but left counts again and repairs it"""

    def __init__(self, n: int) -> None:
        super().__init__(n)
        self.deliveries = [n]

    def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        with self.lock:
            if self.n < k:
                return False
            self.n -= k
            self.deliveries.append(-k)
            return True

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            raise ValueError
        with self.lock:
            self.deliveries.append(k)
            now = self.n
        with self.lock:
            self.n = now + k

    def left(self) -> int:
        with self.lock:
            self.n = sum(self.deliveries)
            return self.n


# --- how a check is run


class Caller:
    """`run` for one schedule. Only the call number `chosen` is played in threads."""

    def __init__(self, chosen: int | None = None, plan: list[int] | None = None) -> None:
        self.chosen = chosen
        self.plan = plan or []
        self.runs = 0
        self.turns: Turns | None = None

    def __call__(self, *functions: Callable[[], Any]) -> list[Any]:
        self.runs += 1
        if self.runs > RUNS or len(functions) > FUNCTIONS:
            raise RuleBrokenError(f"call {self.runs} of run, with {len(functions)} functions")
        if self.runs - 1 != self.chosen:
            return [function() for function in functions]
        self.turns = Turns(functions, self.plan)
        return self.turns.play()


@cache
def number_of_runs() -> int:
    """How often the check calls run, with a right stock."""
    run = Caller()
    check_threads(lambda n: Opaque(LockedStock(n)), run)
    return run.runs


def verdicts(kind: Callable[[int], Any]) -> Iterator[BaseException | None]:
    """What the check says of this stock, under each schedule: what it raised, or None."""
    for chosen in range(number_of_runs()):
        plan: list[int] | None = []
        while plan is not None:
            run = Caller(chosen, plan)
            try:
                check_threads(lambda n: Opaque(kind(n)), run)
                yield None
            except RuleBrokenError:
                raise
            except (*ACCUSATIONS, DeadlockError) as error:
                yield error
            plan = run.turns.next_plan() if run.turns is not None else None


def assert_caught(kind: Callable[[int], Any]) -> None:
    caught = any(error is not None for error in verdicts(kind))
    assert caught, f"this stock was accused under no schedule with one preemption: {kind.__doc__}"


# --- the check of threaded stocks


@pytest.mark.parametrize("kind", RIGHT)
def test_right_ones_pass(kind: Callable[[int], Any]) -> None:
    """A right stock was accused: the check expects one of several legal orders, or more than the rules say."""
    for error in verdicts(kind):
        assert error is None, f"a right stock was accused: {type(error).__name__}: {error}"


@pytest.mark.parametrize("kind", LOGIC)
def test_logic_bugs_are_caught(kind: Callable[[int], Any]) -> None:
    """A stock breaks a rule even for a single caller, and the check does not see it."""
    assert_caught(kind)


@pytest.mark.parametrize("kind", RACES)
def test_races_are_caught(kind: Callable[[int], Any]) -> None:
    """A stock is wrong when two calls overlap, and the check lets no such calls overlap, or misses it."""
    assert_caught(kind)


@pytest.mark.parametrize("kind", DEADLOCKS)
def test_deadlock_is_caught(kind: Callable[[int], Any]) -> None:
    """A stock can block for good, and the check does not bring it to that, or hides it."""
    assert_caught(kind)


def test_heisenbug_is_caught() -> None:
    """Looking at a stock repairs what is wrong with it, and the check looks too early."""
    assert_caught(RepairedByLooking)


def calls_of(kind: Callable[[int], Any]) -> tuple[list[Any], str]:
    """The calls that the check makes, with what came back, and its verdict, where all goes one after the other."""
    calls: list[Any] = []
    inside: list[int] = []

    class Counted:
        def __init__(self, n: int) -> None:
            self._stock = Opaque(kind(n))

        def __getattr__(self, name: str) -> Any:
            if name not in ("take", "put_back", "left"):
                raise RuleBrokenError(f"a stock has no {name} to look at")
            return partial(self._call, name)

        def _call(self, name: str, *args: Any, **kwargs: Any) -> Any:
            if not inside:
                raise RuleBrokenError(f"{name} was called outside run")
            inside[-1] += 1
            if inside[-1] > CALLS:
                raise RuleBrokenError(f"one function makes more than {CALLS} calls")
            try:
                came = getattr(self._stock, name)(*args, **kwargs)
            except Exception as error:
                calls.append((name, args, kwargs, type(error)))
                raise
            calls.append((name, args, kwargs, came))
            return came

    class CountingCaller(Caller):
        def __call__(self, *functions: Callable[[], Any]) -> list[Any]:
            return super().__call__(*(partial(self.counted, function) for function in functions))

        def counted(self, function: Callable[[], Any]) -> Any:
            inside.append(0)
            try:
                return function()
            finally:
                inside.pop()

    try:
        check_threads(Counted, CountingCaller())
    except ACCUSATIONS as error:
        return calls, type(error).__name__
    return calls, "passed"


@pytest.mark.parametrize("kind", [LockedStock, TokenStock, TakesTheRest, SubtractThenUndo])
def test_check_is_repeatable(kind: Callable[[int], Any]) -> None:
    """The same stock under the same schedule was checked in another way later: nobody can repeat a failure."""
    first = calls_of(kind)
    for _ in range(2):
        assert calls_of(kind) == first


def test_rules_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check calls stocks too often or outside run, looks into them, or starts threads."""

    def no_thread(thread: threading.Thread) -> None:
        raise RuleBrokenError("the check started a thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", no_thread)
        calls, verdict = calls_of(LockedStock)
    assert verdict == "passed"
    assert calls, "the check has not called a single stock"


@virtual_time
async def test_check_does_not_sleep() -> None:
    """The check of threaded stocks sleeps: that makes nothing happen here, and proves nothing elsewhere."""
    check_threads(lambda n: Opaque(LockedStock(n)), Caller())


# --- asyncio stocks. Right ones first

Audit = Callable[[int], Awaitable[None]]


class AuditedStock:
    def __init__(self, n: int, audit: Audit) -> None:
        self.n = n
        self.audit = audit

    async def take(self, k: int = 1) -> bool:
        if not self.reserve(k):
            return False
        try:
            await self.audit(k)
        except BaseException:
            self.n += k
            raise
        return True

    def reserve(self, k: int) -> bool:
        if k < 1:
            raise ValueError
        if self.n < k:
            return False
        self.n -= k
        return True

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            raise ValueError
        self.n += k

    def left(self) -> int:
        return self.n


class ExitStackStock(AuditedStock):
    """Reserves under a lock, and gives back with the block unless all went well."""

    def __init__(self, n: int, audit: Audit) -> None:
        super().__init__(n, audit)
        self.lock = asyncio.Lock()

    async def take(self, k: int = 1) -> bool:
        async with AsyncExitStack() as undo:
            async with self.lock:
                if not self.reserve(k):
                    return False
                undo.callback(self.put_back, k)
            await self.audit(k)
            undo.pop_all()
        return True


class AsyncTokenStock:
    def __init__(self, n: int, audit: Audit) -> None:
        self.tokens = [None] * n
        self.audit = audit

    async def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        if len(self.tokens) < k:
            return False
        mine = [self.tokens.pop() for _ in range(k)]
        try:
            await self.audit(k)
            mine.clear()
        finally:
            self.tokens += mine
        return True

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            raise ValueError
        self.tokens += [None] * k

    def left(self) -> int:
        return len(self.tokens)


ASYNC_RIGHT = [AuditedStock, ExitStackStock, AsyncTokenStock]

# --- broken asyncio stocks


class ReservesAfterAudit(AuditedStock):
    """removes the pieces only after the audit: two takers get the same piece"""

    async def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        if self.n < k:
            return False
        await self.audit(k)
        self.n -= k
        return True


class LooksAgainAfterAudit(AuditedStock):
    """removes the pieces only after the audit, if they are still there: audits a take that fails"""

    async def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        if self.n < k:
            return False
        await self.audit(k)
        return self.reserve(k)


class KeepsOnError(AuditedStock):
    """gives nothing back when the audit fails"""

    async def take(self, k: int = 1) -> bool:
        if not self.reserve(k):
            return False
        try:
            await self.audit(k)
        except asyncio.CancelledError:
            self.n += k
            raise
        return True


class KeepsOnCancel(AuditedStock):
    """gives nothing back when take is cancelled"""

    async def take(self, k: int = 1) -> bool:
        if not self.reserve(k):
            return False
        try:
            await self.audit(k)
        except Exception:
            self.n += k
            raise
        return True


class GivesBackAnyway(AuditedStock):
    """gives the pieces back although the audit went well"""

    async def take(self, k: int = 1) -> bool:
        if not self.reserve(k):
            return False
        try:
            await self.audit(k)
        finally:
            self.n += k
        return True


class GivesBackTwice(AuditedStock):
    """gives the pieces back twice when the audit fails"""

    async def take(self, k: int = 1) -> bool:
        if not self.reserve(k):
            return False
        try:
            await self.audit(k)
        except BaseException as error:
            if isinstance(error, Exception):
                self.n += k
            self.n += k
            raise
        return True


class GivesBackTwiceOnCancel(AuditedStock):
    """gives the pieces back twice when take is cancelled"""

    async def take(self, k: int = 1) -> bool:
        try:
            return await super().take(k)
        except asyncio.CancelledError:
            self.n += k
            raise


class RestoresOldCount(AuditedStock):
    """gives back by writing the count from before: what others did during the audit that failed is lost"""

    async def take(self, k: int = 1) -> bool:
        before = self.n
        if not self.reserve(k):
            return False
        try:
            await self.audit(k)
        except Exception:
            self.n = before
            raise
        except asyncio.CancelledError:
            self.n += k
            raise
        return True


class RestoresOldCountOnCancel(AuditedStock):
    """gives back by writing the count from before: what others did before take was cancelled is lost"""

    async def take(self, k: int = 1) -> bool:
        before = self.n
        try:
            return await super().take(k)
        except asyncio.CancelledError:
            self.n = before
            raise


class GivesOneBack(AuditedStock):
    """gives back one piece when the audit fails, whatever k is"""

    async def take(self, k: int = 1) -> bool:
        if not self.reserve(k):
            return False
        try:
            await self.audit(k)
        except Exception:
            self.n += 1
            raise
        except asyncio.CancelledError:
            self.n += k
            raise
        return True


class GivesOneBackOnCancel(AuditedStock):
    """gives back one piece when take is cancelled, whatever k is"""

    async def take(self, k: int = 1) -> bool:
        try:
            return await super().take(k)
        except asyncio.CancelledError:
            self.n += 1 - k
            raise


class SwallowsError(AuditedStock):
    """returns False when the audit fails, and nobody hears of the error"""

    async def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        try:
            return await super().take(k)
        except Exception:
            return False


class AnotherError(Exception):
    pass


class TellsAnotherError(AuditedStock):
    """raises an error of its own when the audit fails: the audit's is only the cause"""

    async def take(self, k: int = 1) -> bool:
        if k < 1:
            raise ValueError
        try:
            return await super().take(k)
        except Exception as error:
            raise AnotherError from error


class SwallowsCancel(AuditedStock):
    """returns False when it is cancelled, as if nothing had happened"""

    async def take(self, k: int = 1) -> bool:
        try:
            return await super().take(k)
        except asyncio.CancelledError:
            return False


class DoesNotWait(AuditedStock):
    """starts the audit and does not wait for it"""

    async def take(self, k: int = 1) -> bool:
        if not self.reserve(k):
            return False
        self.task = asyncio.ensure_future(self.audit(k))
        self.task.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.sleep(0)
        return True


class DoesNotAudit(AuditedStock):
    """does not audit"""

    async def take(self, k: int = 1) -> bool:
        return self.reserve(k)


class AuditsTwice(AuditedStock):
    """audits every take twice"""

    async def take(self, k: int = 1) -> bool:
        taken = await super().take(k)
        if taken:
            await self.audit(k)
        return taken


class AuditsOne(AuditedStock):
    """audits one piece, whatever k is"""

    def __init__(self, n: int, audit: Audit) -> None:
        super().__init__(n, lambda k: audit(1))


class AuditsFailure(AuditedStock):
    """audits a take that fails"""

    async def take(self, k: int = 1) -> bool:
        taken = await super().take(k)
        if not taken:
            await self.audit(k)
        return taken


class AuditsRefusal(AuditedStock):
    """audits a take that is refused"""

    async def take(self, k: int = 1) -> bool:
        if k < 1:
            await self.audit(k)
        return await super().take(k)


class LockDuringAudit(AuditedStock):
    """holds a lock during the audit: everybody waits for it"""

    def __init__(self, n: int, audit: Audit) -> None:
        super().__init__(n, audit)
        self.lock = asyncio.Lock()

    async def take(self, k: int = 1) -> bool:
        async with self.lock:
            return await super().take(k)


class UnderWay(AuditedStock):
    """Knows how many audits are under way."""

    def __init__(self, n: int, audit: Audit) -> None:
        super().__init__(n, audit)
        self.audits = 0
        self.idle = asyncio.Event()
        self.idle.set()

        async def counted(k: int) -> None:
            self.audits += 1
            self.idle.clear()
            try:
                await audit(k)
            finally:
                self.audits -= 1
                if self.audits == 0:
                    self.idle.set()

        self.audit = counted


class FailureWaits(UnderWay):
    """a take that fails waits until the audits of others are over, and only then returns False"""

    async def take(self, k: int = 1) -> bool:
        taken = await super().take(k)
        if not taken:
            await self.idle.wait()
        return taken


class PutBackWaits(UnderWay):
    """what is put back during an audit is there only when no audit is under way"""

    def __init__(self, n: int, audit: Audit) -> None:
        super().__init__(n, audit)
        self.later = 0

    def reserve(self, k: int) -> bool:
        self.left()
        return super().reserve(k)

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            raise ValueError
        self.later += k

    def left(self) -> int:
        if self.audits == 0:
            self.n, self.later = self.n + self.later, 0
        return self.n


class AsyncLastPieceStays(AuditedStock):
    """does not give out the last piece"""

    def reserve(self, k: int) -> bool:
        if k < 1:
            raise ValueError
        return self.n != k and super().reserve(k)


class AsyncTakesZero(AuditedStock):
    """accepts take(0)"""

    async def take(self, k: int = 1) -> bool:
        return k == 0 or await super().take(k)


class AsyncTakesNegative(AuditedStock):
    """accepts take(-1)"""

    async def take(self, k: int = 1) -> bool:
        return k < 0 or await super().take(k)


class AsyncRefusesInOtherWords(AuditedStock):
    """refuses k < 1 with an IndexError, and not with a ValueError"""

    def reserve(self, k: int) -> bool:
        if k < 1:
            raise IndexError
        return super().reserve(k)

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            raise IndexError
        super().put_back(k)


class AsyncForgetsToAnswer(AuditedStock):
    """returns None where take has to return True"""

    async def take(self, k: int = 1) -> Any:
        return await super().take(k) and None


class AsyncOverdrawn(AuditedStock):
    """gives out pieces that it does not have"""

    def reserve(self, k: int) -> bool:
        if k < 1:
            raise ValueError
        self.n -= k
        return True


class AsyncPutsBackNegative(AuditedStock):
    """accepts put_back(-1)"""

    def put_back(self, k: int = 1) -> None:
        if k >= 0:
            super().put_back(k)


class AsyncPutsBackZero(AuditedStock):
    """accepts put_back(0)"""

    def put_back(self, k: int = 1) -> None:
        if k != 0:
            super().put_back(k)


class AsyncTakesTheRest(AuditedStock):
    """removes what is there when a take fails"""

    def reserve(self, k: int) -> bool:
        if k < 1:
            raise ValueError
        enough = self.n >= k
        self.n = max(0, self.n - k)
        return enough


class AsyncPutBackIgnoresK(AuditedStock):
    """puts back one piece, whatever k is"""

    def put_back(self, k: int = 1) -> None:
        if k < 1:
            raise ValueError
        self.n += 1


ASYNC_BUGS = [
    ReservesAfterAudit,
    LooksAgainAfterAudit,
    KeepsOnError,
    KeepsOnCancel,
    GivesBackAnyway,
    GivesBackTwice,
    GivesBackTwiceOnCancel,
    RestoresOldCount,
    RestoresOldCountOnCancel,
    GivesOneBack,
    GivesOneBackOnCancel,
    SwallowsError,
    TellsAnotherError,
    SwallowsCancel,
    DoesNotWait,
    DoesNotAudit,
    AuditsTwice,
    AuditsOne,
    AuditsFailure,
    AuditsRefusal,
    LockDuringAudit,
    FailureWaits,
    PutBackWaits,
    AsyncLastPieceStays,
    AsyncTakesZero,
    AsyncTakesNegative,
    AsyncRefusesInOtherWords,
    AsyncForgetsToAnswer,
    AsyncOverdrawn,
    AsyncPutsBackZero,
    AsyncPutsBackNegative,
    AsyncTakesTheRest,
    AsyncPutBackIgnoresK,
]


# --- the check of asyncio stocks


@pytest.mark.parametrize("kind", ASYNC_RIGHT)
@virtual_time
async def test_async_right_ones_pass(kind: Callable[[int, Audit], Any]) -> None:
    """A right asyncio stock was accused, a task was left behind, or the check slept."""
    await check_async(lambda n, audit: Opaque(kind(n, audit)))
    assert now() == 0, "the check slept longer than sleep(0)"


@pytest.mark.parametrize("kind", ASYNC_BUGS)
def test_async_bugs_are_caught(kind: Callable[[int, Audit], Any]) -> None:
    """An asyncio stock is wrong, and the check does not force its audit to the moment at which that shows."""
    verdict = []

    @virtual_time
    async def checked() -> None:
        try:
            await check_async(lambda n, audit: Opaque(kind(n, audit)))
        except ACCUSATIONS as error:
            verdict.append(error)
            raise

    try:
        checked()
    except ACCUSATIONS as error:
        if isinstance(error, StuckError):  # what else a stock leaves behind is no accusation
            verdict.append(error)
    assert verdict, f"this stock was not accused: {kind.__doc__}"
