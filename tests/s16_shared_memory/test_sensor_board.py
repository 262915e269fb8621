"""Threads and processes report to one board: no reading is lost, no record is torn, and nobody removes the block.

Under `@interleave` a test is run again for every way in which its threads can take turns.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import shared_memory, synchronize
from operator import methodcaller
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from dojo.leaks import no_descriptor_left
from dojo.processes import within
from dojo.rendezvous import Rendezvous, wait_until
from katas.s16_shared_memory.sensor_board import SensorBoard, Stats

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
METHODS = [method for method in ("fork", "spawn") if method in multiprocessing.get_all_start_methods()]


def report(value: float, stats: Stats) -> Stats:
    """The record with one more reading."""
    return Stats(stats.count + 1, stats.total + value, min(stats.low, value), max(stats.high, value))


@contextlib.contextmanager
def board_of(sensors: int, sync: Any = threading) -> Iterator[SensorBoard]:
    """A board for threads. After a failure it is not closed: threads may still be at work on its memory."""
    board = SensorBoard(sensors, sync)
    try:
        yield board
    except BaseException:
        with contextlib.suppress(Exception):
            board.unlink()
        raise
    with contextlib.suppress(BufferError):  # the record of the schedule may still hold a view
        board.close()
    board.unlink()


def blocks_made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the blocks that are made from now on."""
    names: list[str] = []
    real = shared_memory.SharedMemory.__init__

    def noted(self: Any, *args: Any, **kwargs: Any) -> None:
        real(self, *args, **kwargs)
        names.append(self.name)

    monkeypatch.setattr(shared_memory.SharedMemory, "__init__", noted)
    return names


def run_children(context: Any, program: str, *names: dict[str, Any]) -> None:
    """Run the program in child processes, once for each dict of names, all at once. Their exit codes have to be 0.

    The program is a text: so the children need not import this module, and start quickly.
    """
    children = [context.Process(target=exec, args=(program, each)) for each in names]

    def run() -> None:
        for child in children:
            child.start()
        for child in children:
            child.join()

    within(run, seconds=15)
    assert [child.exitcode for child in children] == [0] * len(children), "a child failed: see its stderr"


@pytest.mark.parametrize("sync", [threading, multiprocessing], ids=["threading", "multiprocessing"])
def test_one_process(sync: Any) -> None:
    """A board that one process uses shows something else than what was reported."""
    with SensorBoard(2, sync) as board:
        assert board.snapshot() == [Stats(), Stats()], "a new board"
        assert board.update(1, partial(report, 5.0)) == Stats(1, 5.0, 5.0, 5.0)
        assert board.update(1, partial(report, -2.5)) == Stats(2, 2.5, -2.5, 5.0)
        found = board.read(1)
        assert found == Stats(2, 2.5, -2.5, 5.0)
        assert isinstance(found, Stats)
        assert isinstance(found.count, int)
        assert board.snapshot() == [Stats(), found]
        assert board.update(0, lambda stats: stats._replace(count=2**62 + 1)).count == board.read(0).count == 2**62 + 1


@pytest.mark.parametrize("sensors", [0, -1])
def test_no_sensors(sensors: int) -> None:
    """A board without sensors was not refused with ValueError."""
    with pytest.raises(ValueError):
        SensorBoard(sensors)


@pytest.mark.parametrize("sensor", [2, -1, -2])
def test_no_such_sensor(sensor: int) -> None:
    """A sensor that the board does not have is not answered with IndexError, or another one's record changed."""
    with board_of(2) as board:
        with pytest.raises(IndexError):
            board.update(sensor, partial(report, 1))
        with pytest.raises(IndexError):
            board.read(sensor)
        assert board.snapshot() == [Stats(), Stats()]


@interleave(preemptions=0)
def test_failing_update() -> None:
    """fn raised: its error did not leave, or the record changed, or the sensor is locked for ever."""

    def fail(stats: Stats) -> Stats:
        raise ZeroDivisionError(stats.count)

    with board_of(2) as board:
        board.update(0, partial(report, 7))
        with pytest.raises(ZeroDivisionError):
            board.update(0, fail)
        assert board.read(0) == Stats(1, 7, 7, 7)
        assert board.update(0, partial(report, 7)) == Stats(2, 14, 7, 7)


