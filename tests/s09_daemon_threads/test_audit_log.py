"""No line is lost: while the log is being closed, when writing fails, and when the program ends.

Under `@interleave` a test is run again for many ways in which its threads can take turns. Threads that wait for ever
are reported at once. `settle()` returns when all other threads have gone as far as they can.
"""

from __future__ import annotations

import gc
import re
import subprocess
import sys
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Event, Thread, current_thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from katas.s09_daemon_threads.audit_log import AuditLog


class Paper:
    """What was written, and by whom. The batch in which `jam` is fails with `error`."""

    def __init__(self, jam: str | None = None, kind: type[Exception] = OSError) -> None:
        self.lines: list[str] = []
        self.jam = jam
        self.error = kind("no space left on device")
        self.failed: list[None] = []
        self.calls = 0
        self.inside: list[None] = []
        self.writers: list[Thread] = []
        self.callers = [current_thread()]
        self.on_write: Callable[[list[str]], object] = lambda batch: None

    def write(self, batch: list[str]) -> None:
        self.calls += 1
        assert batch, "write got an empty list"
        assert not self.inside, "write is called twice at the same time"
        assert not self.failed, "write has failed, and is called again"
        assert current_thread() not in self.callers, "write is called in the thread of a caller"
        self.inside.append(None)
        self.writers.append(current_thread())
        self.on_write(batch)
        self.inside.pop()
        if self.jam in batch:
            self.failed.append(None)
            raise self.error
        self.lines.extend(batch)

    def working(self) -> bool:
        return any(writer.is_alive() for writer in self.writers)


def failure_of(call: Callable[[], object], paper: Paper) -> None:
    """Check that the call says that the log has failed, and why."""
    with pytest.raises(RuntimeError, match=r"^audit log failed$") as raised:
        call()
    assert raised.value.__cause__ is paper.error, "the cause is to be what write has raised"


def slow_disk(may_write: Event) -> None:
    time.sleep(3600)  # virtual time: it costs nothing, and whoever looks again now and then may do so
    may_write.set()


@given(batches=st.lists(st.lists(st.sampled_from(["a", "b", "", "c\n"]), max_size=4), max_size=3))
@settings(max_examples=10)
@interleave(preemptions=0, schedules=1)
def test_lines_in_order(batches: list[list[str]]) -> None:
    """Lines were lost, doubled or changed places, or flush returned before they were written."""
    paper, appended = Paper(), []
    log = AuditLog(paper.write)
    for batch in batches:
        for line in batch:
            log.append(line)
            appended.append(line)
        log.flush()
        assert paper.lines == appended, f"appended and flushed {appended}, written {paper.lines}"
    log.append("last")
    log.close()
    assert paper.lines == [*appended, "last"]


@interleave(preemptions=0, schedules=2)
def test_write_may_keep_its_list() -> None:
    """A list that write was given changed later, or was given to it once more."""
    batches: list[list[str]] = []
    log = AuditLog(batches.append)
    for line in ("a", "b"):
        log.append(line)
        log.flush()
    log.close()
    assert batches == [["a"], ["b"]], f"what write was given looks like this in the end: {batches}"


@interleave(preemptions=1, schedules=10)
def test_idle_log() -> None:
    """A log to which nobody has appended does not flush or close, or it writes an empty batch."""
    paper = Paper()
    log = AuditLog(paper.write)
    log.flush()
    log.close()
    log.close()
    log.flush()
    assert not paper.lines


@interleave(preemptions=1, schedules=10)
def test_context_manager() -> None:
    """At the end of the with-block the log was not closed, or its error was lost, or the block did not get the log."""
    paper = Paper()
    log = AuditLog(paper.write)
    with log as inside:
        assert inside is log
        inside.append("a")
    assert paper.lines == ["a"]
    with pytest.raises(RuntimeError):
        log.append("b")
    with pytest.raises(KeyError), AuditLog(paper.write) as log:
        log.append("c")
        raise KeyError
    assert paper.lines == ["a", "c"], "an error left the block"
    jammed = Paper(jam="d")

    def block() -> None:
        with AuditLog(jammed.write) as log:
            log.append("d")

    failure_of(block, jammed)


