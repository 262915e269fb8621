"""Each frame in a fresh process; an answer, an error or silence: the farm copes with all three."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import pytest

from dojo.leaks import no_descriptor_left
from dojo.processes import impatient, is_running, room_for, started, within
from dojo.rendezvous import Rendezvous, wait_until
from katas.s06_multiprocessing.render_farm import WorkerDied, render_all

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
SECONDS = 12.0
"""After which a call is thought to hang."""
_calls = 0


def farm(
    render: Callable[[Any], Any], frames: Sequence[Any], processes: int = 2, seconds: float = SECONDS
) -> list[Any]:
    """render_all, with a limit."""
    return within(lambda: render_all(render, frames, processes=processes), seconds)


# What the children run: found by name, whatever the start method.


def itself(frame: Any) -> Any:
    return frame


def count_calls(frame: int) -> tuple[int, int]:
    global _calls
    _calls += 1
    return _calls, os.getpid()


def begun_at(frame: int) -> float:
    return time.monotonic()


def large(frame: int) -> bytes:
    return bytes([frame]) * 2**20


class TwoArguments(Exception):
    """Can be pickled, but not unpickled: its __init__ wants more than its args hold."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what}: {why}")


class MadeAnew(TwoArguments):
    """Tells pickle how to make it anew, so that what was added to it stays behind."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(what, why)
        self.parts = what, why

    def __reduce__(self) -> Any:
        return MadeAnew, self.parts


class Unreadable:
    """Can be pickled, but not unpickled."""

    def __reduce__(self) -> Any:
        return int, ("not a number",)


class Obstinate:
    """Cannot be pickled, and nor can the error that says so."""

    def __reduce__(self) -> Any:
        raise TwoArguments("frame", "too dark")


def fail(how: str) -> Any:
    """Ends in the way that the frame tells."""
    match how:
        case "KeyError":
            raise KeyError("k", 4)
        case "os._exit":
            os._exit(7)
        case "sys.exit":
            sys.exit(5)
        case "exit at ease":
            sys.exit()
        case "SIGKILL":
            os.kill(os.getpid(), signal.SIGKILL)
        case "lambda":
            return lambda: None
        case "unreadable":
            return Unreadable()
        case "obstinate":
            return Obstinate()
        case "two arguments":
            raise TwoArguments("frame", "too dark")
        case "SystemError":
            raise SystemError("the library says no")
        case "StopIteration":
            raise StopIteration("no more film")
        case "made anew":
            raise MadeAnew("frame", "too dark")
        case "torn":
            Connection._send = half_of_it  # type: ignore[attr-defined]
            threading.Thread(target=crash_at_the_end, daemon=False).start()
        case "crash at the end":
            threading.Thread(target=crash_at_the_end, daemon=False).start()
    return how


def crash_at_the_end() -> None:
    """As a library does that is torn down when the process has done all else."""
    threading.main_thread().join()
    os._exit(9)


def half_of_it(writer: Connection, data: Any) -> None:
    """As if the process had been killed in the middle of its answer."""
    os.write(writer.fileno(), bytes(data)[: len(data) // 2])
    os._exit(9)


@dataclass(frozen=True)
class Meet:
    meeting: Rendezvous

    def __call__(self, frame: int) -> bool:
        return self.meeting.meet()


def lingers(frame: int) -> None:
    """The answer is there at once, and the process lives on for a while."""
    threading.Thread(target=time.sleep, args=(0.1,), daemon=False).start()


@dataclass(frozen=True)
class WaitsFor:
    """Frame 0 waits until frame 2 has begun."""

    folder: Path

    def __call__(self, frame: int) -> tuple[int, bool]:
        (self.folder / str(frame)).touch()
        return frame, frame != 0 or wait_until((self.folder / "2").exists)


@dataclass(frozen=True)
class Lingers:
    """Answers, and lives on."""

    folder: Path

    def __call__(self, frame: int) -> bytes:
        threading.Thread(target=self.live_on, daemon=False).start()
        return large(frame)

    def live_on(self) -> None:
        threading.main_thread().join()  # it has sent its answer: more than fits into a pipe
        time.sleep(1.5)
        (self.folder / "at ease").touch()


@dataclass(frozen=True)
class Interrupts:
    """Frame 0 answers, and then, with frame 1 under way, sends a Ctrl-C to the main program. Both would live on."""

    folder: Path
    main: int

    def __call__(self, frame: int) -> bytes:
        (self.folder / str(frame)).touch()
        if frame == 1:
            time.sleep(60)
        threading.Thread(target=self.interrupt, daemon=False).start()
        return large(frame)

    def interrupt(self) -> None:
        threading.main_thread().join()
        wait_until((self.folder / "1").exists)
        os.kill(self.main, signal.SIGINT)
        time.sleep(60)


@dataclass(frozen=True)
class FailsBesideASlowOne:
    """Frame 0 takes a minute (and ignores SIGTERM, if deaf), frame 1 fails as soon as frame 0 has begun."""

    folder: Path
    how: str
    deaf: bool = False

    def __call__(self, frame: int) -> Any:
        if self.deaf:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (self.folder / f"{frame}").touch()
        if frame == 0:
            time.sleep(60)
        while frame == 1 and not (self.folder / "0").exists():
            time.sleep(0.01)
        return fail(self.how)


def test_results_in_frame_order() -> None:
    """A result is missing, or in the place of another frame, perhaps of an equal one."""
    with started() as children:
        assert farm(itself, ("a", None, "a", 0, [1])) == ["a", None, "a", 0, [1]]
    assert len(children) == 5, "one child for each frame"


def test_results_that_look_like_errors() -> None:
    """A result that is an exception, returned and not raised, or one beside a word, was taken for a failure."""
    frames = [ValueError("returned, not raised"), ("error", KeyError("k")), False]
    assert repr(farm(itself, frames)) == repr(frames)


def test_every_start_method(start_method: str) -> None:
    """Under one of the start methods a result, or a child's silence, is lost."""
    with started() as children:
        assert farm(itself, ["a"], seconds=40) == ["a"]  # fresh interpreters are slow
        with pytest.raises(WorkerDied) as died:
            farm(fail, ["os._exit"], processes=3, seconds=40)
    assert (died.value.frame, died.value.exitcode) == (0, 7)
    assert [child.method for child in children] == [start_method] * 2, "children are started the default way"


