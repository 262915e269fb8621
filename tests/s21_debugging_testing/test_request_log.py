"""Whoever reads the log can trust it: whole lines, numbers without a gap, and every step under its own order.

Under `@interleave` a test is run again for every way in which its threads can take turns. A deadlock is reported at
once. `@virtual_time` runs asyncio tasks whose sleeps cost nothing.
"""

import asyncio
import io
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import count
from threading import RLock, current_thread
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.eventloop import virtual_time
from dojo.interleave import interleave, together
from katas.s21_debugging_testing.request_log import AuditHandler, audit, order

NUMBERS = count()
LINE = re.compile(r"(?P<seq>\d+) (?P<thread>\S+( \(\S+\))?) (?P<order>\S+) (?P<message>\S+)")


class Paper(io.StringIO):
    """Where the log is written. It keeps each call of write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        self.writes.append(text)
        return len(text)

    def lines(self) -> list[str]:
        return "".join(self.writes).splitlines()


@contextmanager
def fresh_name() -> Iterator[str]:
    """The name of a logger that nobody has asked for yet; forgotten afterwards."""
    name = f"request_log.{next(NUMBERS)}"
    try:
        yield name
    finally:
        logging.Logger.manager.loggerDict.pop(name, None)


@contextmanager
def fresh_log() -> Iterator[tuple[logging.Logger, Paper]]:
    with fresh_name() as name:
        paper = Paper()
        yield audit(name, paper), paper


def parsed(paper: Paper) -> list[tuple[str, str, str]]:
    """(thread name, order, message) of each line, after a look at the form and the numbers."""
    steps = []
    for number, line in enumerate(paper.lines(), 1):
        form = LINE.fullmatch(line)
        assert form is not None, f"a torn line: {line!r} in {paper.lines()}"
        assert form["seq"] == str(number), f"line {number} has the number {form['seq']}: {paper.lines()}"
        steps.append((form["thread"], form["order"], form["message"]))
    return steps


def test_format() -> None:
    """A line does not look as it should, or it was not there yet when the logging call returned."""
    with fresh_log() as (log, paper):
        me = current_thread().name
        log.info("opened the %s", "shop")
        assert paper.lines() == [f"1 {me} - opened the shop"]
        with order("A7"):
            log.debug("packed")
        assert paper.lines() == [f"1 {me} - opened the shop", f"2 {me} A7 packed"]
        log.error("100% done")
        assert paper.lines()[2:] == [f"3 {me} - 100% done"], "a message without arguments stays as it is"


def test_level_and_propagation(caplog: pytest.LogCaptureFixture) -> None:
    """Details (level DEBUG) are missing, or the lines go to the root logger as well."""
    with fresh_log() as (log, paper):
        assert (log.level, log.propagate) == (logging.DEBUG, False)
        log.debug("detail")
        assert [message for _, _, message in parsed(paper)] == ["detail"]
        assert caplog.messages == [], "the root logger got the message too"
        log.setLevel(logging.WARNING)
        log.propagate = True
        audit(log.name, paper).debug("more")
        assert [message for _, _, message in parsed(paper)] == ["detail", "more"], "somebody had set another level"
        assert caplog.messages == [], "somebody had let it propagate, and the root logger got the message too"


@pytest.mark.parametrize("error", [ConnectionError, KeyboardInterrupt])
def test_nested_orders(error: type[BaseException]) -> None:
    """After an inner order, or after an error in it, the steps are no longer under the outer one."""
    with fresh_log() as (log, paper):
        with order("outer"):
            with order("inner"):
                log.info("a")
            log.info("b")
            with pytest.raises(error), order("broken"):
                log.info("c")
                raise error
            log.info("d")
        log.info("e")
        assert [who for _, who, _ in parsed(paper)] == ["inner", "outer", "broken", "outer", "-"]


@given(steps=st.lists(st.sampled_from(["A", "B", "log", "leave", "fail"]), max_size=10))
@settings(max_examples=40)
def test_any_nesting(steps: list[str]) -> None:
    """A step stands under an order that it is not in: an order ended, and another one than the outer one came back."""
    with fresh_log() as (log, paper):
        open_orders: list[tuple[str, ExitStack]] = []
        expected = []
        for step in steps:
            if step in ("A", "B"):
                block = ExitStack()
                block.enter_context(order(step))
                open_orders.append((step, block))
            elif step == "leave" and open_orders:
                open_orders.pop()[1].close()
            elif step == "fail" and open_orders:
                error = ConnectionError()
                assert not open_orders.pop()[1].__exit__(ConnectionError, error, None), "the error was swallowed"
            log.info("step")
            expected.append(open_orders[-1][0] if open_orders else "-")
        while open_orders:
            open_orders.pop()[1].close()
        assert [who for _, who, _ in parsed(paper)] == expected


@pytest.mark.parametrize("threads", [2, 3])
@interleave(schedules=30)
def test_lines_are_whole(threads: int) -> None:
    """Threads logged at the same time: a line is torn, lost or doubled, or the numbers are not 1, 2, 3, ..."""
    with fresh_log() as (log, paper):
        together(*(partial(log.info, f"step{thread}") for thread in range(threads)))
        assert sorted(message for _, _, message in parsed(paper)) == [f"step{thread}" for thread in range(threads)]


@interleave(schedules=20)
def test_one_write_per_line() -> None:
    """A line was written in pieces: another process that writes to the same file can come between them."""
    with fresh_log() as (log, paper):
        with order("A"):
            together(partial(log.info, "one"), partial(log.info, "two"))
        assert len(paper.writes) == 2, f"two lines, written as {paper.writes}"
        assert all(text.endswith("\n") for text in paper.writes), f"written: {paper.writes}"


@interleave(schedules=30)
def test_threads_keep_their_order() -> None:
    """A step of one thread stands under the order that another thread works on."""
    with fresh_log() as (log, paper):

        def clerk(order_id: str) -> str:
            with order(order_id):
                log.info(order_id)
                with order(order_id + "+"):
                    log.info(order_id + "+")
                log.info(order_id)
            return current_thread().name

        names = together(partial(clerk, "A"), partial(clerk, "B"))
        log.info("-")
        lines = parsed(paper)
        for thread, who, message in lines:
            assert who == message, f"a step of {message} stands under {who}: {paper.lines()}"
            assert message == "-" or thread == names["AB".index(message[0])], f"wrong thread name: {paper.lines()}"
        assert len(lines) == 7, f"7 steps, but the log has {paper.lines()}"


@interleave(schedules=10)
def test_threads_of_one_name() -> None:
    """Two threads have the same name, and a step of one stands under the order of the other."""
    with fresh_log() as (log, paper):

        def clerk(order_id: str) -> None:
            current_thread().name = "clerk"
            with order(order_id):
                log.info(order_id)

        together(partial(clerk, "A"), partial(clerk, "B"))
        assert sorted(parsed(paper)) == [("clerk", "A", "A"), ("clerk", "B", "B")]


@virtual_time
async def test_tasks_of_one_name() -> None:
    """Two tasks have the same name, and a step of one stands under the order of the other."""
    with fresh_log() as (log, paper):

        async def clerk(order_id: str) -> None:
            with order(order_id):
                await asyncio.sleep(1)
                log.info(order_id)

        await asyncio.gather(*(asyncio.create_task(clerk(order_id), name="clerk") for order_id in "AB"))
        assert [(who, message) for _, who, message in parsed(paper)] == [("A", "A"), ("B", "B")]


@given(pauses=st.lists(st.tuples(*[st.integers(0, 2)] * 3), min_size=2, max_size=3))
@settings(max_examples=20)
@virtual_time
async def test_tasks_keep_their_order(pauses: list[tuple[int, int, int]]) -> None:
    """A task awaited something inside its order, and then its steps stood under the order of another task."""
    with fresh_log() as (log, paper):

        async def clerk(order_id: str, first: int, second: int, third: int) -> None:
            with order(order_id):
                await asyncio.sleep(first)
                log.info(order_id)
                with order(order_id + "+"):
                    await asyncio.sleep(second)
                    log.info(order_id + "+")
                await asyncio.sleep(third)
                log.info(order_id)

        await asyncio.gather(*(clerk(f"T{task}", *times) for task, times in enumerate(pauses)))
        log.info("-")
        lines = parsed(paper)
        for _, who, message in lines:
            assert who == message, f"a step of {message} stands under {who}: {paper.lines()}"
        assert len(lines) == 3 * len(pauses) + 1


@virtual_time
async def test_tasks_started_in_an_order() -> None:
    """A task that was started inside an order began one of its own, and that changed the order of who started it."""
    with fresh_log() as (log, paper):

        async def helper(order_id: str) -> None:
            with order(order_id):
                log.info(order_id)
                await asyncio.sleep(1)
                log.info(order_id)

        with order("outer"):
            helpers = [asyncio.create_task(helper(order_id)) for order_id in ("A", "B")]
            await asyncio.sleep(0)
            log.info("outer")
            await asyncio.gather(*helpers)
            log.info("outer")
        log.info("-")
        assert [who for _, who, _ in parsed(paper)] == ["A", "B", "outer", "A", "B", "outer", "-"]


def test_asked_for_again() -> None:
    """Parts of the program asked for the same log: a line is there twice, or the numbers begin again, or none comes."""
    with fresh_name() as name:
        paper = Paper()
        log = audit(name, paper)
        log.info("a")
        assert audit(name, paper) is log is logging.getLogger(name)
        log.info("b")
        assert [message for _, _, message in parsed(paper)] == ["a", "b"]
        for handler in list(log.handlers):
            log.removeHandler(handler)
        audit(name, paper).info("c")
        assert len(paper.lines()) == 3, f"the handler was removed, and the log asked for again: {paper.lines()}"


@interleave(schedules=40)
def test_one_handler() -> None:
    """Two threads asked for the same log at the same time: a line is there twice, or one came before the handler."""
    with fresh_name() as name, patch.object(logging, "_lock", RLock()):  # logging's own, which an answer may take
        paper = Paper()

        def clerk(message: str) -> logging.Logger:
            log = audit(name, paper)
            log.info(message)
            return log

        first, second = together(partial(clerk, "one"), partial(clerk, "two"))
        assert first is second
        assert sorted(line.split()[-1] for line in paper.lines()) == ["one", "two"], f"lines: {paper.lines()}"


@interleave(schedules=10)
def test_second_stream() -> None:
    """The log was asked for with another stream, and one of the streams gets nothing, or gets lines twice."""
    with fresh_name() as name:
        log = logging.getLogger(name)
        elsewhere = logging.StreamHandler(io.StringIO())
        log.addHandler(elsewhere)  # not ours: it stays, and does not count
        papers = [Paper(), Paper()]
        for paper in (*papers, *papers):
            audit(name, paper)
        log.info("all")
        told = [paper.lines() for paper in papers]
        assert [len(lines) for lines in told] == [1, 1], f"one message, asked for with two streams: {told}"
        assert elsewhere in log.handlers, "the handler of somebody else is gone"
        assert sum(isinstance(handler, AuditHandler) for handler in log.handlers) == 2


def test_handlers_of_others() -> None:
    """A handler of somebody else was taken for the audit's, since it writes to the same stream, or has none."""
    with fresh_name() as name:
        paper = Paper()
        others = [logging.NullHandler(), logging.StreamHandler(paper)]
        for other in others:
            logging.getLogger(name).addHandler(other)
        log = audit(name, paper)
        log.info("all")
        assert sorted(paper.lines()) == [f"1 {current_thread().name} - all", "all"]
        assert log.handlers[:2] == others


