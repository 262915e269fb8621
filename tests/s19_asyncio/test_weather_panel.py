"""All stations at once, a loop that stays free, and nobody left behind."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.eventloop import now, tasks_left, virtual_time
from katas.s19_asyncio.weather_panel import read_all, read_station, run_panel

pytestmark = pytest.mark.timeout(20)
Fetch = Callable[[str], Awaitable[float]]


async def oslo(station: str) -> float:
    return -3.5


def ignore(line: str) -> None:
    pass


def answers(**temperatures: float | BaseException) -> Fetch:
    """A fetch that gives these temperatures, or raises these errors, after a moment."""

    async def fetch(station: str) -> float:
        await asyncio.sleep(0.1)
        answer = temperatures[station]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return fetch


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (-3.5, "Oslo: -3.5"),
        (0.0, "Oslo: 0.0"),
        (12.25, "Oslo: 12.25"),
        (OSError("down"), "Oslo: n/a"),
        (TimeoutError(), "Oslo: n/a"),
        (ConnectionResetError(), "Oslo: n/a"),
    ],
    ids=repr,
)
@virtual_time
async def test_line_format(answer: float | Exception, line: str) -> None:
    """The line of a station is not what the panel shows: its temperature, or n/a where it cannot be reached."""
    assert await read_station(answers(Oslo=answer), "Oslo") == line


@pytest.mark.parametrize(
    "error",
    [ValueError("broken"), asyncio.CancelledError("broken"), ExceptionGroup("broken", [OSError()])],
    ids=["ValueError", "CancelledError", "ExceptionGroup"],
)
@virtual_time
async def test_other_errors_of_a_station(error: BaseException) -> None:
    """An error that is not about the connection, or a cancellation, is hidden behind n/a."""
    with pytest.raises(type(error)):  # gather forgets the text of a cancellation
        await read_station(answers(Oslo=error), "Oslo")


@virtual_time
async def test_fetch_gives_any_awaitable() -> None:
    """Only a coroutine will do: what fetch gives back may be anything that can be awaited, like this future."""

    def fetch(station: str) -> asyncio.Future[float]:
        answer = asyncio.get_running_loop().create_future()
        answer.set_result(21.0)
        return answer

    assert await read_station(fetch, "Rome") == "Rome: 21.0"
    assert await read_all(fetch, ["Rome"], ignore) == ["Rome: 21.0"]


@virtual_time
async def test_lines_in_order() -> None:
    """A line is missing, doubled, or in the place of another station, also for a station that is listed twice."""
    fetch = answers(Oslo=-3.5, Rome=21.0, Nome=OSError(), **{"Oslo: harbour": 2.0})
    lines = await read_all(fetch, ("Rome", "Oslo", "Nome", "Oslo: harbour", "Rome"), ignore)
    assert lines == ["Rome: 21.0", "Oslo: -3.5", "Nome: n/a", "Oslo: harbour: 2.0", "Rome: 21.0"]
    assert await read_all(fetch, [], ignore) == []
    assert await read_all(fetch, ["Oslo"], ignore) == ["Oslo: -3.5"], "when called again in the same loop"


@virtual_time
async def test_stations_asked_at_once() -> None:
    """One station has to wait for another: here each answers only when all have been asked."""
    stations = [str(number) for number in range(300)]
    meeting = asyncio.Barrier(len(stations))

    async def fetch(station: str) -> float:
        await meeting.wait()
        return 1.0

    assert await read_all(fetch, stations, ignore) == [f"{station}: 1.0" for station in stations]


@settings(max_examples=15)
@given(latencies=st.lists(st.integers(0, 3600), min_size=1, max_size=4))
@virtual_time
async def test_time_is_the_slowest_station(latencies: list[int]) -> None:
    """It takes longer than the slowest station does, or the lines come in the order of arrival."""
    begun: list[float] = []
    ended: list[float] = []

    async def fetch(station: str) -> float:
        begun.append(now())
        await asyncio.sleep(latencies[int(station)])
        ended.append(now())
        return 1.5

    stations = [str(number) for number in range(len(latencies))]
    assert await read_all(fetch, stations, ignore) == [f"{station}: 1.5" for station in stations]
    assert (set(begun), max(ended)) == ({0.0}, max(latencies))


@virtual_time
async def test_log_runs_elsewhere() -> None:
    """log blocks the event loop: it runs in the loop's thread, or the loop stands still meanwhile."""
    loop, ours = asyncio.get_running_loop(), threading.get_ident()
    threads: list[int] = []

    def log(line: str) -> None:
        threads.append(threading.get_ident())
        free = threading.Event()
        loop.call_soon_threadsafe(free.set)
        assert threads[-1] == ours or free.wait(4), "the loop stood still while log was running"

    await read_all(oslo, ["a", "b"], log)
    assert len(threads) == 2
    assert ours not in threads, "log was called in the event loop's thread"


