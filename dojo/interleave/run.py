"""One run of a program under one schedule: real threads, one at a time.

Every controlled thread owns a *baton*, a raw lock that it blocks on; whoever hands over releases the next thread's
baton and waits for its own. A thread hands over at *points* only: before an instruction that touches shared state
and before an operation of a primitive. What it does between two points is a *step*.

A thread that cannot go on leaves a `Wait`, whose `ready()` asks the real primitive; the run picks among those that
can go on. When nobody can, the virtual clock jumps to the earliest deadline; when there is none, the run is stuck.
"""

from __future__ import annotations

import ctypes
import gc
import itertools
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures.thread import _threads_queues as threads_of_executors
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol

from .accesses import WHOLE, WRITE
from .errors import Abandoned, StepLimitError, ThreadError
from .loops import IDLE_STEPS, instead_of, is_lazy, livelock, look_for_loop
from .sites import Site
from .steps import AFTER_ALL, CHANGING, GIVE, LOOK, PASS, TAKE, GaveUp, Step
from .task import Task, Wait, start_thread

if TYPE_CHECKING:
    from .narrate import Narrator

FAIR_STEPS = 300
"""Steps in a row that one thread makes while others could; then it is their turn, in every schedule."""

FAIR_SLEEPS = 8
"""How often in a row the time passes for sleepers while others could run; then it is their turn, in every schedule:
else who looks again and again until his time is over would find nothing changed."""

NAPS = 4
"""How often in a row the clock wakes a thread, when three quarters of a run's steps are made, before those come first
who sleep longer. Only where a test allows naps: then they may be longer than was asked for, and an hour of them would
be longer than any run."""

UNWINDING = 3.0
"""Seconds that a thread has to end, once its run is over; the machine may be busy."""

STEP_LIMIT = 20_000
"""Steps of one schedule, if a test says nothing else."""

TURNS = 100_000
"""Backward jumps of watched code in one run, after which a loop counts as endless."""

get_ident = threading.get_ident


class Policy(Protocol):
    """Decides which thread makes the next step."""

    def start(self, run: Run) -> None: ...

    def at_point(self, run: Run, task: Task) -> Task | None:
        """Who goes on at a point of the running thread: another one that can, or None for the same."""

    def insists(self, run: Run) -> bool:
        """Is the schedule fixed at this point, whatever would be fair?"""

    def pick(self, run: Run, ready: list[Task], sleepers: list[Task]) -> Task:
        """Who goes on where the running thread cannot. `ready` is in order of creation and never empty."""


active: Run | None = None
"""The run under way in this process."""


def controlled() -> Run | None:
    """The run that controls the calling thread, if it may make steps of its own now."""
    run = active
    if run is None or get_ident() != run.ident or run.current.atomic:
        return None
    return run


