"""Lines go to worker processes and results come back: all of them, in order, and the bad ones are named."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dojo.leaks import no_descriptor_left
from dojo.processes import impatient_pipes, is_running, started, within
from dojo.rendezvous import Rendezvous, wait_until
from katas.s11_ipc.invoice_import import ImportFailed, import_lines

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
SECONDS = 10.0
"""After which a call is thought to hang."""


def imported(lines: Any, parse: Callable[[str], Any], *workers: int) -> list[Any]:
    """import_lines, with a limit."""
    return within(lambda: import_lines(lines, parse, *workers), SECONDS)


# What the children run: found by name, whatever the start method.


def price(line: str) -> float | None:
    """The number in the line; nothing for an empty one."""
    return float(line) if line else None


def where(line: str) -> tuple[str, int]:
    return line, os.getpid()


def twice(line: str) -> str:
    return line * 2


class BadPrice(Exception):
    """Cannot be unpickled: its __init__ wants more than its args hold."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"{text} is {why}")


class Till:
    class Closed(Exception):
        """Its name is Closed, in whatever class it stands, and it has nothing to say."""


class Sealed:
    """Refuses to be pickled, with an error of its own."""

    def __reduce__(self) -> str:
        raise ValueError("sealed")


def picky(line: str) -> Any:
    """Ends in the way that the line tells."""
    match line:
        case "slow":
            time.sleep(0.3)
        case "KeyError":
            raise KeyError("shop", 4)
        case "BadPrice":
            raise BadPrice("-3", "negative")
        case "Closed":
            raise Till.Closed
        case "EOFError":
            raise EOFError("cut off")
        case "StopIteration":
            raise StopIteration
        case "lambda":
            return lambda: line
        case "lock":
            return threading.Lock()
        case "sealed":
            return Sealed()
        case "returned":
            return ValueError("not raised")
    return line


@dataclass(frozen=True)
class Meet:
    """Whether another line is being parsed at the same time."""

    meeting: Rendezvous
    seconds: float = 10.0

    def __call__(self, line: str) -> bool:
        return self.meeting.meet(self.seconds)


@dataclass(frozen=True)
class Note:
    """Leaves a file for each line that was parsed, and makes it so much longer; a line "bad" something raises."""

    folder: Path
    times: int = 1

    def __call__(self, line: str) -> str:
        if line.startswith("bad first"):
            wait_until((self.folder / "bad second").exists)
        (self.folder / line).touch()
        if line.startswith("bad"):
            raise ValueError(line)
        return line * self.times


@dataclass(frozen=True)
class Sign:
    """Leaves a file that names line and process for each parsing; ends in the way that the line tells."""

    folder: Path

    def __call__(self, line: str) -> Any:
        (self.folder / f"{line} {os.getpid()}").touch()
        return picky(line)


@dataclass(frozen=True)
class LateFirst:
    """Line "0" is parsed only after line "8" was."""

    folder: Path

    def __call__(self, line: str) -> tuple[str, bool]:
        arrived = line != "0" or wait_until((self.folder / "8").exists)
        if line == "0":
            time.sleep(0.2)  # the results of the others are on their way by now; a right answer does not need this
        (self.folder / line).touch()
        return line, arrived


def test_one_short_import() -> None:
    """Three short lines do not come back as three prices."""
    assert imported(["1.5", "2", "30"], price) == [1.5, 2.0, 30.0]


@pytest.mark.parametrize("lines", [[], ["1"], ["", ""], ["2.5", "", "1", "1"]])
@pytest.mark.parametrize("workers", [1, 3])
def test_same_as_a_loop(lines: list[str], workers: int) -> None:
    """With some number of lines and workers it hangs or answers something else. Lines may be empty, results None."""
    assert imported(iter(lines), price, workers) == [price(line) for line in lines]


def test_lines_arrive_as_they_are() -> None:
    """A line was changed on its way to parse: blanks and line ends belong to it."""
    assert imported([" a \n", "\t", "b\r\n"], twice) == [" a \n a \n", "\t\t", "b\r\nb\r\n"]