@interleave(preemptions=0, schedules=1)
def test_waiting_for_an_update_that_fails() -> None:
    """fn raised, and who waited for the same sensor meanwhile waits for ever."""
    go_on = Event()

    def fail(stats: Stats) -> Stats:
        go_on.wait()
        raise ZeroDivisionError

    def report_in_vain() -> None:
        with contextlib.suppress(ZeroDivisionError):
            board.update(0, fail)

    with board_of(1) as board:
        threads = [Thread(target=report_in_vain)]
        threads += [Thread(target=board.update, args=(0, partial(report, 7))) for _ in range(2)]
        for thread in threads:
            thread.start()
            settle()
        go_on.set()
        for thread in threads:
            thread.join()
        assert board.read(0) == Stats(2, 14, 7, 7)


def run_fresh(program: str) -> tuple[int, list[str], str]:
    """In a Python of its own. Returns its exit code, what it has `told` (the board may print, too), its stderr."""
    imports = (
        "import multiprocessing, operator\n"
        "from katas.s16_shared_memory.sensor_board import SensorBoard\n"
        "change = operator.methodcaller('_replace', count=3)\n"
        "told = ['told:']\n"
    )
    root = Path(sys.modules["katas"].__path__[0]).parent
    command = [sys.executable, "-c", imports + program + "print(); print(*told)"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, cwd=root)
    told = [word for line in done.stdout.splitlines() if line.startswith("told:") for word in line.split()[1:]]
    return done.returncode, told, done.stderr


def test_closed_board() -> None:
    """A closed board still answers, or not with ValueError: perhaps it reads memory that is gone, and Python ends."""
    code, told, stderr = run_fresh(
        "board = SensorBoard(1)\n"
        "board.close()\n"
        "board.close()\n"
        "for use in (lambda: board.update(0, change), lambda: board.read(0), board.snapshot):\n"
        "    try:\n"
        "        told += ['returned', use()]\n"
        "    except ValueError:\n"
        "        told.append('ValueError')\n"
        "    except Exception as error:\n"
        "        told.append(type(error).__name__)\n"
        "board.unlink()\n"
        "board.unlink()\n"
    )
    assert (code, told) == (0, ["ValueError"] * 3), stderr


def test_unlink_before_close() -> None:
    """A board whose block has no name any more cannot be used in its process, or `with` stumbles over it."""
    with SensorBoard(1) as board:
        within(board.unlink)  # in another thread: the process is the same
        assert board.update(0, partial(report, 3)) == board.read(0) == Stats(1, 3, 3, 3)