def test_no_frames() -> None:
    """Without frames nothing is to be started."""
    with started() as children:
        assert render_all(itself, [], processes=2) == []
    assert children == []


def test_fresh_process_per_frame() -> None:
    """A process renders more than one frame: the library's leaks add up."""
    found = farm(count_calls, [0, 1, 2, 3])
    assert [calls for calls, _ in found] == [1, 1, 1, 1]
    assert os.getpid() not in {pid for _, pid in found}


def test_started_in_frame_order() -> None:
    """A child was started for another frame than the next one."""
    begun = farm(begun_at, [0, 1, 2], processes=1)
    order = sorted(range(3), key=begun.__getitem__)
    assert order == [0, 1, 2], f"one at a time, the frames were rendered in the order {order}"


def test_truly_parallel(tmp_path: Path) -> None:
    """Three processes were allowed, and three frames are not rendered at the same time."""
    assert farm(Meet(Rendezvous(tmp_path / "meeting", 3)), [0, 1, 2], processes=3) == [True] * 3


@pytest.mark.parametrize("processes", [1, 2])
def test_never_more_than_allowed(processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """More children are alive at once than were allowed: an answer is not the end of a process."""
    alive, start = [], BaseProcess.start

    def counting(child: BaseProcess) -> None:
        alive.append(1 + sum(is_running(earlier.pid) for earlier in children))
        start(child)

    monkeypatch.setattr(BaseProcess, "start", counting)
    with started() as children:
        farm(lingers, list(range(processes + 1)), processes)
    assert len(alive) == processes + 1, "one child for each frame"
    assert max(alive) <= processes


def test_next_one_starts_at_once(tmp_path: Path) -> None:
    """A free place stays empty until the whole batch is finished, or the results come as they are ready."""
    assert farm(WaitsFor(tmp_path), [0, 1, 2]) == [(0, True), (1, True), (2, True)]


def test_one_that_lingers(tmp_path: Path) -> None:
    """A child had answered and lived on for a while, and was not left to end by itself."""
    with impatient():
        farm(Lingers(tmp_path), [0])
    assert (tmp_path / "at ease").exists()


def test_large_results() -> None:
    """A child waits for you to take its large result, and you wait for its end."""
    results = farm(large, [1, 2, 3])
    assert [(len(result), result[0]) for result in results] == [(2**20, 1), (2**20, 2), (2**20, 3)]


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ("KeyError", KeyError("k", 4)),
        ("SystemError", SystemError("the library says no")),
        ("StopIteration", StopIteration("no more film")),
        ("made anew", MadeAnew("frame", "too dark")),
    ],
)
def test_render_raises(how: str, error: Exception) -> None:
    """The error of a frame does not arrive as it was raised, with a note that names the frame."""
    with pytest.raises(type(error)) as raised:
        farm(fail, ["fine", how])
    assert (str(raised.value), getattr(raised.value, "__notes__", [])) == (str(error), ["frame 1"])