def test_equal_lines_are_all_parsed(tmp_path: Path) -> None:
    """Three lines are equal, and one of them is parsed for all."""
    meeting = Rendezvous(tmp_path / "meeting", 1)
    assert imported(["same"] * 3, Meet(meeting)) == [True] * 3
    assert meeting.came() == 3, "lines parsed, of three"


def test_order(tmp_path: Path) -> None:
    """Results come in the order in which they are ready, not in that of the lines."""
    assert imported("012345678", LateFirst(tmp_path)) == [(line, True) for line in "012345678"]


def test_workers_overlap(tmp_path: Path) -> None:
    """Two workers were asked for, and two lines are not parsed at the same time."""
    assert imported(["a", "b"], Meet(Rendezvous(tmp_path / "meeting", 2))) == [True, True]


def test_as_many_workers_as_asked_for(tmp_path: Path) -> None:
    """Five workers were asked for, and five lines are not parsed at the same time, on however few CPUs."""
    assert imported("abcde", Meet(Rendezvous(tmp_path / "meeting", 5)), 5) == [True] * 5


def test_no_more_workers_than_asked_for(tmp_path: Path) -> None:
    """One worker was asked for, and two lines are parsed at the same time."""
    alone = Meet(Rendezvous(tmp_path / "meeting", 2), 0.2)
    assert imported(["a", "b"], alone, 1)[0] is False, "the second line came while the first was being parsed"


@pytest.mark.parametrize("start_method", ["spawn"], indirect=True)
def test_runs_in_children(start_method: str) -> None:
    """The lines are not drawn in this process, or are parsed in it."""
    drawn_in = []

    def lines() -> Iterator[str]:
        for line in ("a", "b"):
            drawn_in.append(os.getpid())
            yield line

    results = imported(lines(), where, 1)
    assert [line for line, _ in results] == ["a", "b"]
    assert drawn_in == [os.getpid()] * 2, "the lines were not drawn in this process"
    assert os.getpid() not in {pid for _, pid in results}, "a line was parsed in this process"


def test_late_line_is_not_missed(tmp_path: Path) -> None:
    """A worker takes a pause in the input for its end, or nothing is parsed before all lines are drawn."""
    parsed_meanwhile = []

    def lines() -> Iterator[str]:
        yield "early"
        parsed_meanwhile.append(wait_until((tmp_path / "early").exists, 5.0))
        # A worker that leaves when the queue is empty leaves now; a right answer's stay for the whole second.
        wait_until(lambda: not any(is_running(child.pid) for child in children), 1.0)
        yield "late"

    with started() as children:
        assert imported(lines(), Note(tmp_path)) == ["early", "late"]
    assert parsed_meanwhile == [True], "the first line was not parsed while the second was awaited"


def test_slow_parse_is_waited_for() -> None:
    """A line took long to parse, and whoever waited for its result gave up. (There is no time limit.)"""
    with impatient_pipes():
        assert imported(["slow", "fine"], picky, 1) == ["slow", "fine"]


def test_big_lines_and_results() -> None:
    """A worker can only end when its results are taken, and they are taken only when it has ended."""
    lines = [letter * 300_000 for letter in "abcd"]
    results = within(lambda: import_lines(lines, twice), 7)
    assert [(len(result), result[:1]) for result in results] == [(600_000, letter) for letter in "abcd"]


def test_many_lines() -> None:
    """With many lines a queue is full, and whoever could empty it waits for something else."""
    assert imported(map(str, range(2000)), price) == list(range(2000))


def test_error_as_a_result() -> None:
    """An error that parse returns is a result like any other, and is taken for one that it raises."""
    assert list(map(repr, imported(["fine", "returned"], picky))) == ["'fine'", "ValueError('not raised')"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("KeyError", "KeyError: ('shop', 4)"),
        ("BadPrice", "BadPrice: -3 is negative"),
        ("Closed", "Closed: "),
        ("EOFError", "EOFError: cut off"),
        ("StopIteration", "StopIteration: "),
    ],
)
def test_bad_line(line: str, reason: str) -> None:
    """An error of parse is lost, is taken for the end of the lines, or does not tell the line and the reason."""
    with pytest.raises(ImportFailed) as raised:
        imported(["fine", line, "fine"], picky)
    assert (raised.value.line_no, raised.value.reason) == (2, reason)