def test_close_within_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program closed the board itself, and the end of the `with` block left its memory behind."""
    names = blocks_made(monkeypatch)
    with SensorBoard(1, threading) as board:
        board.close()
    with pytest.raises(FileNotFoundError):
        shared_memory.SharedMemory(names[0])


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
def test_error_in_the_block(error: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    """A `with` block raised: its error was lost, or the board was not closed, or not unlinked."""
    names = blocks_made(monkeypatch)
    with pytest.raises(error), SensorBoard(1, threading) as board:
        board.update(0, partial(report, 3))
        raise error
    with pytest.raises(ValueError):
        board.read(0)
    with pytest.raises(FileNotFoundError):
        shared_memory.SharedMemory(names[0])


def test_two_boards() -> None:
    """There cannot be two boards at once, or what is reported to one of them arrives at the other."""
    with board_of(2) as board:
        with board_of(2) as other:
            board.update(0, partial(report, 1))
            other.update(1, partial(report, 2))
            assert (board.snapshot(), other.snapshot()) == ([Stats(1, 1, 1, 1), Stats()], [Stats(), Stats(1, 2, 2, 2)])
        assert board.read(0) == Stats(1, 1, 1, 1), "the other board has been closed, not this one"


UPDATES = st.lists(st.tuples(st.integers(0, 2), st.integers(-(2**40), 2**40)), max_size=8)


@given(updates=UPDATES)
@settings(max_examples=10)
def test_against_a_model(updates: list[tuple[int, int]]) -> None:
    """After some updates, one after the other, the board is not what a list of records would be."""
    model = [Stats()] * 3
    with board_of(3) as board:
        for sensor, value in updates:
            model[sensor] = report(value, model[sensor])
            assert board.update(sensor, partial(report, value)) == model[sensor]
        assert board.snapshot() == model
        assert [board.read(sensor) for sensor in range(3)] == model


def test_locks_come_from_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    """The board makes its locks itself instead of taking them from sync."""
    made: list[str] = []
    real = synchronize.SemLock.__init__

    def noted(self: Any, *args: Any, **kwargs: Any) -> None:
        made.append(type(self).__name__)
        real(self, *args, **kwargs)

    monkeypatch.setattr(synchronize.SemLock, "__init__", noted)
    SensorBoard(1, threading).__exit__(None, None, None)
    assert made == [], f"sync was `threading`, and the board made of multiprocessing: {made}"
    SensorBoard(1, multiprocessing).__exit__(None, None, None)
    assert made, "sync was `multiprocessing`, and no lock was made with it"


@interleave(schedules=30)
def test_no_reading_is_lost() -> None:
    """Two threads reported at once, and a reading is missing."""
    with board_of(2) as board:
        came = together(
            partial(board.update, 1, partial(report, 1)),
            partial(board.update, 1, partial(report, 2)),
            partial(board.update, 0, partial(report, 3)),
        )
        assert board.snapshot() == [Stats(1, 3, 3, 3), Stats(2, 3, 1, 2)]
        assert sorted(stats.count for stats in came[:2]) == [1, 2], f"update returned {came[:2]}"


@interleave(schedules=30)
def test_no_correction_is_lost() -> None:
    """Two threads corrected a record at once, which leaves its count as it is, and one correction is missing."""

    def correct(by: float, stats: Stats) -> Stats:
        return stats._replace(total=stats.total + by)

    with board_of(1) as board:
        together(partial(board.update, 0, partial(correct, 1)), partial(board.update, 0, partial(correct, 2)))
        assert board.read(0).total == 3


@pytest.mark.parametrize("look", ["read", "snapshot"])
@interleave(preemptions=1, schedules=100)
def test_no_torn_record(look: str) -> None:
    """A reader saw half of a record: one part from before an update, another from after it."""
    before, after = Stats(1, 5, 5, 5), Stats(2, 13, 4, 9)
    with board_of(1) as board:
        board.update(0, lambda stats: before)
        reader = partial(board.read, 0) if look == "read" else lambda: board.snapshot()[0]
        _, found = together(partial(board.update, 0, lambda stats: after), reader)
        assert found in (before, after), f"{before} became {after}, {look} showed {found}"


def beside(call: Callable[[], Any], other: Callable[[], Any], uses: int) -> tuple[Any, Any]:
    """Both results. When call has used the block so many times, the other begins, and goes as far as it can."""
    buf: Any = shared_memory.SharedMemory.buf
    caller, count, found = threading.current_thread(), 0, []
    thread = Thread(target=lambda: found.append(other()))

    def noted(block: Any) -> Any:
        nonlocal count
        count += threading.current_thread() is caller
        if count == uses and not thread.ident:
            thread.start()
            settle()
        return buf.fget(block)

    with mock.patch.object(shared_memory.SharedMemory, "buf", property(noted)):
        result = call()
    if not thread.ident:
        thread.start()
    thread.join()
    return result, found[0]


@pytest.mark.parametrize("uses", range(1, 6))
@interleave(preemptions=0, schedules=1)
def test_while_the_block_is_in_use(uses: int) -> None:
    """Somebody else used the board between two steps of a call, and a reading is lost, or what was shown never was."""
    before, after = Stats(1, 5, 5, 5), Stats(2, 13, 4, 9)
    with board_of(2) as board:
        came = beside(partial(board.update, 0, partial(report, 1)), partial(board.update, 0, partial(report, 2)), uses)
        assert board.read(0) == Stats(2, 3, 1, 2), f"update returned {came}"
        board.update(0, lambda stats: before)
        reads: list[Callable[[], Stats]] = [partial(board.read, 0), lambda: board.snapshot()[0]]
        for read in reads:
            change = partial(board.update, 0, lambda stats: after if stats == before else before)
            shown = beside(read, change, uses)[0], beside(change, read, uses)[1]
            assert all(stats in (before, after) for stats in shown), f"{before}, {after} and back; shown: {shown}"
        for earlier, later in ((0, 1), (1, 0)):
            for sensor in (0, 1):
                board.update(sensor, lambda stats: Stats())

            def measure(*sensors: int) -> None:
                for sensor in sensors:
                    board.update(sensor, partial(report, 1))

            snapshot, _ = beside(board.snapshot, partial(measure, earlier, later), uses)
            counts = snapshot[earlier].count, snapshot[later].count
            assert counts in ((0, 0), (1, 0), (1, 1)), f"reported to {earlier}, then to {later}; counts shown: {counts}"


class SlowLock:
    """A lock whose users are slow: a second passes before and after they hold it, in which others go on."""

    def __init__(self, lock: Any) -> None:
        self._lock = lock

    def acquire(self, *args: Any, **kwargs: Any) -> bool:
        Event().wait(1)
        return bool(self._lock.acquire(*args, **kwargs))

    def release(self) -> None:
        self._lock.release()
        Event().wait(1)

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exc: object) -> None:
        self.release()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lock, name)


class Slow:
    """As `threading`, with slow locks."""

    def Lock(self) -> Any:
        return SlowLock(threading.Lock())

    def RLock(self) -> Any:
        return SlowLock(threading.RLock())

    def Condition(self, lock: Any = None) -> Any:
        return threading.Condition(lock or self.RLock())

    def Semaphore(self, value: int = 1) -> Any:
        return SlowLock(threading.Semaphore(value))

    BoundedSemaphore = Semaphore


@pytest.mark.parametrize(("earlier", "later"), [(0, 9), (9, 0)])
@interleave(preemptions=0, schedules=1)
def test_snapshot_is_one_moment(earlier: int, later: int) -> None:
    """A snapshot shows a later report without the earlier one of the same thread: its records are of two moments."""
    with board_of(10, Slow()) as board:

        def measure() -> None:
            board.update(earlier, partial(report, 1))
            board.update(later, partial(report, 1))

        shown, _ = together(board.snapshot, measure)
        counts = shown[earlier].count, shown[later].count
        assert counts in ((0, 0), (1, 0), (1, 1)), f"reported to {earlier}, then to {later}; counts shown: {counts}"


@pytest.mark.parametrize(("slow", "quick"), [(0, 1), (1, 0)])
@interleave(preemptions=0, schedules=3)
def test_snapshot_beside_a_slow_report(slow: int, quick: int) -> None:
    """A snapshot shows a report that was under way, but not one that was through before: it took record by record."""
    go_on, through = Event(), []

    def dawdle(stats: Stats) -> Stats:
        go_on.wait()
        return report(1, stats)

    with board_of(2) as board:

        def quick_report() -> None:
            board.update(quick, partial(report, 1))
            through.append(go_on.is_set())

        shown: list[Stats] = []
        threads = [
            Thread(target=board.update, args=(slow, dawdle)),
            Thread(target=lambda: shown.extend(board.snapshot())),
            Thread(target=quick_report),
        ]
        for thread in threads:
            thread.start()
            settle()
        go_on.set()
        for thread in threads:
            thread.join()
        if shown[slow].count == 1 and through == [False]:
            assert shown[quick].count == 1, f"sensor {quick} reported, then {slow}; a snapshot shows {shown}"


@interleave(preemptions=0, schedules=10)
def test_snapshots_beside_each_other() -> None:
    """Two snapshots wait for each other for ever."""
    go_on = Event()

    def dawdle(stats: Stats) -> Stats:
        go_on.wait()
        return report(1, stats)

    def release() -> None:
        settle()  # both snapshots are under way
        go_on.set()

    with board_of(3) as board:
        together(partial(board.update, 1, dawdle), board.snapshot, board.snapshot, release)


@pytest.mark.parametrize("sensors", [3, 40])
@interleave(preemptions=0, schedules=2)
def test_different_sensors_at_once(sensors: int) -> None:
    """A report has to wait until another sensor's is through."""
    meeting = Barrier(sensors)

    def slow(stats: Stats) -> Stats:
        meeting.wait()  # passes when all sensors are inside
        return report(1, stats)

    with board_of(sensors) as board:
        together(*(partial(board.update, sensor, slow) for sensor in range(sensors)))
        assert board.snapshot() == [Stats(1, 1, 1, 1)] * sensors


