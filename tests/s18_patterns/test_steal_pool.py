"""Tasks that wait for their own sub-tasks never run out of workers; idle workers steal, and sleep when all is quiet.

Under `@interleave` a test is run again for every way in which its threads can take turns, and time is virtual:
sleeping costs nothing. A deadlock is reported at once. `settle()` returns when all other threads have gone as
far as they can.
"""

import threading
import time
from concurrent.futures import CancelledError, Future
from threading import Barrier, Event, Thread, current_thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, log, settle, together
from katas.s18_patterns.steal_pool import StealPool


def crew(before: set[Thread]) -> set[Thread]:
    """The threads that have been started since, and are still there."""
    return set(threading.enumerate()) - before


@interleave(schedules=5)
def test_three_jobs() -> None:
    """The plain life of a pool does not work: submit, wait, close."""
    with StealPool(2) as pool:
        futures = [pool.submit(divmod, number, 3) for number in range(3)]
        assert all(isinstance(future, Future) for future in futures)
        assert [pool.result(future) for future in futures] == [(0, 0), (0, 1), (0, 2)]
        assert futures[0].result() == (0, 0), "the future can be read without the pool too"
        assert pool.stolen == 0, "all three came from the inbox"


@pytest.mark.parametrize("workers", [0, -1])
@interleave(preemptions=0, schedules=1)
def test_bad_workers(workers: int) -> None:
    """A pool without workers was not refused with ValueError, or it left threads behind."""
    before = set(threading.enumerate())
    with pytest.raises(ValueError):
        StealPool(workers)
    assert not crew(before)


TREES = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=7)


@given(tree=TREES, workers=st.integers(1, 3))
@settings(max_examples=12)
@interleave(preemptions=1, schedules=3)
def test_every_task_runs_once(tree: list[tuple[int, bool]], workers: int) -> None:
    """A task of a tree of tasks was lost, ran twice, gave a wrong result, or the number of steals is wrong."""
    parents = {node: draw % node for node, (draw, _) in enumerate(tree) if node}
    ran: list[int] = []
    threads: dict[int, Thread] = {}

    def task(node: int) -> int:
        ran.append(node)
        threads[node] = current_thread()
        futures = [pool.submit(task, child) for child, parent in parents.items() if parent == node]
        return node + sum(map(pool.result, futures)) if tree[node][1] else node

    def total(node: int) -> int:
        return node + sum(total(child) for child, parent in parents.items() if parent == node if tree[node][1])

    with StealPool(workers) as pool:
        result = pool.result(pool.submit(task, 0))
    told = f"{workers} workers; tasks and who submits them: {parents}; waiting for theirs: {[w for _, w in tree]}"
    assert sorted(ran) == list(range(len(tree))), f"{told}; they ran in this order: {ran}"
    assert result == total(0), told
    moved = [child for child, parent in parents.items() if threads[child] is not threads[parent]]
    assert pool.stolen == len(moved), f"{told}; another worker than their parent's ran {moved}, stolen: {pool.stolen}"


