"""Badges tell the truth about whoever asks, in threads and in processes."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from dojo.interleave import interleave, together
from dojo.leaks import no_descriptor_left
from dojo.processes import impatient, is_running, started, within
from dojo.rendezvous import wait_until
from katas.s02_processes_threads.badges import Badge, badge, process_badge, thread_badge

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def test_badge_of_the_caller() -> None:
    """Your own badge is wrong: its pid, its names, or where you are."""
    assert badge() == Badge(
        pid=os.getpid(),
        process=multiprocessing.current_process().name,
        thread=threading.current_thread().name,
        in_main_process=True,
        in_main_thread=True,
    )
    assert len({badge(), badge()}) == 1, "frozen badges can be in a set, and these two are equal"


def test_they_may_be_called_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The main thread and the main process were given other names, and the badge does not tell those."""
    monkeypatch.setattr(threading.current_thread(), "name", "reception")
    monkeypatch.setattr(multiprocessing.current_process(), "name", "clinic")
    assert (badge().process, badge().thread) == ("clinic", "reception")
    assert (badge().in_main_process, badge().in_main_thread) == (True, True), "a name says nothing about that"


def test_badge_of_a_thread_that_the_test_started() -> None:
    """Called in another thread, badge() does not tell about that thread, or not what it is called now."""
    found: list[Badge] = []

    def work() -> None:
        found.append(badge())
        threading.current_thread().name = "renamed"
        found.append(badge())

    thread = threading.Thread(target=work, name="elsewhere")
    thread.start()
    thread.join()
    assert (found[0].thread, found[0].in_main_thread, found[0].in_main_process) == ("elsewhere", False, True)
    assert found[1].thread == "renamed", "a badge that was kept is not true any more"