@interleave(preemptions=0, schedules=3)
def test_woken_when_its_own_sensor_is_free() -> None:
    """A report that waited for its own sensor was not woken when that was free: another sensor's was woken instead."""
    go_on = [Event(), Event()]

    def dawdle(sensor: int, stats: Stats) -> Stats:
        go_on[sensor].wait()
        return report(1, stats)

    with board_of(2) as board:
        through: list[int] = []

        def second_report(sensor: int) -> None:
            board.update(sensor, partial(report, 1))
            through.append(sensor)

        threads = [Thread(target=board.update, args=(sensor, partial(dawdle, sensor))) for sensor in (0, 1)]
        threads += [Thread(target=second_report, args=(sensor,)) for sensor in (1, 0)]
        for thread in threads:
            thread.start()
            settle()
        go_on[0].set()
        settle()
        assert 0 in through, f"sensor 0 is free; second reports that are through: {through}"
        go_on[1].set()
        for thread in threads:
            thread.join()


MEETS_INSIDE = """
def slow(stats):
    assert meeting.meet(), "the other child did not get inside meanwhile"
    return stats._replace(count=stats.count + 1)
board.update(sensor, slow)
"""


def test_different_sensors_at_once_in_processes(tmp_path: Path) -> None:
    """A process that reports has to wait until another one's report for another sensor is through."""
    context = multiprocessing.get_context(METHODS[0])
    meeting = Rendezvous(tmp_path / "meeting", 2)
    with SensorBoard(2, context) as board:
        names = [{"board": board, "sensor": sensor, "meeting": meeting} for sensor in (0, 1)]
        run_children(context, MEETS_INSIDE, *names)
        assert [stats.count for stats in board.snapshot()] == [1, 1]