def test_log_and_sub_log() -> None:
    """A part's log and its sub-log (shop and shop.till) write to one stream, and a step is missing or there twice."""
    with fresh_name() as name:
        paper = Paper()
        audit(name, paper).info("a")
        audit(f"{name}.till", paper).info("b")
        audit(name, paper).info("c")
        logging.Logger.manager.loggerDict.pop(f"{name}.till")
        assert [line.split()[-1] for line in paper.lines()] == ["a", "b", "c"], f"lines: {paper.lines()}"


class Parcel:
    """An object that logs while it is being formatted."""

    def __init__(self, log: logging.Logger) -> None:
        self.log = log

    def __str__(self) -> str:
        self.log.info("weighed")
        return "parcel"


@pytest.mark.parametrize(("threads", "message"), [(1, "%s"), (2, "%s"), (1, None)])
@interleave(schedules=30)
def test_object_that_logs_itself(threads: int, message: str | None) -> None:
    """An object logged while being formatted: a deadlock, or its line and number do not come before the outer one."""
    with fresh_log() as (log, paper):

        def send() -> str:
            if message is None:
                log.info(Parcel(log))  # the message may be any object
            else:
                log.info(message, Parcel(log))
            return current_thread().name

        for name in together(*[send] * threads):
            mine = [message for thread, _, message in parsed(paper) if thread == name]
            assert mine == ["weighed", "parcel"], f"{name} logged {mine}"