@interleave(preemptions=0, schedules=3)
def test_two_logs() -> None:
    """Two logs were in use, and the lines of one were written by the other one, or lost."""
    papers = [Paper(), Paper()]
    logs = [AuditLog(paper.write) for paper in papers]
    settle()  # now both background threads wait for lines
    for line in ("a", "b"):
        for log, number in zip(logs, "12", strict=True):
            log.append(line + number)
    for log in logs:
        log.close()
    assert [paper.lines for paper in papers] == [["a1", "b1"], ["a2", "b2"]]


@interleave(preemptions=1, schedules=15)
def test_append_after_close() -> None:
    """A closed log accepted a line, wrote twice, or left its thread behind."""
    paper = Paper()
    log = AuditLog(paper.write)
    log.append("a")
    log.close()
    assert not paper.working(), "close() has returned, and the background thread still runs"
    for _ in range(2):
        with pytest.raises(RuntimeError):
            log.append("b")
        log.close()
        log.flush()
    assert paper.lines == ["a"]


@interleave(preemptions=0, schedules=5)
def test_append_does_not_wait() -> None:
    """append() waited for write: a request has to wait for the disk. Or lines of two threads changed places."""
    paper, may_write = Paper(), Event()
    paper.on_write = lambda batch: may_write.wait()
    log = AuditLog(paper.write)
    log.append("a")
    settle()  # now a is being written
    log.append("b")
    settle()
    together(partial(log.append, "c"))
    log.append("d")
    assert not paper.lines
    may_write.set()
    log.close()
    assert paper.lines == ["a", "b", "c", "d"], "this is not the order in which append accepted them"


@interleave(preemptions=0, schedules=1, steps=200_000)
def test_append_does_not_wait_for_room() -> None:
    """Many lines were pending while the disk was slow, and append() waited, or refused one: there is no limit."""
    paper, may_write = Paper(), Event()
    paper.on_write = lambda batch: may_write.wait()
    log = AuditLog(paper.write)
    lines = [str(number) for number in range(1100)]
    log.append(lines[0])
    settle()  # now it is being written
    for line in lines[1:]:
        log.append(line)
    may_write.set()
    log.close()
    assert paper.lines == lines


@interleave(preemptions=1, schedules=15)
def test_write_may_append() -> None:
    """write appended a line to its own log, and waits for ever, or the line was lost."""
    paper = Paper()

    def remark(batch: list[str]) -> None:
        if "a" in batch:
            log.append("b")

    paper.on_write = remark
    log = AuditLog(paper.write)
    log.append("a")
    log.flush()
    log.flush()
    assert paper.lines == ["a", "b"]
    log.close()
    assert paper.lines == ["a", "b"]


@interleave(preemptions=0, schedules=5)
def test_write_appends_while_closing() -> None:
    """close() had been called, and write could still append to its own log: the line was lost, or came too late."""
    paper, refused = Paper(), []

    def remark(batch: list[str]) -> None:
        settle()  # now close() waits
        try:
            log.append("b")
        except RuntimeError:
            refused.append("b")

    paper.on_write = remark
    log = AuditLog(paper.write)
    log.append("a")
    log.close()
    assert (paper.lines, refused) == (["a"], ["b"]), f"refused {refused}, written {paper.lines}"


@interleave(preemptions=0, schedules=3, steps=4_000, naps=True)
def test_flush_waits_for_a_slow_disk() -> None:
    """flush() returned while the lines were being written, or after some time, or not everybody was told at the end."""
    paper, may_write = Paper(), Event()
    paper.on_write = lambda batch: may_write.wait()
    log = AuditLog(paper.write)
    log.append("a")

    def auditor() -> None:
        log.flush()
        assert paper.lines == ["a"], "flush() has returned, and the line is not written yet"

    together(auditor, auditor, partial(slow_disk, may_write))
    log.close()


@interleave(schedules=25)
def test_flush_waits() -> None:
    """flush() returned before a line was written that had been accepted before, perhaps from another thread."""
    paper, accepted = Paper(), []
    log = AuditLog(paper.write)

    def customer() -> None:
        paper.callers.append(current_thread())
        for line in ("a1", "a2"):
            log.append(line)
            accepted.append(line)

    def auditor() -> None:
        paper.callers.append(current_thread())
        log.append("b1")
        before = ["b1", *accepted]
        log.flush()
        missing = set(before) - set(paper.lines)
        assert not missing, f"flush() has returned, and {missing} was accepted before, but is not written"

    together(customer, auditor)
    log.close()
    assert sorted(paper.lines) == ["a1", "a2", "b1"]
    assert [line for line in paper.lines if line != "b1"] == ["a1", "a2"]


