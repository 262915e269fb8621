"""Events as they come, no reading ahead, and every feed closed in the end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojo.eventloop import now, tasks_left, virtual_time
from katas.s19_asyncio.change_feed import merge

pytestmark = pytest.mark.timeout(20)
Event = tuple[str, int]
gaps = st.lists(st.integers(1, 9), max_size=4)


class Feeds:
    """Makes feeds, and knows what was taken from them and which of them are closed."""

    def __init__(self) -> None:
        self.taken = 0
        self.begun: list[str] = []
        self.closed: list[str] = []

    async def feed(self, name: str, pauses: list[float], error: Exception | None = None) -> AsyncGenerator[Event, None]:
        """An event after each pause, then its end or this error. Its clean-up takes a minute if it is ended early."""
        self.begun.append(name)
        over = False
        try:
            for number, pause in enumerate(pauses):
                await asyncio.sleep(pause)
                self.taken += 1
                yield name, number
            over = True
            if error is not None:
                raise error
        finally:
            if not over:
                await asyncio.sleep(60)
            self.closed.append(name)


def times(name: str, pauses: list[int]) -> list[tuple[float, Event]]:
    """When which event of a feed comes."""
    return [(float(sum(pauses[: number + 1])), (name, number)) for number in range(len(pauses))]


@given(first=gaps, second=gaps, third=gaps)
@virtual_time
async def test_events_as_they_come(first: list[int], second: list[int], third: list[int]) -> None:
    """An event comes late, twice or never, or the events of one feed come in another order."""
    feeds, seen = Feeds(), []
    async with merge(feeds.feed("a", first), feeds.feed("b", second), feeds.feed("c", third)) as events:
        async for event in events:
            seen.append((now(), event))
    assert sorted(seen) == sorted([*times("a", first), *times("b", second), *times("c", third)])
    for name in "abc":
        numbers = [event[1] for _, event in seen if event[0] == name]
        assert numbers == sorted(numbers)
    assert not tasks_left(), tasks_left()


@virtual_time
async def test_two_merges_at_once() -> None:
    """Two merges were open at once, and one of them delivered the events of the other's feeds."""
    feeds = Feeds()
    async with merge(feeds.feed("a", [1, 1])) as first, merge(feeds.feed("b", [1, 1])) as second:
        assert [event async for event in second] == [("b", 0), ("b", 1)]
        assert [event async for event in first] == [("a", 0), ("a", 1)]


@virtual_time
async def test_slow_feed_holds_nobody_up() -> None:
    """While one feed is silent, the events of another have to wait."""
    feeds, seen = Feeds(), []
    async with merge(feeds.feed("slow", [1000]), feeds.feed("quick", [1, 1, 1])) as events:
        async for event in events:
            seen.append((now(), event[0]))
    assert seen == [(1.0, "quick"), (2.0, "quick"), (3.0, "quick"), (1000.0, "slow")]


@virtual_time
async def test_read_while_the_viewer_is_busy() -> None:
    """A feed is not read while the viewer is busy: its next event comes later than it could."""
    feeds, seen = Feeds(), []
    async with merge(feeds.feed("a", [3, 3])) as events:
        async for _ in events:
            seen.append(now())
            await asyncio.sleep(10)
    assert seen == [3, 13], "the second event was there at 6, the viewer was ready for it at 13"


@virtual_time
async def test_quick_feed_holds_nobody_up() -> None:
    """With a slow viewer, a feed that always has an event keeps those of another from being delivered."""
    feeds, seen = Feeds(), []
    async with merge(feeds.feed("quick", [1] * 20), feeds.feed("other", [1.5])) as events:
        async for event in events:
            seen.append(event[0])
            await asyncio.sleep(10)
    assert "other" in seen[:10], "it has waited since 1.5 s, and the others came later"


@given(buffer=st.integers(1, 3), count=st.integers(1, 3))
@virtual_time
async def test_backpressure(buffer: int, count: int) -> None:
    """With a slow viewer, more events are read ahead than the buffer and one for each feed."""
    feeds, delivered = Feeds(), 0
    names = [str(number) for number in range(count)]
    async with merge(*(feeds.feed(name, [0] * 8) for name in names), buffer=buffer) as events:
        async for _ in events:
            delivered += 1
            for _ in range(20):
                await asyncio.sleep(1)
                assert feeds.taken - delivered <= buffer + count
    assert delivered == 8 * count