class Run:
    """Runs a program once; afterwards `error`, `log`, `deviations` tell what happened."""

    def __init__(
        self,
        policy: Policy,
        *,
        step_limit: int,
        timeouts: bool = False,
        long_naps: bool = False,
        narrator: Narrator | None = None,
        enter_thread: Callable[[], None] = lambda: None,
        leave_thread: Callable[[], None] = lambda: None,
        explain: Callable[[Run], Exception] | None = None,
        explain_cycle: Callable[[Run, Task], Exception | None] | None = None,
        locals_of: Callable[[FrameType], Any] = lambda frame: frame.f_locals,
    ) -> None:
        self.policy = policy
        self.step_limit = step_limit
        self.timeouts = timeouts
        self.long_naps = long_naps
        self.narrator = narrator
        self.enter_thread, self.leave_thread = enter_thread, leave_thread
        self.explain, self.explain_cycle = explain, explain_cycle
        self.locals_of = locals_of
        self.tasks: list[Task] = []
        self.live: list[Task] = []
        self.log: list[Step] = []
        self.deviations: list[tuple[str, int, int, int]] = []
        self.preemptions = 0
        self.steps = 0
        self.turns = 0
        self.streak = 0
        self.sleeps = 0
        self.naps: Counter[Task] = Counter()
        """How often each thread was woken by the clock since something else happened."""
        self.changes = 0
        self.joined = 1
        """How many threads, from the main one on, are known to be over for everybody who still runs."""
        self.now = 0.0
        self.error: BaseException | None = None
        self.failed_by: Task | None = None
        self.result: Any = None
        self.aborting = False
        self.thread_errors: list[tuple[Task, BaseException]] = []
        self.survivors: list[Task] = []
        self.pending: list[tuple[int, object]] = []
        """What the threads that waited when the run failed waited for."""
        self.current: Task = None  # type: ignore[assignment]
        self.ident: int | None = None
        self.excepthook = threading.excepthook

    # --- the whole run ------------------------------------------------------------------------------------------

    def execute(self, program: Callable[[], Any]) -> None:
        """Run the program in this thread, as the main task; returns when no controlled thread is left."""
        global active
        main = Task(0, threading.current_thread(), daemon=False)
        main.ident = get_ident()
        self.current, self.ident = main, main.ident
        self.tasks.append(main)
        self.live.append(main)
        counter = threading._counter  # type: ignore[attr-defined]
        threading._counter = itertools.count(1).__next__  # type: ignore[attr-defined]
        self.policy.start(self)
        active = self
        self.enter_thread()
        try:
            try:
                self.result = program()
                self._await_others()
            except Abandoned:
                pass
            except BaseException as error:
                if not (self.aborting and isinstance(error, KeyboardInterrupt)):  # sent by the watchdog
                    self._note_error(error)
        finally:
            self.leave_thread()
            try:
                self._release_parked()
            finally:
                active = None
                threading._counter = counter  # type: ignore[attr-defined]
        if self.error is None and self.thread_errors:
            self.error = _unread(self.thread_errors)

    def _note_error(self, error: BaseException) -> None:
        if self.error is None:
            self.error = error
            self.failed_by = self.current
        self.aborting = True

    def _await_others(self) -> None:
        """The end of the program: the interpreter waits for all threads that are not daemons."""
        while any(not task.daemon for task in self.live[1:]):
            self._block(
                Wait(lambda: all(task.daemon for task in self.live[1:]), "the other threads to end", "end"),
            )

    def _release_parked(self) -> None:
        """Unwind what still runs, where a time limit has struck, and what is parked, one by one; every primitive lets
        it pass now."""
        main = self.tasks[0]
        self.aborting = True
        if self.current is main:
            main.baton.acquire(blocking=False)  # it was its turn just when the time limit struck
        else:
            self._ends(self.current)  # or another one, to which it still handed over
        for task in [task for task in self.live[1:] if task not in self.survivors]:
            self.current, self.ident = task, task.ident
            task.baton.release()
            self._ends(task)
        self.current, self.ident = main, main.ident
        for task in self.tasks[1:]:
            if task not in self.survivors:
                task.gone()

    def _ends(self, task: Task) -> None:
        """Wait until it has ended. Where it swallows its end and runs on in a loop, raise that again there."""
        main = self.tasks[0]
        if main.baton.acquire(timeout=UNWINDING) or task.finished:
            return
        for _ in range(20):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(task.ident), ctypes.py_object(Abandoned))
            if main.baton.acquire(timeout=0.1) or task.finished:
                return
        self.survivors.append(task)

    # --- threads ------------------------------------------------------------------------------------------------

    def spawn(self, thread: threading.Thread, call: Callable[[], None]) -> Task:
        """Make a controlled thread that will execute call(); it makes its first step when its turn comes.

        The caller has been at a point before: this is the step that begins there.
        """
        task = Task(len(self.tasks), thread, thread.daemon)
        self.tasks.append(task)
        self.effect(((("task", task.index), GIVE), ((id(thread), WHOLE), GIVE)), None)
        self.live.append(task)
        start_thread(task, lambda: self._life(task, call))
        return task

    def _life(self, task: Task, call: Callable[[], None]) -> None:
        task.baton.acquire()
        if not self.aborting:
            self.enter_thread()
            try:
                self.effect(((("task", task.index), PASS),), "begins")
                call()
                if not self.aborting:  # the run is over, and the program has swallowed that
                    self.point()
            except Abandoned:
                pass
            except SystemExit:
                pass
            except BaseException as error:
                self.thread_errors.append((task, error))
            finally:
                with suppress(Abandoned):
                    if not self.aborting:
                        task.forget_locals()
                self.leave_thread()
        self._finish(task)

    def _finish(self, task: Task) -> None:
        if task in self.survivors:  # the run ended without it
            return
        task.end()
        threading._active.pop(task.ident, None)  # type: ignore[attr-defined]
        self.live.remove(task)
        if self.narrator is not None:
            self.narrator.ends(task)
        if not self.aborting:
            self.changes += 1
            self.log.append(Step(task.index, ((("task", task.index), GIVE),), "ends"))
            try:
                target = self._next_task(task)
            except Abandoned:
                target = self.tasks[0]
        else:
            target = self.tasks[0]
        self.current, self.ident = target, target.ident
        if target.baton.locked():  # else a time limit has ended the run, and nobody waits for this
            target.baton.release()

    # --- steps --------------------------------------------------------------------------------------------------

    def on_site(self, site: Site, frame: FrameType) -> None:
        """A watched thread is about to execute an instruction that touches shared state."""
        task = self.current
        if self.aborting:
            raise_again()
            return
        if task.atomic:
            return
        task.idle += 1
        if site.kind in ("jump", "turn"):
            self.turns += 1
            if self.turns > TURNS:
                self.fail(
                    StepLimitError(
                        f"{task.name} went round its loops more than {TURNS} times: does one of them never end?"
                    )
                )
            if task.idle > IDLE_STEPS and site.kind == "jump":
                task.rounds += 1
                if task.rounds % task.stride == 0:
                    look_for_loop(self, task, site, frame)
        if len(self.live) == 1 and self._is_alone():
            if task.idle > IDLE_STEPS:  # is it a loop that changes what it looks at?
                accesses = site.accesses(self.locals_of(frame), frame.f_globals)
                self.changes += any(mode in CHANGING for _, mode in accesses)
            return
        if site.kind == "yield":
            accesses = (((id(frame), WHOLE), WRITE),)
        else:
            accesses = site.accesses(self.locals_of(frame), frame.f_globals)
        if not accesses:
            return
        self.point()
        self.effect(accesses, site, frame)

    def _next_in_turn(self, task: Task) -> Task | None:
        """The next thread, round about, that can run."""
        self.streak = 0
        after = sorted(self.live, key=lambda other: (other.index <= task.index, other.index))
        return next((other for other in after if other is not task and other.is_eager()), None)

    def _is_alone(self) -> bool:
        """Has every other thread ended, and its end been waited for? Then nothing is shared any more."""
        while self.joined < len(self.tasks) and self.tasks[self.joined].joined:
            self.joined += 1
        return self.joined == len(self.tasks)

    def point(self, would_wait: bool = False) -> None:
        """The running thread may be preempted here (which is no preemption if it would have to wait anyway)."""
        task = self.current
        if self.narrator is not None:
            self.narrator.catch_up(task)
        task.steps += 1
        self.steps += 1
        if self.steps > self.step_limit:
            self.fail(
                StepLimitError(
                    f"one schedule made more than {self.step_limit} steps: does a loop never end? "
                    "(a larger bound: @interleave(steps=...))"
                )
            )
        if task.lazy:
            target = instead_of(self, task)
        else:
            target = self.policy.at_point(self, task)
            self.streak += 1
            if target is None and self.streak > FAIR_STEPS and not self.policy.insists(self):
                target = self._next_in_turn(task)
            elif target is not None:
                if target is task:
                    return
                self.preemptions += not would_wait
                self.deviations.append(("p", task.index, task.steps, target.index))
        if target is not None:
            if self.narrator is not None:
                self.narrator.preempted(task, target)
            self._wake(target)
            self._hand_over(task, target)

    def effect(self, accesses: Any, site: object, frame: FrameType | None = None) -> None:
        """Log what the step that begins here touches. Nobody keeps the frame: the program's objects would live on."""
        self.log.append(Step(self.current.index, accesses, site))
        if self.narrator is not None:
            self.narrator.step(self.current, accesses, site, frame)
        for _, mode in accesses:
            if mode in CHANGING:
                self.changes += 1
                return

    def take(
        self,
        obj: object,
        ready: Callable[[], bool],
        text: str,
        *,
        timeout: float | None = None,
        mode: int | Callable[[], int] = TAKE,
        early: bool = False,
        last: bool = False,
        accesses: Any = None,
        name: object = None,
    ) -> bool:
        """One step that waits until ready(); False if the timeout (virtual seconds) passed first.

        `mode`: how it uses obj, or a function that tells when it does.
        """
        self.point(last or not ready())
        task = self.current
        deadline = None if timeout is None else self.now + max(timeout, 0.0)
        may_expire_early = early or (self.timeouts and timeout is not None)
        while last or not ready():
            if deadline is not None and timeout is not None and timeout <= 0:
                self.effect((((id(obj), WHOLE), LOOK),), text)
                return False
            wait = Wait(ready, text, obj, deadline, may_expire_early, last)
            self._block(wait)
            if wait.expired and not ready():
                looked = ((id(obj), WHOLE), LOOK)
                self.effect((looked,) if may_expire_early else (looked, AFTER_ALL), GaveUp(text))
                return False
            if last:
                break
        task.wait = None
        if accesses is None:
            accesses = (((id(obj), WHOLE), mode if isinstance(mode, int) else mode()),)
        would_not_wait = timeout is not None and timeout <= 0
        if (may_expire_early or would_not_wait) and obj is not None:
            accesses = (*accesses, ((accesses[0][0]), LOOK))  # it could have given up before
        self.effect(accesses, name or text)
        return True

    def step(self, obj: object, mode: int, site: object) -> None:
        """One step that never waits."""
        self.point()
        self.effect((((id(obj), WHOLE), mode),), site)

    def _block(self, wait: Wait) -> None:
        task = self.current
        task.wait = wait
        if self.narrator is not None:
            self.narrator.blocked(task, wait)
        if self.explain_cycle is not None and wait.obj is not None and wait.deadline is None:
            error = self.explain_cycle(self, task)
            if error is not None:
                self.fail(error)
        target = self._next_task(task)
        if target is not task:
            self._hand_over(task, target)
        task.wait = None

    def _hand_over(self, task: Task, target: Task) -> None:
        self.streak = 0
        self.current, self.ident = target, target.ident
        target.baton.release()
        task.baton.acquire()
        if self.aborting:
            raise Abandoned

    def _wake(self, target: Task) -> None:
        """Let the time pass that the target still has to sleep."""
        wait = target.wait
        if wait is not None and wait.deadline is not None and not wait.ready():
            self.now = max(self.now, wait.deadline)
            wait.expired = True

    def _next_task(self, task: Task) -> Task:
        """Who goes on now that the running thread cannot. Fails the run where nobody can."""
        task.stops += 1
        ready = [other for other in self.live if other.can_run() and not (other.wait is not None and other.wait.last)]
        eager = [other for other in ready if not (other.lazy and is_lazy(self, other))]
        if eager or ready:
            self.naps.clear()
            sleepers = [
                other for other in self.live if other.wait is not None and other.wait.early and other not in ready
            ]
            if not eager and sleepers:
                return self._jump(sleepers)
            if self.sleeps >= FAIR_SLEEPS:
                sleepers = []
            choice = self.policy.pick(self, eager or ready, sleepers)
            if choice is not (eager or ready)[0]:
                self.deviations.append(("b", task.index, task.stops, choice.index))
            self.sleeps = self.sleeps + 1 if choice in sleepers else 0
            self._wake(choice)
            return choice
        settling = [other for other in self.live if other.wait is not None and other.wait.last]
        if settling:
            return settling[0]
        timed = [other for other in self.live if other.wait is not None and other.wait.deadline is not None]
        if timed:
            if all(other.lazy and is_lazy(self, other) for other in timed):
                self.fail(livelock(self, timed))
            return self._nap(timed)
        if self._collect(task):
            return self._next_task(task)
        if self.explain is None:
            raise AssertionError("nobody can go on")
        self.fail(self.explain(self))
        raise Abandoned

    def _collect(self, task: Task) -> bool:
        """An executor that nobody holds any more ends its threads when it is collected, in a cycle as well. The
        collector rests; so it is called before idle workers are said to wait for ever. Can anybody go on now?"""
        if not any(other.thread in threads_of_executors for other in self.live):
            return False
        task.atomic += 1
        try:
            gc.collect(0)  # what this run has made is young
        finally:
            task.atomic -= 1
        return any(other.can_run() for other in self.live)

    def _nap(self, timed: list[Task]) -> Task:
        """Who is woken by the clock, where everybody sleeps."""
        rested = timed
        if self.long_naps and self.steps > self.step_limit * 3 // 4:
            rested = [other for other in timed if self.naps[other] < NAPS] or timed
        target = self._jump(rested)
        if len(rested) < len(timed) and not self.naps[target]:
            self.naps.clear()  # so that the others see soon what it has done
        self.naps[target] += 1
        return target

    def _jump(self, timed: list[Task]) -> Task:
        """The clock jumps to the earliest deadline."""
        target = min(timed, key=lambda other: (other.wait.deadline or 0.0, other.index))  # type: ignore[union-attr]
        self._wake(target)
        return target

    def fail(self, error: BaseException) -> None:
        """End the run with this error: never returns."""
        if self.aborting:
            raise Abandoned
        task = self.current
        if self.thread_errors and not isinstance(error, ThreadError):
            first = _unread(self.thread_errors)
            first.add_note(f"afterwards: {error}")
            error = first
        if self.error is None:
            self.error = error
            self.failed_by = task
            self.pending = [
                (other.index, other.wait.obj)
                for other in self.live
                if other.wait is not None and other.wait.obj is not None
            ]
        self.aborting = True
        main = self.tasks[0]
        if task is not main and not task.finished:
            self._hand_over(task, main)
        raise Abandoned


def _unread(errors: list[tuple[Task, BaseException]]) -> ThreadError:
    task, error = errors[0]
    message = (
        f"{task.name} died of {type(error).__name__}: {error}"
        if str(error)
        else f"{task.name} died of {type(error).__name__}"
    )
    unread = ThreadError(message + " (nobody reads what a plain thread raises)")
    unread.__cause__ = error
    return unread


def raise_again() -> None:
    """After a failure: unwind this thread again if it swallowed its end; leave its clean-up code alone."""
    error = sys.exc_info()[1]
    while error is not None:
        if isinstance(error, Abandoned):
            return
        error = error.__context__
    raise Abandoned