@interleave(preemptions=1, schedules=60)
def test_close_racing_append() -> None:
    """A line was accepted while another thread closed the log, and was never written."""
    paper, accepted = Paper(), []
    log = AuditLog(paper.write)

    def customer() -> None:
        paper.callers.append(current_thread())
        for line in ("a", "b"):
            try:
                log.append(line)
            except RuntimeError:
                break
            accepted.append(line)

    def closer() -> list[str]:
        paper.callers.append(current_thread())
        log.close()
        assert not paper.working(), "close() has returned, and the background thread still runs"
        return paper.lines[:]

    _, at_close = together(customer, closer)
    assert paper.lines == accepted, f"accepted {accepted}, written {paper.lines}"
    assert paper.lines == at_close, "a line was written after close() had returned"


@interleave(preemptions=1, schedules=40)
def test_close_within_an_append() -> None:
    """append() looked whether the log is closed, close() came, and then the line was accepted and never written."""
    paper = Paper()
    log = AuditLog(paper.write)
    settle()  # now the background thread waits for lines

    def customer() -> list[str]:
        try:
            log.append("a")
        except RuntimeError:
            return []
        return ["a"]

    accepted, _ = together(customer, log.close)
    assert paper.lines == accepted, f"accepted {accepted}, written {paper.lines}"


@interleave(schedules=25)
def test_flush_racing_close() -> None:
    """One thread flushes while another one closes the log, and waits for ever."""
    paper = Paper()
    log = AuditLog(paper.write)
    log.append("a")

    def auditor() -> None:
        log.flush()
        assert paper.lines == ["a"]

    together(auditor, log.close)


@interleave(preemptions=1, schedules=8, steps=4_000, naps=True)
def test_two_closes() -> None:
    """A close() returned while another one was still at work, or when it had waited for some time."""
    paper, may_write = Paper(), Event()
    paper.on_write = lambda batch: may_write.wait()
    log = AuditLog(paper.write)
    log.append("a")

    def closer() -> None:
        log.close()
        assert paper.lines == ["a"], "close() has returned, and what was pending is not written"
        assert not paper.working(), "close() has returned, and the background thread still runs"

    together(closer, closer, partial(slow_disk, may_write))


@pytest.mark.parametrize(("place", "kind"), [(0, OSError), (1, OSError), (0, RuntimeError), (1, LookupError)])
@interleave(preemptions=1, schedules=10)
def test_writer_error_is_heard(place: int, kind: type[Exception]) -> None:
    """Writing failed, and nobody was told, or not by whom it was, or somebody waits for ever."""
    lines = ["a", "b", "c"]
    paper = Paper(jam=lines[place], kind=kind)
    log = AuditLog(paper.write)
    for line in lines[:place]:
        log.append(line)
        log.flush()
    log.append(lines[place])
    failure_of(log.flush, paper)
    assert paper.lines == lines[:place]
    failure_of(lambda: log.append("later"), paper)
    failure_of(log.flush, paper)
    failure_of(log.close, paper)
    failure_of(log.close, paper)
    failure_of(lambda: log.append("later"), paper)
    assert not paper.working(), "write has failed, and the background thread still runs"


@interleave(preemptions=1, schedules=20)
def test_all_who_wait_hear_of_the_error() -> None:
    """Writing failed while some waited in flush() and close(), and not all of them were told."""
    paper, may_fail = Paper(jam="a"), Event()
    paper.on_write = lambda batch: may_fail.wait()
    log = AuditLog(paper.write)
    log.append("a")

    def disk() -> None:
        settle()
        may_fail.set()

    waiting = [log.flush, log.flush, log.close]
    together(*[partial(failure_of, call, paper) for call in waiting], disk)
    failure_of(log.close, paper)


@interleave(preemptions=0, schedules=5)
def test_nothing_is_written_behind_the_error() -> None:
    """Writing failed, and write was called again for the lines that waited behind, or the thread did not end."""
    paper, may_fail = Paper(jam="a"), Event()
    paper.on_write = lambda batch: may_fail.wait()
    log = AuditLog(paper.write)
    log.append("a")
    settle()  # now a is being written
    log.append("b")
    may_fail.set()
    failure_of(log.flush, paper)
    settle()
    assert not paper.working(), "write has failed, and the background thread still runs"
    failure_of(log.close, paper)
    assert paper.calls == 1, "write has failed, and was called again"