def errors_told(monkeypatch: pytest.MonkeyPatch) -> list[logging.LogRecord]:
    """The records that handleError has been called with from now on."""
    told: list[logging.LogRecord] = []

    def handle_error(self: logging.Handler, record: logging.LogRecord) -> None:
        assert sys.exception() is not None, "handleError prints the error that is being handled, and there is none"
        told.append(record)

    monkeypatch.setattr(logging.Handler, "handleError", handle_error)
    return told


class Nameless:
    """An object that cannot be formatted."""

    def __str__(self) -> str:
        raise KeyError("name")


def test_format_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message could not be formatted: the program failed, or nobody was told, or a number is missing now."""
    told = errors_told(monkeypatch)
    with fresh_log() as (log, paper):
        log.info("a")
        log.info("%d pieces", "three")
        log.info("for %s", Nameless())
        messages = [record.msg for record in told]
        assert messages == ["%d pieces", "for %s"], "handleError was not called once with each record"
        log.info("b")
        assert [message for _, _, message in parsed(paper)] == ["a", "b"]


@pytest.mark.parametrize("error", [OSError("no space left on device"), ValueError("I/O operation on closed file")])
def test_write_error(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line could not be written: the program failed, or nobody was told, or a number is missing now."""

    class Full(Paper):
        def write(self, text: str) -> int:
            if "lost" in text:
                raise error
            return super().write(text)

    told = errors_told(monkeypatch)
    with fresh_name() as name:
        paper = Full()
        log = audit(name, paper)
        for message in ("a", "lost", "b"):
            log.info(message)
        assert [record.msg for record in told] == ["lost"], "handleError was not called once with the record"
        assert [message for _, _, message in parsed(paper)] == ["a", "b"]