@pytest.mark.parametrize(
    "error",
    [ValueError("bad"), OSError("gone"), TimeoutError("late"), RuntimeError(), ExceptionGroup("two", [ValueError()])],
    ids=repr,
)
@virtual_time
async def test_error_after_earlier_events(error: Exception) -> None:
    """The error of a feed is lost, wrapped up, or comes before that feed's earlier events."""
    feeds, seen = Feeds(), []
    with pytest.raises(type(error)) as raised:
        async with merge(feeds.feed("a", [1, 1], error), feeds.feed("b", [100])) as events:
            async for event in events:
                seen.append(event)
    assert raised.value is error
    assert seen == [("a", 0), ("a", 1)]
    assert sorted(feeds.closed) == ["a", "b"]
    assert not tasks_left(), tasks_left()


@virtual_time
async def test_error_of_a_feed_that_a_slow_viewer_reads() -> None:
    """The error of a feed overtakes its events, or interrupts the viewer while it looks at one of them."""
    feeds, seen = Feeds(), []
    with pytest.raises(ValueError, match="bad data"):
        async with merge(feeds.feed("a", [0, 0, 0], ValueError("bad data")), buffer=3) as events:
            async for event in events:
                await asyncio.sleep(10)
                seen.append(event)
    assert seen == [("a", 0), ("a", 1), ("a", 2)]


@virtual_time
async def test_second_look_after_the_end() -> None:
    """The only feed has ended, the viewer looks for events once more, and waits for ever."""
    feeds, seen = Feeds(), []
    async with merge(feeds.feed("a", [1])) as events:
        for _ in range(2):
            seen += [event async for event in events]
    assert seen == [("a", 0)]


@given(first=gaps, second=gaps, after=st.integers(1, 4), pause=st.integers(0, 12))
@virtual_time
async def test_leaving_closes_feeds(first: list[int], second: list[int], after: int, pause: int) -> None:
    """The viewer leaves in the middle, and a feed is still open, or its clean-up is not finished."""
    feeds = Feeds()
    count = 0
    async with merge(feeds.feed("a", first), feeds.feed("b", second)) as events:
        async for _ in events:
            count += 1
            await asyncio.sleep(pause)
            if count == after:
                break
    assert sorted(feeds.closed) == sorted(feeds.begun)
    assert not tasks_left(), tasks_left()
    taken = feeds.taken
    await asyncio.sleep(100)
    assert feeds.taken == taken


@virtual_time
async def test_leaving_at_once() -> None:
    """The viewer leaves without looking, and something goes on."""
    feeds = Feeds()
    async with merge(feeds.feed("a", [1]), feeds.feed("b", [0, 0, 0])):
        await asyncio.sleep(0)
    assert sorted(feeds.closed) == sorted(feeds.begun)
    assert not tasks_left(), tasks_left()


@pytest.mark.parametrize("kind", [KeyError, RuntimeError, StopAsyncIteration, ExceptionGroup, asyncio.CancelledError])
@virtual_time
async def test_body_error_unchanged(kind: type[BaseException]) -> None:
    """An exception of the body arrives as another one or not at all, or a feed is left open by it."""
    feeds = Feeds()
    error = ExceptionGroup("of the viewer", [KeyError()]) if kind is ExceptionGroup else kind("of the viewer")
    with pytest.raises(kind) as raised:
        async with merge(feeds.feed("a", [1, 1]), feeds.feed("b", [5])) as events:
            async for _ in events:
                raise error
    assert raised.value is error
    assert sorted(feeds.closed) == ["a", "b"]
    assert not tasks_left(), tasks_left()


@pytest.mark.parametrize("when", [0.5, 3, 7.5])
@virtual_time
async def test_cancelled_viewer(when: float) -> None:
    """A viewer that is cancelled swallows it, or leaves a feed open."""
    feeds = Feeds()

    async def view() -> None:
        async with merge(feeds.feed("a", [1, 1, 1000]), feeds.feed("b", [1, 1000])) as events:
            async for _ in events:
                await asyncio.sleep(2)

    viewer = asyncio.create_task(view())
    await asyncio.sleep(when)
    viewer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await viewer
    assert sorted(feeds.closed) == ["a", "b"]
    assert not tasks_left(), tasks_left()