@interleave(schedules=25)
def test_append_racing_the_error() -> None:
    """Writing failed while lines were appended, and a close() heard of no error, or somebody waits for ever."""
    paper = Paper(jam="a")
    log = AuditLog(paper.write)

    def customer() -> RuntimeError | None:
        log.append("a")
        try:
            log.append("b")
        except RuntimeError as error:
            return error
        return None

    def auditor() -> None:
        with suppress(RuntimeError):
            log.flush()

    refused, _ = together(customer, auditor)
    assert refused is None or refused.__cause__ is paper.error
    failure_of(log.close, paper)
    assert not paper.lines, "what came after the failure was written"


SCRIPT = """
import faulthandler, os, sys, threading, time
from katas.s09_daemon_threads.audit_log import AuditLog

faulthandler.dump_traceback_later(8, exit=True)  # a program that does not end is ended, and shows where it stands

def write(batch):
    time.sleep(0.2)  # a slow disk
    for line in batch:
        print("\\nwritten:", line, flush=True)  # the log may print, too

"""
PROGRAMS = {
    "forgotten": """
closed = AuditLog(write)
closed.append("one")
closed.close()
log = AuditLog(write)
log.append("two")
log.append("three")
""",
    "dropped": """
log = AuditLog(write)
log.append("one")
log.flush()
log.append("two")
log.append("three")
del log
""",
    "dropped at once": """
log = AuditLog(write)
time.sleep(0.1)  # now the background thread waits for its first line
log.append("one two three")
del log
""",
    "others fail": """
def broken(batch):
    raise OSError

def slow(batch):
    threading.main_thread().join()
    write(batch)

sys.stderr = open(os.devnull, "w")  # at exit the logs that have failed may say so
logs = [AuditLog(slow if number == 50 else broken) for number in range(100)]
for log in logs:
    log.append("one two three")
""",
    "late thread": """
def work():
    threading.main_thread().join()
    log.append("two")
    time.sleep(0.3)  # the log has nothing to do now
    log.append("three")

log = AuditLog(write)
log.append("one")
log.flush()
threading.Thread(target=work).start()
""",
    "closing": """
def slow(batch):
    threading.main_thread().join()
    write(batch)

log = AuditLog(slow)
log.append("one two three")
threading.Thread(target=log.close, daemon=True).start()
time.sleep(0.1)  # now close() waits for the disk; at its end the program cuts off the daemon that has called it
""",
    "last remark": """
def remark(batch):
    threading.main_thread().join()
    write(batch)
    time.sleep(0.2)  # now the program is at its end
    if "three" not in batch:
        try:
            log.append("three")
        except RuntimeError:  # whoever closes the log at exit may refuse it, but not accept and lose it
            print("\\nwritten: three", flush=True)

log = AuditLog(remark)
log.append("one two")
""",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_forgotten_log_is_written_at_exit(program: str) -> None:
    """A program ended without closing its log, and lines were lost, or it did not end."""
    command = [sys.executable, "-c", SCRIPT + PROGRAMS[program]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert "Timeout" not in done.stderr, f"the program does not end; its threads stand here:\n{done.stderr}"
    if sys.version_info[:2] == (3, 12) and "can't create new thread at interpreter shutdown" in done.stderr:
        return  # a defect of 3.12.0 and 3.12.1: no thread can start when the main thread has ended
    assert done.returncode == 0, done.stderr
    assert not re.search("Traceback|Exception", done.stderr), done.stderr
    written = [word for line in done.stdout.splitlines() if line.startswith("written:") for word in line.split()[1:]]
    assert written == ["one", "two", "three"], f"the program:\n{PROGRAMS[program]}\nwritten: {written}"


@pytest.mark.parametrize("line", ["", "a", "bad"])
def test_closed_log_is_collectable(line: str) -> None:
    """A closed log was dropped, and something (atexit? a thread?) still keeps it and its write in memory."""
    paper = Paper(jam="bad")
    held = weakref.ref(paper)
    log = AuditLog(paper.write)
    if line:
        log.append(line)
    with suppress(RuntimeError):
        log.close()
    del log, paper
    gc.collect()
    assert held() is None, "a log that has failed" if line == "bad" else f"appended: {line!r}"