@pytest.mark.parametrize(
    ("how", "exitcode"),
    [
        ("os._exit", 7),
        ("sys.exit", 5),
        ("exit at ease", 0),
        pytest.param("SIGKILL", -9, marks=pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")),
    ],
)
def test_child_dies(how: str, exitcode: int) -> None:
    """A child that ends without an answer is waited for in vain, or its end is not told as it was."""
    with pytest.raises(WorkerDied) as died:
        farm(fail, ["fine", how])
    assert (died.value.frame, died.value.exitcode) == (1, exitcode)


def test_crash_after_the_answer() -> None:
    """A child that answers and then crashes passes for a good one."""
    with pytest.raises(WorkerDied) as died:
        farm(fail, ["fine", "crash at the end"])
    assert (died.value.frame, died.value.exitcode) == (1, 9)


@pytest.mark.skipif(sys.platform == "win32", reason="its pipes send whole messages")
def test_torn_answer() -> None:
    """A child died in the middle of its answer, and the half was taken for a whole, or the rest is waited for."""
    with pytest.raises((WorkerDied, OSError, EOFError, UnpicklingError)) as died:  # the pipe's own error says it, too
        farm(fail, ["fine", "torn"])
    if isinstance(died.value, WorkerDied):
        assert (died.value.frame, died.value.exitcode) == (1, 9)


@pytest.mark.parametrize("how", ["lambda", "unreadable", "two arguments", "obstinate"])
def test_answer_cannot_be_sent(how: str) -> None:
    """A result or an error that does not survive pickling there and back is lost, or breaks the farm."""
    with pytest.raises(RuntimeError, match="frame 1") as raised:
        farm(fail, ["fine", how])
    assert not isinstance(raised.value, WorkerDied), f"the child could not say why: {raised.value}"


@pytest.mark.parametrize(("how", "error"), [("KeyError", KeyError), ("os._exit", WorkerDied), ("lambda", RuntimeError)])
def test_failure_stops_the_farm(how: str, error: type[Exception], tmp_path: Path) -> None:
    """After a failure others go on rendering, or new frames are begun."""
    begin = time.monotonic()
    with started() as children, pytest.raises(error):
        farm(FailsBesideASlowOne(tmp_path, how), [0, 1, 2, 3])
    assert time.monotonic() - begin < 20, "the slow frame was waited for"
    assert len(children) == 2, "frame 1 failed beside frame 0, the others were not to be started"
    assert not any(is_running(child.pid) for child in children)


@pytest.mark.skipif(sys.platform == "win32", reason="to terminate and to kill are the same there")
def test_running_children_are_terminated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that would have heeded SIGTERM, and could have tidied up, was killed."""
    codes: dict[int | None, int | None] = {}
    close = BaseProcess.close

    def noting(child: BaseProcess) -> None:
        codes[child.pid] = child.exitcode
        close(child)

    monkeypatch.setattr(BaseProcess, "close", noting)
    with started() as children, pytest.raises(KeyError):
        farm(FailsBesideASlowOne(tmp_path, "KeyError"), [0, 1])
    for child in children:
        if child.pid not in codes:
            codes[child.pid] = child.process.exitcode
    ends = list(codes.values())
    assert -signal.SIGTERM in ends, f"the children's exit codes are {ends}: none of them was ended by SIGTERM"


def test_deaf_child_is_killed(tmp_path: Path) -> None:
    """A child that ignores SIGTERM renders on, or is waited for, after another one has failed."""
    with started() as children, pytest.raises(KeyError):
        farm(FailsBesideASlowOne(tmp_path, "KeyError", deaf=True), [0, 1])
    assert not any(is_running(child.pid) for child in children)


def test_child_cannot_be_started() -> None:
    """No memory for another process: that error is lost, or a child that is running is left."""
    gone = OSError("out of memory")
    with room_for(1, gone), started() as children, pytest.raises(OSError) as raised:
        farm(time.sleep, [5, 5])
    assert raised.value is gone
    assert not any(is_running(child.pid) for child in children)


def test_child_of_somebody_else(tmp_path: Path) -> None:
    """A child that was not the farm's took a place of its own children, or was ended together with them."""
    reader, writer = multiprocessing.Pipe(duplex=False)
    with reader, writer:
        other = multiprocessing.Process(target=reader.recv)
        other.start()
        try:
            assert farm(Meet(Rendezvous(tmp_path / "meeting", 2)), [0, 1]) == [True] * 2, "two at a time were allowed"
            with pytest.raises(KeyError):
                farm(fail, ["KeyError"])
        finally:
            writer.send("go home")
            other.join()
    assert other.exitcode == 0, f"a child that was not the farm's ended with exit code {other.exitcode}"


@pytest.mark.skipif(sys.platform == "win32", reason="no signal for one process alone there")
def test_interrupt(tmp_path: Path) -> None:
    """Somebody pressed Ctrl-C, and the children render on. A KeyboardInterrupt is no Exception."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    threads = threading.enumerate()
    try:
        with started() as children, pytest.raises(KeyboardInterrupt):
            render_all(Interrupts(tmp_path, os.getpid()), [0, 1], processes=2)
    finally:
        signal.signal(signal.SIGINT, before)
    # a join() that Ctrl-C interrupts counts its thread as ended before Python 3.13: what that does may take a moment
    wait_until(lambda: threading.enumerate() == threads and not any(is_running(child.pid) for child in children), 1.0)
    left = [child.name for child in children if is_running(child.pid)]
    assert not left, f"still running after a Ctrl-C: {left}"


@pytest.mark.parametrize("processes", [0, -1])
@pytest.mark.parametrize("frames", [[], [1]])
def test_bad_number_of_processes(processes: int, frames: list[int]) -> None:
    """Fewer than one process are to be refused with a ValueError, before anything is started."""
    with started() as children, pytest.raises(ValueError):
        render_all(itself, frames, processes=processes)
    assert children == []


@pytest.mark.parametrize("how", ["fine", "KeyError", "os._exit", "lambda", "beside a slow one"])
def test_nothing_left(how: str, tmp_path: Path) -> None:
    """A child or a pipe end is left, after success or after a failure, also of a child that was terminated."""
    slow = how == "beside a slow one"

    def run() -> None:
        try:
            farm(*(FailsBesideASlowOne(tmp_path, "KeyError"), [0, 1]) if slow else (fail, ["fine", how]))
        except Exception as error:
            error.__traceback__ = None

    with no_descriptor_left():
        run()
    assert multiprocessing.active_children() == []