COMES_SECOND = """
import time
def one_more(stats):
    (folder / "second is inside").touch()
    return stats._replace(count=stats.count + 1)
(folder / "second is up").touch()
while not (folder / "first is inside").exists():
    time.sleep(0.002)
(folder / "second comes").touch()
board.update(0, one_more)
"""


@pytest.mark.parametrize("method", METHODS)
def test_processes_exclude_each_other(method: str, tmp_path: Path) -> None:
    """Two processes were inside an update of the same sensor at once, and a reading is lost: no lock between them."""
    context = multiprocessing.get_context(method)

    def first(stats: Stats) -> Stats:
        (tmp_path / "first is inside").touch()
        if wait_until((tmp_path / "second comes").exists, 20):
            wait_until((tmp_path / "second is inside").exists, 0.4)  # in vain, if it waits for us
        return stats._replace(count=stats.count + 1)

    def report_first() -> None:
        # a child that is forked while a lock is held would not be told of its release
        if wait_until((tmp_path / "second is up").exists, 20):
            board.update(0, first)

    with SensorBoard(1, context) as board:
        reporter = Thread(target=report_first)
        reporter.start()
        try:
            run_children(context, COMES_SECOND, {"board": board, "folder": tmp_path})
        finally:
            for what in ("second is up", "second comes"):  # whatever became of the child
                (tmp_path / what).touch()
            reporter.join()
        assert board.read(0).count == 2, "two processes reported one reading each"


GUEST = """
import multiprocessing, operator
with board:
    change = operator.methodcaller("_replace", count=41)
    grandchild = multiprocessing.get_context(method).Process(target=board.update, args=(0, change))
    grandchild.start()
    grandchild.join()
    assert board.read(0).count == 41, "a child handed the board to a child of its own, which could not use it"
    try:
        board.unlink()
    except RuntimeError:
        pass
    else:
        raise AssertionError("a child removed the block")
try:
    board.read(0)
except ValueError:
    pass
else:
    raise AssertionError("the end of a `with` block in a child did not close the board there")
"""


@pytest.mark.parametrize("method", METHODS)
def test_children_and_the_block(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child, or its own child, could not use the board, or did not close it, or took the block with it."""
    names = blocks_made(monkeypatch)
    context = multiprocessing.get_context(method)
    with SensorBoard(2, context) as board:
        run_children(context, GUEST, {"board": board, "method": method})
        assert board.update(0, lambda stats: stats._replace(count=stats.count + 1)).count == 42
        for name in names[:1]:
            shared_memory.SharedMemory(name).close()  # FileNotFoundError: a child has removed it


MAKES_ITS_OWN = """
import multiprocessing
from katas.s16_shared_memory.sensor_board import SensorBoard
with SensorBoard(1, multiprocessing) as board:
    board.read(0)
board.unlink()
"""


def test_board_of_a_child() -> None:
    """A child made a board of its own, and may not remove it: it is not the main process, but the creating one."""
    run_children(multiprocessing.get_context(METHODS[0]), MAKES_ITS_OWN, {})


def test_nothing_leaked_at_exit() -> None:
    """A program used the board with children, and at its end Python complains of a leaked block."""
    code, told, stderr = run_fresh(
        f"for method in {METHODS}:\n"
        "    context = multiprocessing.get_context(method)\n"
        "    with SensorBoard(1, context) as board:\n"
        "        child = context.Process(target=board.update, args=(0, change))\n"
        "        child.start()\n"
        "        child.join()\n"
        "        told.append(board.read(0).count)\n"
    )
    assert (code, told) == (0, ["3"] * len(METHODS)), stderr
    assert "leaked" not in stderr, stderr  # (a view that is still open in a child at its end is no leak)


def test_nothing_left() -> None:
    """A board that was closed and unlinked still holds its block, or a descriptor is left open."""
    boards = []
    with no_descriptor_left():
        for _ in range(2):
            boards.append(SensorBoard(2))
            with boards[-1] as board:
                board.update(0, methodcaller("_replace", count=2))
        boards[0].close()