def test_thread_badge(monkeypatch: pytest.MonkeyPatch) -> None:
    """The badge is not that of one child thread with the name that was asked for."""
    children: list[threading.Thread] = []
    real_start = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        children.append(thread)
        real_start(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    found = thread_badge("helper")
    assert len(children) == 1, f"one child thread was to be started, not {len(children)}"
    assert (found.pid, found.process) == (os.getpid(), multiprocessing.current_process().name)
    assert (found.thread, found.in_main_process, found.in_main_thread) == ("helper", True, False)


@interleave
def test_thread_badge_waits_for_the_end() -> None:
    """The badge is there, and so is the thread that brought it: somebody has to wait for its end."""
    children: list[threading.Thread] = []
    really_start = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        run = thread.run
        # Virtual time: it costs nothing, but whoever waits for a second only, waits in vain.
        thread.run = lambda: (time.sleep(2), run(), time.sleep(2))  # type: ignore[assignment,method-assign,func-returns-value]
        children.append(thread)
        really_start(thread)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        thread_badge("helper")
    assert [thread for thread in children if thread.is_alive()] == []


@pytest.mark.parametrize("name", [" ", "Köln, 2/3\n", "x" * 100_000], ids=["blank", "odd", "long"])
def test_any_text_is_a_name(name: str) -> None:
    """A name was refused that is not empty, or its badge did not get through: odd names are names, and long ones."""
    assert thread_badge(name).thread == name
    assert within(lambda: process_badge(name)).process == name


@pytest.mark.parametrize("name", ["MainThread", "Dummy-1", threading.current_thread().name])
def test_a_child_thread_may_be_called_mainthread(name: str) -> None:
    """A child thread passes for the main thread because of its name."""
    found = thread_badge(name)
    assert (found.thread, found.in_main_thread) == (name, False)


def test_process_badge(start_method: str) -> None:
    """The badge is not that of the main thread of one child process, started the default way."""

    def ask() -> Badge:
        badge()  # whoever keeps it will find it again in a forked child
        return process_badge("branch")

    with started() as children:
        found = within(ask)
    assert found.pid != os.getpid(), "the badge comes from the caller's own process"
    assert (found.process, found.in_main_process, found.in_main_thread) == ("branch", False, True)
    assert [child.method for child in children] == [start_method], "one child, by the default start method"
    assert children[0].pid == found.pid


def test_the_child_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child is killed as soon as its badge is there: wait for its end, it may have to tidy up."""
    hurried: list[str] = []
    monkeypatch.setattr(BaseProcess, "kill", lambda process: hurried.append("kill"))
    monkeypatch.setattr(BaseProcess, "terminate", lambda process: hurried.append("terminate"))
    within(lambda: process_badge("branch"))
    assert hurried == []


def test_process_badge_from_a_helper_thread(start_method: str) -> None:
    """Asked for by a thread that is not the main one, the child's main thread is not told as such."""
    found: list[Badge] = []
    helper = threading.Thread(target=lambda: found.append(process_badge("branch")), name="helper")

    def ask() -> None:
        helper.start()
        helper.join()

    within(ask)
    assert (found[0].process, found[0].in_main_process, found[0].in_main_thread) == ("branch", False, True)


def test_badges_of_a_process_that_the_test_started() -> None:
    """In a child process that others have started, badge() or thread_badge() does not tell about that process."""

    def ask() -> tuple[Badge, Badge]:
        with ProcessPoolExecutor(max_workers=1) as pool:
            return pool.submit(badge).result(), pool.submit(thread_badge, "helper").result()

    main, helper = within(ask)
    assert main.pid == helper.pid != os.getpid()
    assert (main.in_main_process, main.in_main_thread) == (False, True), "badge() in another child's main thread"
    assert (helper.in_main_process, helper.in_main_thread) == (False, False), "thread_badge() in another child"
    assert helper.thread == "helper"


def test_a_process_may_be_called_mainprocess() -> None:
    """A child process passes for the main process because of its name."""
    found = within(lambda: process_badge("MainProcess"))
    assert (found.process, found.in_main_process) == ("MainProcess", False)


@interleave
def test_threads_bring_their_own_badge() -> None:
    """Asked for by several threads at once, somebody gets the badge of another child."""
    found: dict[str, Badge] = {}

    def ask(name: str) -> None:
        found[name] = thread_badge(name)

    together(partial(ask, "a"), partial(ask, "b"))
    assert {name: mine.thread for name, mine in found.items()} == {"a": "a", "b": "b"}


class LateName(str):
    """The name of a process that cannot tell it, in a badge for example, before there is a file of this path."""

    path: Path
    home: int

    def __new__(cls, name: str, path: Path, home: int) -> LateName:
        self = super().__new__(cls, name)
        self.path, self.home = path, home
        return self

    def __reduce__(self) -> tuple[object, ...]:
        if os.getpid() != self.home:
            wait_until(self.path.exists, seconds=5)
        return LateName, (str(self), self.path, self.home)


def test_two_threads_ask_for_processes(tmp_path: Path) -> None:
    """Asked for by two threads at once, somebody gets the badge of the other one's child process."""
    back = tmp_path / "somebody is back"
    found: dict[str, Badge] = {}

    def ask(name: str) -> None:
        found[name] = process_badge(name)
        back.touch()

    def ask_both() -> None:
        early = threading.Thread(target=ask, args=(LateName("late", back, os.getpid()),))
        with started() as children:
            early.start()
            assert wait_until(lambda: bool(children)), "process_badge starts no process"
        ask("soon")
        early.join()

    within(ask_both)
    assert {name: mine.process for name, mine in found.items()} == {"late": "late", "soon": "soon"}


def test_one_asks_while_another_starts_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for by two threads at once, somebody gets the badge of the other one's child process, or none."""
    really_start = BaseProcess.start
    found: dict[str, Badge] = {}
    pids: list[int | None] = []

    def ask(who: str) -> None:
        found[who] = process_badge("twin")

    other = threading.Thread(target=ask, args=("second",))

    def start(process: BaseProcess) -> None:
        really_start(process)
        pids.append(process.pid)
        if len(pids) == 1:
            wait_until(lambda: not is_running(process.pid or 0), seconds=5)  # its badge is there to be taken
            other.start()
            other.join(5)  # or it is kept waiting until this one is back

    def ask_both() -> None:
        ask("first")
        other.join()

    monkeypatch.setattr(BaseProcess, "start", start)
    within(ask_both)
    assert [found["first"].pid, found["second"].pid] == pids


def test_empty_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty name is not refused, or something was started before it was."""

    def no_thread(thread: threading.Thread) -> None:
        pytest.fail(f"{thread} was started")

    monkeypatch.setattr(threading.Thread, "start", no_thread)
    with started() as children:
        for fetch in (thread_badge, process_badge):
            with pytest.raises(ValueError):
                fetch("")
    assert children == []


def test_import_starts_nothing() -> None:
    """Importing the module prints, or starts a thread or a process."""
    program = (
        "import multiprocessing, threading\n"
        "from multiprocessing.process import BaseProcess\n"
        "started = []\n"
        "BaseProcess.start = threading.Thread.start = lambda self: started.append(self)\n"
        "import katas.s02_processes_threads.badges\n"
        "assert not started, started\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=50)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_a_thread_may_import_it() -> None:
    """The thread that imports the module is taken for the main thread: any thread may be the first that needs it."""
    program = (
        "import importlib, threading\n"
        "name = 'katas.s02_processes_threads.badges'\n"
        "thread = threading.Thread(target=importlib.import_module, args=[name])\n"
        "thread.start()\n"
        "thread.join()\n"
        "assert importlib.import_module(name).badge().in_main_thread\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=50)
    assert done.returncode == 0, done.stderr


def test_nothing_left(start_method: str) -> None:
    """A pipe, a thread or a process is left behind: close both ends, and wait for the child."""
    with no_descriptor_left(), impatient(below=5.0):  # whoever waits for a second only, waits in vain
        within(lambda: process_badge("branch"))
        thread_badge("helper")