@virtual_time
async def test_log_is_complete() -> None:
    """When it returned, a line was not logged, or twice, or not as it was returned; or a station was asked again."""
    asked: list[str] = []
    logged: Counter[str] = Counter()
    lock, loop = threading.Lock(), asyncio.get_running_loop()
    temperatures = itertools.count(1.0)

    async def fetch(station: str) -> float:  # a station that is asked again may have another answer
        asked.append(station)
        if station == "c":
            raise OSError
        return next(temperatures)

    def log(line: str) -> None:
        asyncio.run_coroutine_threadsafe(asyncio.sleep(5), loop).result()
        with lock:
            logged[line] += 1

    lines = await read_all(fetch, ["a", "b", "c", "a", "c"], log)
    assert logged == Counter(lines)
    assert sorted(asked) == ["a", "a", "b", "c", "c"], "who was asked: each once for each line, also after an OSError"


@pytest.mark.parametrize(("delay", "broken"), [(0, 1), (7, 1), (7, 2)])
@virtual_time
async def test_other_errors_end_it(delay: float, broken: int) -> None:
    """After an error others are still being asked, or the error does not arrive, or only hours later."""

    async def fetch(station: str) -> float:
        if station == "broken":
            await asyncio.sleep(delay)
            raise ValueError("no thermometer")
        try:
            await asyncio.sleep(7200)
        finally:
            await asyncio.sleep(3)  # it hangs up
        return 1.0

    with pytest.raises((ValueError, ExceptionGroup)) as raised:
        await read_all(fetch, ["slow", *["broken"] * broken, "slower"], ignore)
    errors: list[Exception] = [raised.value]
    for error in errors:  # grows meanwhile
        if isinstance(error, ExceptionGroup):
            errors.extend(error.exceptions)
        else:
            assert isinstance(error, ValueError)
    assert not tasks_left(), tasks_left()
    assert now() == delay + 3, f"the error came after {delay} s, and the others need 3 s to hang up"


@virtual_time
async def test_an_error_of_log_ends_it() -> None:
    """An error that log raises is lost, or others are still being asked after it."""

    async def fetch(station: str) -> float:
        await asyncio.sleep(7200 if station == "slow" else 1)
        return 1.0

    def log(line: str) -> None:
        raise ValueError("disk full")

    with pytest.raises((ValueError, ExceptionGroup)):
        await read_all(fetch, ["slow", "quick"], log)
    assert not tasks_left(), tasks_left()


@virtual_time
async def test_a_station_fails_while_a_line_is_logged() -> None:
    """After an error the loop stood still until log had ended, or a task or a line was left for later."""
    disk_free = threading.Event()
    asyncio.get_running_loop().call_later(5, disk_free.set)

    async def fetch(station: str) -> float:
        if station == "broken":
            await asyncio.sleep(1)
            raise ValueError("no thermometer")
        return 1.0

    def log(line: str) -> None:
        disk_free.wait()

    with pytest.raises((ValueError, ExceptionGroup)):
        await read_all(fetch, ["quick", "broken"], log)
    assert not tasks_left(), tasks_left()
    await asyncio.sleep(5)
    logged: list[str] = []
    assert await read_all(oslo, ["next"], logged.append) == ["next: -3.5"]
    assert logged == ["next: -3.5"], "what the next call has logged"


@virtual_time
async def test_cancelled_from_outside() -> None:
    """When the panel is switched off, stations are still being asked."""
    fetch = answers(a=1.0)

    async def slow(station: str) -> float:
        try:
            await asyncio.sleep(7200)
        finally:
            await asyncio.sleep(3)  # it hangs up
        return await fetch(station)

    panel = asyncio.create_task(read_all(slow, ["a", "a"], ignore))
    await asyncio.sleep(1)
    panel.cancel()
    with pytest.raises(asyncio.CancelledError):
        await panel
    assert not tasks_left(), tasks_left()


@pytest.mark.parametrize("debug", [False, True])
@virtual_time
def test_run_panel(debug: bool) -> None:
    """run_panel does not run read_all in a new loop, or not in the mode that was asked for."""
    modes: list[bool] = []
    logged: list[str] = []

    async def fetch(station: str) -> float:
        modes.append(asyncio.get_running_loop().get_debug())
        return 1.0

    assert run_panel(fetch, ["a", "b"], logged.append, debug=debug) == ["a: 1.0", "b: 1.0"]
    assert modes == [debug, debug]
    assert sorted(logged) == ["a: 1.0", "b: 1.0"]


@virtual_time
def test_run_panel_is_quiet_by_default() -> None:
    """Without being asked for, debug mode is on."""
    modes: list[bool] = []

    async def fetch(station: str) -> float:
        modes.append(asyncio.get_running_loop().get_debug())
        return 1.0

    run_panel(fetch, ["a"], ignore)
    assert modes == [False]


@virtual_time
def test_run_panel_closes_its_loop() -> None:
    """The loop of run_panel is left open after an error, with all that it holds."""
    loops: list[asyncio.AbstractEventLoop] = []

    async def fetch(station: str) -> float:
        loops.append(asyncio.get_running_loop())
        raise ValueError("no thermometer")

    with pytest.raises((ValueError, ExceptionGroup)):
        run_panel(fetch, ["a"], ignore)
    assert loops[0].is_closed(), "the event loop is still open"