@pytest.mark.parametrize("workers", [1, 2])
@interleave(preemptions=1, schedules=4)
def test_fork_join(workers: int) -> None:
    """Tasks that wait for their sub-tasks blocked all workers."""

    def count(tasks: int) -> int:
        if tasks == 1:
            return 1
        halves = [pool.submit(count, tasks // 2), pool.submit(count, tasks - tasks // 2)]
        return sum(map(pool.result, halves))

    with StealPool(workers) as pool:
        assert pool.result(pool.submit(count, 5)) == 5


@interleave(preemptions=0, schedules=1)
def test_deep_fork_join_with_one_worker() -> None:
    """Forty tasks, each of which waits for the next one, are too deep for one worker."""

    def depth(left: int) -> int:
        return 1 + pool.result(pool.submit(depth, left - 1)) if left else 0

    with StealPool(1) as pool:
        assert pool.result(pool.submit(depth, 40)) == 40


@interleave(schedules=6)
def test_idle_worker_steals() -> None:
    """A worker was blocked, the other one had nothing to do, and the blocked one's task was left where it was."""
    child_ran = Event()

    def parent() -> None:
        pool.submit(child_ran.set)
        child_ran.wait()

    with StealPool(2) as pool:
        pool.result(pool.submit(parent))
        assert pool.stolen == 1


@interleave(schedules=6)
def test_steals_the_oldest() -> None:
    """A thief took another task than the oldest one: the owner comes to that one last."""
    order: list[str] = []
    last_one_ran = Event()

    def child(name: str) -> None:
        order.append(name)
        if name == "c3":
            last_one_ran.set()

    def parent() -> None:
        for name in ("c1", "c2", "c3"):
            pool.submit(child, name)
        last_one_ran.wait()  # so that the other worker has to take them all

    with StealPool(2) as pool:
        pool.result(pool.submit(parent))
    assert order == ["c1", "c2", "c3"], f"a blocked worker has submitted c1, c2, c3; the other one ran {order}"
    assert pool.stolen == 3


@pytest.mark.parametrize("first", ["parent", "other"])
@interleave(preemptions=0, schedules=3)
def test_steals_from_anybody(first: str) -> None:
    """Two of three workers were blocked, and the third one did not look into the deques of both."""
    both_started, child_ran = Event(), Event()

    def parent() -> None:
        both_started.wait()
        pool.submit(child_ran.set)
        child_ran.wait()

    with StealPool(3) as pool:
        for task in (parent, child_ran.wait) if first == "parent" else (child_ran.wait, parent):
            pool.submit(task)
        settle()
        both_started.set()
    assert pool.stolen == 1


@interleave(schedules=6)
def test_thief_runs_its_own_tasks_first() -> None:
    """A task that was submitted by a stolen task went to the wrong deque: to the robbed worker's, or to the inbox."""
    order: list[str] = []
    last_one_ran = Event()

    def child(name: str) -> None:
        order.append(name)
        if name == "c1":
            pool.submit(child, "d1")
            pool.submit(child, "d2")
        if name == "c2":
            last_one_ran.set()

    def parent() -> None:
        pool.submit(child, "c1")
        pool.submit(child, "c2")
        last_one_ran.wait()

    with StealPool(2) as pool:
        pool.result(pool.submit(parent))
    assert order == ["c1", "d2", "d1", "c2"], f"c1 was stolen and submitted d1 and d2; they ran as {order}"
    assert pool.stolen == 2


@interleave(schedules=5)
def test_own_newest_first() -> None:
    """A worker did not take the newest task of its own deque first."""
    order: list[str] = []

    def parent() -> None:
        for name in ("c1", "c2", "c3"):
            pool.submit(order.append, name)

    with StealPool(1) as pool:
        pool.submit(parent)
    assert order == ["c3", "c2", "c1"], f"one worker, a task has submitted c1, c2, c3; they ran as {order}"
    assert pool.stolen == 0, "there is nobody to steal from"


@pytest.mark.parametrize(
    ("awaited", "expected"),
    [("c3", ["c3", "parent", "c2", "c1"]), ("c2", ["c3", "c2", "parent", "c1"]), ("c1", ["c3", "c2", "c1", "parent"])],
    ids=str,
)
@interleave(schedules=5)
def test_helps_only_until_done(awaited: str, expected: list[str]) -> None:
    """A task waited for a sub-task, and its worker ran others in a wrong order, or went on when that one was done."""
    order: list[str] = []

    def parent() -> None:
        futures = {name: pool.submit(order.append, name) for name in ("c1", "c2", "c3")}
        pool.result(futures[awaited])
        order.append("parent")

    with StealPool(1) as pool:
        pool.submit(parent)
    assert order == expected, f"the parent submitted c1, c2, c3 and waited for {awaited}"


@pytest.mark.parametrize("waits", [False, True])
@interleave(schedules=5)
def test_own_tasks_before_the_inbox(waits: bool) -> None:
    """Newcomers at the inbox went before a worker's own tasks, or were not served in the order of their arrival."""
    order: list[str] = []
    queue_is_long = Event()

    def parent() -> None:
        queue_is_long.wait()
        futures = [pool.submit(order.append, name) for name in ("c1", "c2")]
        if waits:
            pool.result(futures[0])

    with StealPool(1) as pool:
        pool.submit(parent)
        for name in ("first", "second", "third"):
            pool.submit(order.append, name)
        queue_is_long.set()
    assert order == ["c2", "c1", "first", "second", "third"]


@interleave(preemptions=1, schedules=5)
def test_inbox_before_stealing() -> None:
    """A worker stole although somebody was waiting at the inbox."""
    order: list[str] = []
    both_started, visitor_waits, child_ran = Event(), Event(), Event()

    def parent() -> None:
        both_started.wait()
        pool.submit(child)
        child_ran.wait()

    def child() -> None:
        order.append("child")
        child_ran.set()

    with StealPool(2) as pool:
        pool.submit(parent)
        pool.submit(visitor_waits.wait)
        settle()  # now both workers are busy
        both_started.set()
        settle()
        pool.submit(order.append, "visitor")
        visitor_waits.set()
    assert order == ["visitor", "child"], (
        "one worker got free; at the inbox was a visitor, in the other's deque a child"
    )
    assert pool.stolen == 1


@interleave(preemptions=1, schedules=5)
def test_helper_goes_to_the_inbox_before_stealing() -> None:
    """A worker that waits in result() stole although somebody was waiting at the inbox."""
    order: list[str] = []
    may_wait, grandchild_ran = Event(), Event()

    def parent() -> None:
        future = pool.submit(child)
        may_wait.wait()
        pool.result(future)

    def child() -> None:
        pool.submit(grandchild)
        grandchild_ran.wait()

    def grandchild() -> None:
        order.append("grandchild")
        grandchild_ran.set()

    with StealPool(2) as pool:
        pool.submit(parent)
        settle()  # now both workers are busy
        pool.submit(order.append, "visitor")
        may_wait.set()
    assert order == ["visitor", "grandchild"], (
        "the parent waits in result(); at the inbox was a visitor, in the other worker's deque a grandchild"
    )
    assert pool.stolen == 2


@pytest.mark.parametrize("workers", [1, 2])
@interleave(schedules=15)
def test_no_lost_wakeup(workers: int) -> None:
    """A task came while the workers were about to fall asleep, and nobody saw it."""
    with StealPool(workers) as pool:
        assert together(*(lambda number=n: pool.result(pool.submit(abs, number)) for n in (-1, -2))) == [1, 2]


@pytest.mark.parametrize("workers", [2, 3])
@interleave(schedules=5)
def test_helper_wakes_for_its_future(workers: int) -> None:
    """A worker slept in result(), another one finished what it waited for, and nobody, or somebody else, was woken."""
    may_wait, go = Event(), Event()

    def child() -> str:
        go.wait()
        return "child is ready"

    def parent() -> Any:
        future = pool.submit(child)
        may_wait.wait()
        return pool.result(future)

    with StealPool(workers) as pool:
        future = pool.submit(parent)
        settle()  # the child waits in another worker, and a third one has fallen asleep
        may_wait.set()
        settle()  # the parent sleeps in result()
        go.set()
        assert pool.result(future) == "child is ready"


@pytest.mark.parametrize("work", ["from a task", "from outside"])
@interleave(schedules=6)
def test_helper_wakes_for_new_work(work: str) -> None:
    """A worker slept in result() and did not wake when there was something to do: it only waited, and did not help."""
    started, go, helped = Event(), Event(), Event()

    def child() -> None:
        started.set()
        go.wait()
        if work == "from a task":
            pool.submit(helped.set)
        helped.wait()  # the other worker is the only one that can do that

    def parent() -> None:
        future = pool.submit(child)
        started.wait()
        pool.result(future)

    with StealPool(2) as pool:
        pool.submit(parent)
        settle()  # the child waits, the parent sleeps in result()
        if work == "from outside":
            pool.submit(helped.set)
        go.set()


@interleave(preemptions=0, schedules=3)
def test_after_result_it_is_still_a_task() -> None:
    """A task waited in result(), its worker helped, and from then on the task was taken for somebody from outside."""
    order: list[str] = []
    queue_is_long = Event()

    def parent() -> None:
        queue_is_long.wait()
        pool.result(pool.submit(order.append, "c1"))
        pool.result(pool.submit(order.append, "c2"))
        pool.submit(order.append, "c3")

    with StealPool(1) as pool:
        future = pool.submit(parent)
        pool.submit(order.append, "visitor")
        queue_is_long.set()
        pool.result(future)
    assert order == ["c1", "c2", "c3", "visitor"], "a task waited for c1, then for c2, then submitted c3"


@interleave(preemptions=0, schedules=3)
def test_after_result_it_is_awake() -> None:
    """A worker had slept in result() and gone on; a later wake-up was meant for it, and an idle worker slept on."""
    may_wait, go, meeting = Event(), Event(), Barrier(3)

    def parent() -> None:
        future = pool.submit(go.wait)
        may_wait.wait()
        pool.result(future)
        settle()  # both others sleep
        pool.submit(meeting.wait)
        pool.submit(meeting.wait)
        meeting.wait()

    with StealPool(3) as pool:
        future = pool.submit(parent)
        settle()  # the child waits in another worker, and the third one has fallen asleep
        may_wait.set()
        settle()  # the parent sleeps in result()
        go.set()
        pool.result(future)


@interleave(preemptions=0, schedules=10)
def test_wake_up_call_of_one_who_goes_on() -> None:
    """A new task woke one who sleeps in result(); what it waits for was done just then; an idle worker slept on."""
    may_wait, ran, children = Event(), Event(), []

    def guest() -> None:
        may_wait.wait()
        pool.result(children[0])
        ran.wait()

    def child() -> None:
        settle()  # the guest and the third worker sleep
        pool.submit(ran.set)

    def parent() -> None:
        children.append(pool.submit(child))
        may_wait.set()
        pool.result(children[0])
        ran.wait()

    with StealPool(3) as pool:
        pool.submit(guest)
        pool.submit(parent)


@pytest.mark.parametrize("who", ["idle workers", "a helper"])
@interleave(preemptions=0, schedules=2)
def test_sleeps_when_there_is_nothing_to_do(who: str) -> None:
    """For a minute nothing happened, and a worker woke up again and again to look: it polls."""
    started, go = Event(), Event()

    def child() -> None:
        started.set()
        go.wait()

    def parent() -> None:
        future = pool.submit(child)
        started.wait()  # in the other worker
        pool.result(future)

    with StealPool(2) as pool:
        if who == "a helper":
            pool.submit(parent)
        settle()  # all have gone as far as they can
        quiet = len(log())
        time.sleep(60)
        woke = [f"{done.thread}: {done.operation}" for done in log()[quiet:] if done.thread != current_thread().name]
        go.set()
    assert not woke, f"nothing to do for 60 seconds; {who} did {len(woke)} operations, at first: {woke[:3]}"


@interleave(schedules=5)
def test_close_waits_for_grandchildren() -> None:
    """A running task submitted another one after close was called: it was refused, or nobody was left to run it."""
    before = set(threading.enumerate())
    go = Event()
    ran: list[str] = []
    pool = StealPool(2)

    def parent() -> None:
        go.wait()
        child_ran = Event()
        pool.submit(child, child_ran)
        child_ran.wait()
        ran.append("parent")

    def child(child_ran: Event) -> None:
        pool.submit(ran.append, "grandchild")
        child_ran.set()

    def later() -> None:
        settle()  # the owner waits in close, the parent for us, the other worker for work
        go.set()

    future = pool.submit(parent)
    together(pool.close, later)
    assert future.exception() is None, f"the parent ended with {future.exception()!r}"
    assert sorted(ran) == ["grandchild", "parent"], f"when close returned these had run: {ran}"
    assert not crew(before), "close has returned, and a worker is still there"


@interleave(schedules=5)
def test_close_runs_what_is_queued() -> None:
    """close returned, and a task that had been accepted before had not run."""
    ran: list[int] = []
    pool = StealPool(2)
    futures = [pool.submit(ran.append, number) for number in range(4)]
    pool.close()
    assert sorted(ran) == [0, 1, 2, 3]
    assert all(future.done() for future in futures)


@pytest.mark.parametrize("workers", [1, 2])
@interleave(schedules=20)
def test_submit_racing_close(workers: int) -> None:
    """A task came at closing time: it was accepted and did not run, or was refused and ran."""
    ran: list[str] = []
    pool = StealPool(workers)

    def customer() -> bool:
        try:
            pool.submit(ran.append, "late")
        except RuntimeError:
            return False
        return True

    def owner() -> list[str]:
        pool.close()
        return list(ran)

    at_the_end, accepted = together(owner, customer)
    told = "accepted" if accepted else "refused"
    assert at_the_end == (["late"] if accepted else []), (
        f"the task was {told}; when close returned had run: {at_the_end}"
    )
    assert ran == at_the_end, "a task ran after close had returned"


@interleave(schedules=5)
def test_closed_means_closed() -> None:
    """A closed pool accepted a task from outside."""
    pool = StealPool(1)
    pool.close()
    pool.close()
    ran: list[str] = []
    with pytest.raises(RuntimeError):
        pool.submit(ran.append, "late")
    assert ran == []


@interleave(preemptions=1, schedules=4)
def test_closed_from_the_first_moment_on() -> None:
    """While close was still waiting for a task, the pool accepted another one from outside."""
    go = Event()
    pool = StealPool(1)

    def customer() -> None:
        settle()  # the owner waits in close for the task, and the task for us
        try:
            with pytest.raises(RuntimeError):
                pool.submit(abs, -1)
        finally:
            go.set()

    pool.submit(go.wait)
    together(pool.close, customer)


@interleave(preemptions=0, schedules=1, steps=100_000)
def test_waiting_takes_as_long_as_the_task() -> None:
    """A task took half a minute (of virtual time), and result or close did not wait for that."""
    ended: list[str] = []

    def task(name: str) -> str:
        time.sleep(31)
        ended.append(name)
        return name

    pool = StealPool(1)
    assert pool.result(pool.submit(task, "first")) == "first"
    pool.submit(task, "second")
    pool.close()
    assert ended == ["first", "second"], "close has returned, and a task is still running"


@interleave(schedules=6)
def test_two_owners_close() -> None:
    """Of two calls of close at the same time, one returned before the end."""
    before = set(threading.enumerate())
    ran: list[str] = []
    pool = StealPool(2)
    workers = crew(before)

    def task() -> None:
        time.sleep(5)
        ran.append("slow")

    def owner() -> tuple[list[str], int]:
        pool.close()
        return list(ran), sum(thread.is_alive() for thread in workers)

    pool.submit(task)
    assert together(owner, owner) == [(["slow"], 0)] * 2, "each close returns when the task has run and nobody is left"


@interleave(schedules=5)
def test_close_from_a_task() -> None:
    """A task that closed its own pool waited for itself, or closed it, instead of getting RuntimeError."""
    with StealPool(1) as pool:
        with pytest.raises(RuntimeError):
            pool.result(pool.submit(pool.close))
        assert pool.result(pool.submit(str.upper, "open")) == "OPEN", "the pool is still open"


class BadJob(Exception):
    """This job cannot be done."""


@pytest.mark.parametrize("kind", [BadJob, KeyError, RuntimeError, StopIteration, IndexError])
@interleave(preemptions=1, schedules=3)
def test_task_error(kind: type[Exception]) -> None:
    """A task failed: its worker ended, or its error did not get to those who waited for it."""
    error = kind("no such job")

    def child() -> None:
        raise error

    def parent() -> None:
        future = pool.submit(child)
        with pytest.raises(kind) as caught:
            pool.result(future)
        assert caught.value is error
        pool.result(future)

    with StealPool(1) as pool:
        assert pool.submit(child).exception() is error
        assert pool.submit(parent).exception() is error, "the parent did not catch it the second time"
        with pytest.raises(kind):
            pool.result(pool.submit(child))
        assert pool.result(pool.submit(abs, -1)) == 1, "the worker is still there"


@interleave(schedules=5)
def test_error_object_as_a_result() -> None:
    """A task returned an exception object, and it was raised."""
    error = BadJob()
    with StealPool(1) as pool:
        assert pool.result(pool.submit(lambda: error)) is error
        assert pool.result(pool.submit(lambda: pool.result(pool.submit(lambda: None)))) is None


@interleave(schedules=5)
def test_cancelled_future_is_skipped() -> None:
    """A task was cancelled before it started, and ran all the same, or its worker ended, or close waited for it."""
    go = Event()
    ran: list[str] = []

    def parent() -> None:
        go.wait()
        future = pool.submit(ran.append, "child")
        assert future.cancel()
        with pytest.raises(CancelledError):
            pool.result(future)

    with StealPool(1) as pool:
        first = pool.submit(parent)
        cancelled = pool.submit(ran.append, "cancelled")
        after = pool.submit(ran.append, "after")
        assert cancelled.cancel()
        go.set()
        pool.result(first)
        pool.result(after)
        with pytest.raises(CancelledError):
            pool.result(cancelled)
    assert ran == ["after"], f"two of three were cancelled; ran: {ran}"


@interleave(schedules=5)
def test_running_task_cannot_be_cancelled() -> None:
    """A task was running, and its future could be cancelled: its result was lost, or its worker ended."""
    started, go = Event(), Event()

    def task() -> str:
        started.set()
        go.wait()
        return "ready"

    with StealPool(1) as pool:
        future = pool.submit(task)
        started.wait()
        assert not future.cancel(), "cancel() of a future whose task runs returned True"
        go.set()
        assert pool.result(future) == "ready"
        assert pool.result(pool.submit(abs, -1)) == 1, "the worker is still there"


@pytest.mark.parametrize("workers", [3, 6])
@interleave(preemptions=1, schedules=4)
def test_workers_in_parallel(workers: int) -> None:
    """As many tasks as workers, and the tasks did not run at the same time."""
    meeting = Barrier(workers)
    with StealPool(workers) as pool:
        for _ in range(workers):
            pool.submit(meeting.wait)


@interleave(preemptions=1, schedules=5)
def test_tasks_run_in_the_workers() -> None:
    """A task ran in a thread that was not there from the start: in the caller's, or in a new one."""
    before = set(threading.enumerate())
    threads: set[Thread] = set()

    def task(depth: int) -> None:
        threads.add(current_thread())
        time.sleep(1)
        for future in [pool.submit(task, depth - 1) for _ in range(2 * depth)]:
            pool.result(future)

    pool = StealPool(2)
    workers = crew(before)
    with pool:
        for future in [pool.submit(task, 1) for _ in range(2)]:
            pool.result(future)
    assert threads <= workers, f"tasks ran in {sorted(t.name for t in threads - workers)}, not in a worker"
    assert len(threads) <= 2, f"a pool of 2 workers had {len(threads)} at work"
    assert not crew(before), "the pool is closed, and a worker is still there"


@interleave(preemptions=1, schedules=5)
def test_other_pools_task_comes_from_outside() -> None:
    """A task of one pool used another pool, and was taken for one of that pool's own tasks."""
    with StealPool(1) as mine, StealPool(1) as yours:
        my_thread = mine.result(mine.submit(current_thread))
        your_thread = yours.result(yours.submit(current_thread))

        def task() -> Any:
            return yours.result(yours.submit(current_thread))

        assert mine.result(mine.submit(task)) is your_thread, "the task ran in another pool's worker"
        assert my_thread is not your_thread
        mine.result(mine.submit(yours.close))
        with pytest.raises(RuntimeError):
            mine.result(mine.submit(task))