@pytest.mark.parametrize("line", ["lambda", "lock", "sealed"])
def test_unpicklable_result(line: str) -> None:
    """A result that cannot be pickled vanishes on the way, and is waited for in vain."""
    with pytest.raises(ImportFailed) as raised:
        imported(["fine", "fine", line], picky, 1)
    assert raised.value.line_no == 3


def test_lowest_failure_wins(tmp_path: Path) -> None:
    """Of two bad lines that which failed first is told, not that which comes first; or the rest was not tried."""
    lines = ["one", "bad first", "three", "bad second", "five"]
    with pytest.raises(ImportFailed) as raised:
        imported(lines, Note(tmp_path))
    assert (raised.value.line_no, raised.value.reason) == (2, "ValueError: bad first")
    assert {file.name for file in tmp_path.iterdir()} == set(lines), "not all lines were tried"


def test_lowest_failure_of_both_kinds() -> None:
    """A line raises, another one has a result that cannot be pickled: it is not the first of them that is told."""
    for lines in (["fine", "lambda", "KeyError"], ["fine", "KeyError", "lock"]):
        with pytest.raises(ImportFailed) as raised:
            imported(lines, picky, 1)
        assert raised.value.line_no == 2, f"of the lines {lines}"


def test_lines_after_a_failure_are_tried(tmp_path: Path) -> None:
    """A line has failed, and those that are drawn later are not parsed any more."""

    def lines() -> Iterator[str]:
        yield "bad early"
        wait_until((tmp_path / "bad early").exists, 3.0)
        time.sleep(0.3)  # by now the failure may be known; nothing else depends on this
        yield from ("late", "later")

    with pytest.raises(ImportFailed) as raised:
        imported(lines(), Note(tmp_path), 1)
    assert raised.value.line_no == 1
    assert {file.name for file in tmp_path.iterdir()} == {"bad early", "late", "later"}, "not all lines were tried"


@pytest.mark.parametrize("how", ["KeyError", "sealed"])
def test_bad_line_is_parsed_once_and_elsewhere(how: str, tmp_path: Path) -> None:
    """A line has failed, and it was parsed again, or in this process; or those behind it were not tried."""
    with pytest.raises(ImportFailed):
        imported(["fine", how, "last"], Sign(tmp_path), 1)
    parsed = [file.name.split() for file in tmp_path.iterdir()]
    assert sorted(line for line, _ in parsed) == sorted(["fine", how, "last"])
    assert str(os.getpid()) not in {pid for _, pid in parsed}, "a line was parsed in this process"


def test_error_in_input() -> None:
    """An error of the input is swallowed, comes as another one, yields to a bad line, or leaves results in the way."""
    broken = OSError("the share is gone")

    def lines() -> Iterator[str]:
        yield "KeyError"
        yield "large" * 60_000
        raise broken

    with pytest.raises(OSError) as raised:
        imported(lines(), picky)
    assert raised.value is broken


def test_ctrl_c_while_drawing() -> None:
    """Ctrl-C while a line is awaited does not arrive at the caller, or leaves the workers waiting for more."""

    def lines() -> Iterator[str]:
        yield "fine"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        imported(lines(), picky)


@pytest.mark.parametrize(("lines", "workers"), [([], 0), (["1"], -1)])
def test_bad_workers(lines: list[str], workers: int) -> None:
    """Fewer than one worker are to be refused with a ValueError."""
    with pytest.raises(ValueError):
        imported(lines, price, workers)


@pytest.mark.parametrize("how", ["fine", "KeyError", "lambda", "broken input"])
def test_nothing_left(how: str) -> None:
    """A process, a queue's thread or a pipe is left, after success or after a failure."""

    def lines() -> Iterator[str]:
        yield "fine"
        if how == "broken input":
            raise OSError("the share is gone")
        yield how

    def run() -> None:
        try:
            imported(lines(), picky)
        except (ImportFailed, OSError) as error:
            error.__traceback__ = None

    with no_descriptor_left():
        run()
