"""What tests may ask about the run under way: its operations, and the locks that a thread holds."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from threading import Lock

import pytest

from dojo.interleave import InterleaveError, held, interleave, log, together

MADE_BEFORE = Lock()


def acquired() -> int:
    return sum(done.operation == "acquire" for done in log())


@interleave
def test_acquisitions_are_counted() -> None:
    lock, rlock, condition, semaphore = Lock(), threading.RLock(), threading.Condition(), threading.Semaphore(2)
    for guard in (lock, rlock, condition, semaphore, MADE_BEFORE):
        before = acquired()
        with guard:
            assert acquired() == before + 1, guard
        assert acquired() == before + 1, guard
    before = acquired()
    with rlock, rlock:
        assert acquired() == before + 1


@interleave
def test_who_took_what() -> None:
    lock, items = Lock(), queue.Queue()

    def work() -> None:
        with lock:
            pass
        items.put(1)

    thread = threading.Thread(target=work, name="worker")
    thread.start()
    thread.join()
    items.get()
    assert [done.operation for done in log() if done.lock is lock and done.thread == "worker"] == ["acquire", "release"]
    assert "get" in [done.operation for done in log() if done.thread == "MainThread"]


@interleave
def test_attempts_are_told_apart() -> None:
    lock = Lock()
    lock.acquire(blocking=False)
    assert [done.attempt for done in log() if done.operation == "acquire"] == [True]
    lock.release()


@interleave
def test_what_a_thread_holds() -> None:
    one, two, condition = Lock(), threading.RLock(), threading.Condition()
    assert held() == []
    with one, two, two:
        assert held() == [one, two]
        together(lambda: held() or None)
    with condition:
        assert len(held()) == 1
        condition.wait(0.1)
        assert len(held()) == 1
    assert held() == []


@interleave
def test_a_lock_that_somebody_else_releases() -> None:
    lock = Lock()
    lock.acquire()
    together(lock.release)
    assert held() == []


def test_outside() -> None:
    for ask in (log, held):
        with pytest.raises(InterleaveError):
            ask()


@interleave
def test_counts_are_data_and_no_operations() -> None:
    before, counter = len(log()), Counter("a")
    counter.update({"a": 1})
    counter -= Counter("a")
    assert (counter["a"], len(log())) == (1, before)
