"""Real processes: a call that would wait for ever ends with the reason, and with nobody left."""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import socket
import sys
import threading
import time
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dojo import processes
from dojo.processes import StuckCallError, room_for, started, within

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fates are told by signals")


def _kill_oneself(connection: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _exit_at_once(connection: Any) -> None:
    os._exit(3)


def _never_end(connection: Any) -> None:
    time.sleep(60)


def _answer(connection: Any) -> None:
    connection.send(42)


class _FailsToArrive:
    """Its unpickling raises, in the child."""

    def __reduce__(self) -> Any:
        return _raise, ()


def _raise() -> None:
    raise RuntimeError("cannot be unpickled")


def ask(target: Any, more: tuple[Any, ...] = ()) -> Any:
    """What a naive program does: start a child, wait for its answer on a pipe whose other end stays open here."""
    reader, writer = multiprocessing.Pipe(duplex=False)
    with reader, writer:
        child = multiprocessing.Process(target=target, args=(writer, *more), name="asked")
        child.start()
        answer = reader.recv()
        child.join()
        return answer


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE", 0.3)


def test_an_answer_comes_through(start_method: str) -> None:
    assert within(lambda: ask(_answer)) == 42


def test_errors_come_through() -> None:
    with pytest.raises(ZeroDivisionError):
        within(lambda: 1 // 0)


@pytest.mark.parametrize(
    ("target", "more", "fate"),
    [
        (_kill_oneself, (), "asked: was ended by SIGKILL"),
        (_exit_at_once, (), "asked: ended with exit code 3"),
        (_answer, ("one too many",), "asked: ended with exit code 1"),
    ],
)
def test_a_child_that_has_ended_keeps_nobody_waiting(target: Any, more: Any, fate: str) -> None:
    with pytest.raises(StuckCallError, match="all its children have ended") as stuck:
        within(lambda: ask(target, more))
    assert fate in str(stuck.value)
    assert "answer = reader.recv()" in str(stuck.value)
    assert multiprocessing.active_children() == []


def test_a_child_is_still_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one before it has ended: that is no reason to give up, however long a start takes."""
    really_start = BaseProcess.start

    def start(process: BaseProcess) -> None:
        time.sleep(processes.GRACE + processes.STILL)
        really_start(process)

    monkeypatch.setattr(BaseProcess, "start", start)
    assert within(lambda: [ask(_answer), ask(_answer)]) == [42, 42]


@pytest.mark.parametrize("method", [m for m in multiprocessing.get_all_start_methods() if m != "fork"])
def test_a_child_that_cannot_unpickle_its_target(method: str) -> None:
    context = multiprocessing.get_context(method)

    def call() -> None:
        reader, writer = context.Pipe(duplex=False)
        with reader, writer:
            child = context.Process(target=_answer, args=(writer, _FailsToArrive()), name="asked")
            child.start()
            reader.recv()

    with pytest.raises(StuckCallError, match="asked: ended with exit code 1"):
        within(call)


def test_a_child_that_never_ends(start_method: str) -> None:
    with pytest.raises(StuckCallError, match="asked: still running"):
        within(lambda: ask(_never_end), seconds=1.5)
    deadline = time.monotonic() + 10
    while multiprocessing.active_children() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert multiprocessing.active_children() == []


def _wait_for_ever(connection: Any) -> None:
    threading.Event().wait()


def _answer_late(connection: Any) -> None:
    time.sleep(0.5)
    connection.send(42)


def _answer_after_a_timed_wait(connection: Any) -> None:
    assert not threading.Event().wait(0.5)
    connection.send(42)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells who waits for what")
def test_nobody_can_go_on(start_method: str) -> None:
    with pytest.raises(StuckCallError, match="each thread waits for another") as stuck:
        within(lambda: ask(_wait_for_ever))
    assert "asked: still running" in str(stuck.value)
    assert "answer = reader.recv()" in str(stuck.value)


def test_a_thread_that_nobody_wakes() -> None:
    never = threading.Event()
    with pytest.raises(StuckCallError, match="nobody can go on"):
        within(never.wait)
    never.set()


@pytest.mark.parametrize("target", [_answer_late, _answer_after_a_timed_wait])
def test_somebody_waits_for_a_time(target: Any, start_method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "STILL", 0.1)
    assert within(lambda: ask(target)) == 42


def test_a_wait_with_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "STILL", 0.1)
    never = threading.Event()
    assert within(lambda: never.wait(0.5)) is False
    assert within(lambda: select.select([], [], [], 0.5)) == ([], [], [])
    with socket.socket() as alone:
        alone.bind(("localhost", 0))
        alone.listen()
        alone.settimeout(0.5)
        with pytest.raises(TimeoutError):
            within(alone.accept)


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Any:
    """As soon as there is a child, it is `now`, and the child has waited for the machine for so many seconds."""

    def make_busy(now: float, waited: float) -> None:
        clock = [0.0]

        def look(pid: int) -> float:
            clock[0] = now
            return waited

        monkeypatch.setattr(processes, "time", SimpleNamespace(monotonic=lambda: clock[0]))
        monkeypatch.setattr(processes.guard, "waited", look)

    return make_busy


def test_time_in_which_the_machine_ran_others(busy: Any) -> None:
    busy(now=15.0, waited=6.0)
    assert within(lambda: ask(_answer), seconds=10) == 42


@pytest.mark.parametrize(("now", "waited"), [(15.0, 4.0), (11.0, 0.0), (25.0, 1000.0)])
def test_not_more_than_that(busy: Any, now: float, waited: float) -> None:
    busy(now, waited)
    with pytest.raises(StuckCallError, match="asked: still running"):
        within(lambda: ask(_never_end), seconds=10)


def test_who_was_started(start_method: str, tmp_path: Path) -> None:
    with started() as children:
        within(lambda: ask(_answer))
    assert [(child.name, child.method) for child in children] == [("asked", start_method)]


def test_no_room_for_more() -> None:
    gone = OSError("no memory")
    with room_for(1, gone), started() as children:
        assert ask(_answer) == 42
        with pytest.raises(OSError) as raised:
            ask(_answer)
    assert raised.value is gone
    assert len(children) == 1
    assert ask(_answer) == 42