@pytest.mark.parametrize("cleans_up", ["when it is cancelled", "in aclose"])
@virtual_time
async def test_cancelled_while_leaving(cleans_up: str) -> None:
    """A viewer is cancelled while it waits for a clean-up: that is lost, and it goes on behind the block."""
    feed = Ticker(("a", 0)) if cleans_up == "in aclose" else Feeds().feed("a", [1, 1000])

    async def view() -> None:
        async with merge(feed) as events:
            async for _ in events:
                break

    viewer = asyncio.create_task(view())
    await asyncio.sleep(5)
    viewer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await viewer
    await asyncio.sleep(60)  # a clean-up that was not cut short has ended by now


class Ticker:
    """A feed that is no generator, so that nobody but `aclose` closes it."""

    def __init__(self, *events: Event, error: Exception | None = None) -> None:
        self.events = iter(events)
        self.error = error
        self.closed = False

    def __aiter__(self) -> Ticker:
        return self

    async def __anext__(self) -> Event:
        await asyncio.sleep(1)
        for event in self.events:
            return event
        raise self.error or StopAsyncIteration

    async def aclose(self) -> None:
        await asyncio.sleep(60)
        self.closed = True


@pytest.mark.parametrize("leave", ["end", "error", "break", "before it began"])
@virtual_time
async def test_every_feed_is_closed(leave: str) -> None:
    """A feed stays open: one that is no generator, that has ended or failed by itself, or that nobody has read yet."""
    feeds = [Ticker(("a", 0)), Ticker(("b", 0), ("b", 1), error=ValueError("gone") if leave == "error" else None)]
    with contextlib.suppress(ValueError):
        async with merge(*feeds) as events:
            if leave == "before it began":
                raise ValueError("the viewer leaves at once")
            async for event in events:
                if leave == "break" and event == ("b", 1):
                    break
    assert [feed.closed for feed in feeds] == [True, True], f"the viewer left by: {leave}"


@pytest.mark.parametrize("body_fails", [False, True])
@virtual_time
async def test_error_that_nobody_read(body_fails: bool) -> None:
    """A feed fails, the viewer leaves before it has come to that, and gets the feed's error nevertheless."""
    feeds, error = Feeds(), KeyError("of the viewer")
    with pytest.raises(KeyError) if body_fails else contextlib.nullcontext() as raised:
        async with merge(feeds.feed("a", [1, 1], ValueError("bad data")), buffer=5) as events:
            async for _ in events:
                await asyncio.sleep(10)
                if body_fails:
                    raise error
                break
    assert raised is None or raised.value is error
    assert feeds.closed == ["a"]


@virtual_time
async def test_no_feeds() -> None:
    """Without feeds the events do not end at once."""
    async with merge() as events:
        assert [event async for event in events] == []


@virtual_time
async def test_one_feed_may_end_early() -> None:
    """The end of one feed ends the others, or what a feed yields is taken for its end."""

    async def odd() -> AsyncGenerator[object, None]:
        for event in (None, False, StopAsyncIteration, "", mock.ANY, ValueError("only an event")):
            yield event

    seen = []
    feeds = Feeds()
    async with merge(feeds.feed("a", []), odd(), feeds.feed("b", [5])) as events:
        async for event in events:
            seen.append(event)
    expected = ["None", "False", str(StopAsyncIteration), "", str(mock.ANY), "only an event"]
    assert [str(event) for event in seen[:-1]] == expected
    assert seen[-1] == ("b", 0)


@pytest.mark.parametrize("buffer", [0, -1])
@virtual_time
async def test_bad_buffer(buffer: int) -> None:
    """A buffer for less than one event is not refused with a ValueError."""
    feeds = Feeds()
    feed = feeds.feed("a", [1])
    with pytest.raises(ValueError):
        async with merge(feed, buffer=buffer) as events:
            async for _ in events:
                pass
    with contextlib.suppress(RuntimeError):
        await feed.aclose()