class Slow:
    """An object whose user presses Ctrl-C while it is being formatted."""

    def __str__(self) -> str:
        raise KeyboardInterrupt


@pytest.mark.parametrize("where", ["formatting", "writing"])
@interleave(schedules=5)
def test_interrupted(where: str) -> None:
    """Ctrl-C in a logging call: no other thread can log any more. Who keeps the lock?"""

    class Interrupted(Paper):
        def write(self, text: str) -> int:
            if "lost" in text:
                raise KeyboardInterrupt
            return super().write(text)

    with fresh_name() as name:
        paper = Interrupted()
        log = audit(name, paper)
        with suppress(KeyboardInterrupt):
            log.info("lost%s", Slow() if where == "formatting" else "")
        together(partial(log.info, "a"), partial(log.info, "b"))
        assert sorted(line.split()[-1] for line in paper.lines()) == ["a", "b"]


def test_handler_filter() -> None:
    """The handler has a filter, and what it should hold back was written, or used up a number."""

    def harmless(record: Any) -> bool:
        return "secret" not in record.getMessage()

    with fresh_log() as (log, paper):
        (handler,) = (found for found in log.handlers if isinstance(found, AuditHandler))
        handler.addFilter(harmless)
        for message in ("a", "secret", "b"):
            log.info(message)
        assert [message for _, _, message in parsed(paper)] == ["a", "b"]
