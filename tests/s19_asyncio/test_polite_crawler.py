"""Polite, quick, patient, and nobody left behind."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojo.eventloop import now, tasks_left, virtual_time
from katas.s19_asyncio.polite_crawler import Page, crawl

pytestmark = pytest.mark.timeout(20)


class Web:
    """Pages with latencies and failures; it remembers who was fetched when, and how many at once.

    `script[url]` lists what each attempt does: a latency in seconds, or (latency, error). An attempt that is cancelled
    ends after `clean_up` seconds.
    """

    def __init__(self, script: dict[str, list[Any]], clean_up: float = 0) -> None:
        self.clean_up = clean_up
        self.script = {url: list(steps) for url, steps in script.items()}
        self.begun: list[tuple[str, float]] = []
        self.ended: list[tuple[str, float]] = []
        self.cancelled: list[str] = []
        self.running: Counter[str] = Counter()
        self.peak = 0
        self.host_peak: Counter[str] = Counter()

    async def fetch(self, url: str) -> str:
        host = urlsplit(url).netloc
        self.begun.append((url, now()))
        self.running[host] += 1
        self.peak = max(self.peak, self.running.total())
        self.host_peak[host] = max(self.host_peak[host], self.running[host])
        try:
            steps = self.script[url]
            step = steps.pop(0) if len(steps) > 1 else steps[0]
            latency, error = step if isinstance(step, tuple) else (step, None)
            await asyncio.sleep(latency)
            if error is not None:
                raise error
            return f"body of {url}"
        except asyncio.CancelledError:
            self.cancelled.append(url)
            if self.clean_up:
                await asyncio.sleep(self.clean_up)
            raise
        finally:
            self.running[host] -= 1
            self.ended.append((url, now()))

    def starts(self, url: str) -> list[float]:
        return [when for who, when in self.begun if who == url]


def urls_of(hosts: list[str]) -> list[str]:
    return [f"https://{host}.example/{number}" for number, host in enumerate(hosts)]


def fine(url: str) -> Page:
    return Page(url, f"body of {url}", None, 1)


steps = st.one_of(
    st.integers(0, 9), st.tuples(st.integers(0, 9), st.sampled_from([OSError(), ConnectionError()])), st.just(50)
)


@given(hosts=st.lists(st.sampled_from("ab"), max_size=5), data=st.data(), retries=st.integers(0, 2))
@virtual_time
async def test_pages_in_order(hosts: list[str], data: st.DataObject, retries: int) -> None:
    """A page has the wrong body, error or number of attempts, or that of another url; or a fetch is left running."""
    urls = urls_of(hosts)
    script = {url: data.draw(st.lists(steps, min_size=retries + 1, max_size=retries + 1)) for url in urls}
    expected = []
    for url in urls:
        outcomes = [("TimeoutError" if step == 50 else type(step[1]).__name__ if isinstance(step, tuple) else "")
                    for step in script[url]]
        good = next((number for number, outcome in enumerate(outcomes) if not outcome), None)
        expected.append(
            Page(url, None, outcomes[-1], retries + 1) if good is None else Page(url, f"body of {url}", None, good + 1)
        )
    web = Web(script)
    assert await crawl(web.fetch, urls, limit=2, per_host=1, timeout=10.5, retries=retries) == expected
    assert not tasks_left(), tasks_left()


@given(
    hosts=st.lists(st.sampled_from("abc"), min_size=1, max_size=7),
    latencies=st.lists(st.integers(1, 9), min_size=7, max_size=7),
    limit=st.integers(1, 4),
    per_host=st.integers(1, 3),
)
@virtual_time
async def test_limits_hold(hosts: list[str], latencies: list[int], limit: int, per_host: int) -> None:
    """More fetches than allowed run at once, on all hosts or on one; or fewer than could, although there is work."""
    urls = urls_of(hosts)
    web = Web({url: [latency] for url, latency in zip(urls, latencies, strict=False)})
    await crawl(web.fetch, urls, limit=limit, per_host=per_host, timeout=100)
    assert web.peak <= limit
    assert max(web.host_peak.values()) <= per_host
    assert web.peak == min(limit, sum(min(count, per_host) for count in Counter(hosts).values()))
    ended = dict(web.ended)
    for url, start in web.begun:
        for moment in range(int(start)):
            running = [who for who, begun in web.begun if begun <= moment < ended[who]]
            same_host = [who for who in running if urlsplit(who).netloc == urlsplit(url).netloc]
            assert len(running) == limit or len(same_host) == per_host, f"{url} could have begun after {moment} s"


@given(latencies=st.lists(st.integers(0, 9), min_size=1, max_size=8), limit=st.integers(1, 3))
@virtual_time
async def test_work_conserving(latencies: list[int], limit: int) -> None:
    """A free place stays empty although a url waits, or a later url goes before an earlier one."""
    urls = urls_of(["a"] * len(latencies))
    web = Web({url: [latency] for url, latency in zip(urls, latencies, strict=True)})
    await crawl(web.fetch, urls, limit=limit, per_host=limit, timeout=100)
    free = [0.0] * limit
    expected = []
    for url, latency in zip(urls, latencies, strict=True):
        start = heapq.heappop(free)
        expected.append((url, start))
        heapq.heappush(free, start + latency)
    assert web.begun == expected


@virtual_time
async def test_busy_host_blocks_nobody_else() -> None:
    """Urls that wait for their busy host keep places that another host could use."""
    urls = ["https://slow.example/1", "https://slow.example/2", "https://slow.example/3", "https://fast.example/"]
    web = Web({url: [5] for url in urls})
    await crawl(web.fetch, urls, limit=2, per_host=1, timeout=100)
    assert web.starts(urls[3]) == [0.0]
    assert [web.starts(url) for url in urls[:3]] == [[0.0], [5.0], [10.0]]


@virtual_time
async def test_retry_at_a_busy_host_blocks_nobody_else() -> None:
    """A url that is tried again and waits for its busy host keeps a place that another host could use."""
    urls = ["https://slow.example/1", "https://slow.example/2", "https://fast.example/1", "https://fast.example/2"]
    web = Web(dict(zip(urls, [[(1, OSError()), 5], [10], [3], [3]], strict=True)))
    await crawl(web.fetch, urls, limit=2, per_host=1, timeout=100)
    assert [web.starts(url) for url in urls] == [[0.0, 11.0], [1.0], [0.0], [3.0]]


@virtual_time
async def test_one_slow_page_of_many() -> None:
    """A free place stays empty, because the urls are fetched in groups, and one page of the group is slow."""
    urls = urls_of(["slow"] + ["a"] * 500)
    web = Web({url: [1] for url in urls} | {urls[0]: [1000]})
    await crawl(web.fetch, urls, limit=2, per_host=1, timeout=2000)
    assert now() == 1000, "the other 500 pages take a second each, beside the slow one"


@virtual_time
async def test_a_host_has_a_port() -> None:
    """Two ports are two hosts: the whole netloc counts, as it is written, and nothing else of the url."""
    urls = ["http://a.example:80/x", "https://a.example:80/y", "http://a.example:81/x", "http://ada@a.example:80/x"]
    urls.append("http://A.example:80/x")
    web = Web({url: [5] for url in urls})
    await crawl(web.fetch, urls, limit=5, per_host=1, timeout=100)
    starts = {url: web.starts(url) for url in urls}
    assert starts == {url: [5.0] if url.endswith("y") else [0.0] for url in urls}, "only two of them have the same host"


@virtual_time
async def test_queueing_is_not_running() -> None:
    """The time that a url waits for its turn counts as its running time."""
    urls = urls_of(["a", "b", "c"])
    web = Web({url: [9] for url in urls})
    assert await crawl(web.fetch, urls, limit=1, per_host=1, timeout=10) == [fine(url) for url in urls]


@virtual_time
async def test_error_is_named_after_its_own_type() -> None:
    """A timeout that fetch raised itself, of a type of its own, is told as some other error, or is not tried again.

    Or the text of an error is told, and not the name of its type.
    """

    class ConnectTimeout(TimeoutError):
        pass

    url = "https://a.example/"
    web = Web({url: [(1, OSError()), (1, ConnectTimeout("no answer"))]})
    pages = await crawl(web.fetch, [url], limit=1, per_host=1, timeout=10, retries=1)
    assert pages == [Page(url, None, "ConnectTimeout", 2)]


@virtual_time
async def test_a_hanging_attempt_is_cancelled() -> None:
    """An attempt runs on after its time, or is given up too early."""
    web = Web({"https://a.example/": [1000]})
    pages = await crawl(web.fetch, ["https://a.example/"], limit=1, per_host=1, timeout=10.25, retries=1, backoff=3)
    assert pages == [Page("https://a.example/", None, "TimeoutError", 2)]
    assert (web.begun, web.ended) == ([("https://a.example/", 0.0), ("https://a.example/", 13.25)],
                                      [("https://a.example/", 10.25), ("https://a.example/", 23.5)])
    assert web.cancelled == ["https://a.example/"] * 2


@pytest.mark.parametrize(("limit", "per_host"), [(1, 2), (2, 1)])
@virtual_time
async def test_cancelled_is_not_ended(limit: int, per_host: int) -> None:
    """An attempt that was cancelled takes a moment to end, and nobody waits for it: the next one begins meanwhile."""
    urls = urls_of(["a", "a"])
    web = Web({url: [1000] for url in urls}, clean_up=5)
    await crawl(web.fetch, urls, limit=limit, per_host=per_host, timeout=10, retries=0)
    assert web.begun == [(urls[0], 0.0), (urls[1], 15.0)], "10 s until the timeout, and 5 s to clean up"
    assert web.ended == [(urls[0], 15.0), (urls[1], 30.0)]


@virtual_time
async def test_retry_waits_at_the_end() -> None:
    """A url that is tried again goes before others of its host that have waited longer."""
    urls = urls_of(["a"] * 4)
    web = Web({urls[0]: [(1, OSError()), 10], **{url: [10] for url in urls[1:]}})
    await crawl(web.fetch, urls, limit=2, per_host=1, timeout=100, backoff=1)
    assert web.begun == [(urls[0], 0.0), (urls[1], 1.0), (urls[2], 11.0), (urls[3], 21.0), (urls[0], 31.0)]


@virtual_time
async def test_retry_comes_when_a_place_becomes_free() -> None:
    """A url was to be tried again at the moment when a place became free, and took it before one that had waited."""
    urls = urls_of(["a"] * 4)
    web = Web({urls[0]: [(1, OSError()), 10], urls[1]: [2], urls[2]: [10], urls[3]: [10]})
    await crawl(web.fetch, urls, limit=4, per_host=2, timeout=100, backoff=1)
    assert [web.starts(url) for url in urls] == [[0.0, 11.0], [0.0], [1.0], [2.0]]


@virtual_time
async def test_the_same_url_twice() -> None:
    """A url that is listed twice has only one Page, or the pages are no longer in the order of the urls."""
    urls = ["https://a.example/", "https://b.example/", "https://a.example/"]
    web = Web({url: [1] for url in urls})
    assert await crawl(web.fetch, urls, limit=3, per_host=3, timeout=10) == [fine(url) for url in urls]


@pytest.mark.parametrize(("limit", "per_host"), [(1, 5), (5, 1)])
@virtual_time
async def test_pause_frees_the_place(limit: int, per_host: int) -> None:
    """A url keeps its place while it pauses before the next attempt."""
    urls = urls_of(["a", "a"])
    web = Web({urls[0]: [(0, OSError()), 1], urls[1]: [1]})
    await crawl(web.fetch, urls, limit=limit, per_host=per_host, timeout=10, backoff=100)
    assert (web.starts(urls[0]), web.starts(urls[1])) == ([0.0, 100.0], [0.0])


@given(
    latencies=st.lists(st.integers(0, 9), min_size=1, max_size=5),
    backoff=st.sampled_from([0, 0.5, 1.0, 3]),
)
@virtual_time
async def test_backoff_times(latencies: list[int], backoff: float) -> None:
    """The pauses before the attempts are not backoff, twice backoff, ..., or there is one after the last attempt."""
    url = "https://a.example/"
    web = Web({url: [(latency, OSError()) for latency in latencies]})
    await crawl(web.fetch, [url], limit=1, per_host=1, timeout=100, retries=len(latencies) - 1, backoff=backoff)
    expected, moment = [], 0.0
    for number, latency in enumerate(latencies):
        moment += backoff * 2 ** (number - 1) if number else 0
        expected.append(moment)
        moment += latency
    assert web.starts(url) == expected
    assert now() == moment, "the last attempt had ended, and there was nothing more to wait for"


@virtual_time
async def test_the_defaults() -> None:
    """Without other wishes there are two retries, after one second and after two."""
    url = "https://a.example/"
    web = Web({url: [(0, OSError())]})
    assert await crawl(web.fetch, [url], limit=1, per_host=1, timeout=1) == [Page(url, None, "OSError", 3)]
    assert web.starts(url) == [0.0, 1.0, 3.0]


@virtual_time
async def test_many_retries() -> None:
    """The pauses stop growing at some length, or the url is given up before all its attempts are made."""
    url = "https://a.example/"
    web = Web({url: [(0, OSError())]})
    await crawl(web.fetch, [url], limit=1, per_host=1, timeout=1, retries=12)
    assert web.starts(url) == [2.0**attempt - 1 for attempt in range(13)]


@virtual_time
async def test_an_empty_page_is_a_page() -> None:
    """A page without any text was taken for a failed attempt."""

    async def fetch(url: str) -> str:
        return ""

    url = "https://a.example/"
    assert await crawl(fetch, [url], limit=1, per_host=1, timeout=1) == [Page(url, "", None, 1)]


@virtual_time
async def test_other_error_stops_all() -> None:
    """After an error that is not about the connection others are still being fetched, or are begun."""
    urls = urls_of(["a", "b", "c", "d"])
    web = Web({urls[0]: [1000], urls[1]: [(2, ValueError("no html"))], urls[2]: [1000], urls[3]: [1]},
              clean_up=3)
    with pytest.raises((ValueError, ExceptionGroup)) as raised:
        await crawl(web.fetch, urls, limit=3, per_host=1, timeout=2000)
    error = raised.value
    while isinstance(error, ExceptionGroup):
        (error,) = error.exceptions
    assert isinstance(error, ValueError)
    assert {urls[0], urls[2]} <= set(web.cancelled)
    assert web.running.total() == 0, "the error has come, and a fetch that was cancelled is still cleaning up"
    assert now() <= 5.0, "the error came after 2 s, and the others take 3 s to clean up"
    assert not tasks_left(), tasks_left()
    begun = len(web.begun)
    await asyncio.sleep(5000)
    assert len(web.begun) == begun, "a fetch was begun after the error"


@pytest.mark.parametrize("pause", [False, True], ids=["while fetching", "while pausing"])
@virtual_time
async def test_cancel(pause: bool) -> None:
    """Cancelled, the crawl goes on: fetches run, or are tried again."""
    urls = urls_of(["a", "b", "c"])
    web = Web({url: [(0, OSError()) if pause else 1000] for url in urls}, clean_up=3)
    task = asyncio.create_task(crawl(web.fetch, urls, limit=3, per_host=1, timeout=2000, backoff=100))
    await asyncio.sleep(50)
    begun = len(web.begun)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert web.running.total() == 0, "crawl has ended, and a fetch that was cancelled is still cleaning up"
    assert not tasks_left(), tasks_left()
    await asyncio.sleep(5000)
    assert len(web.begun) == begun, "a fetch was begun after the cancellation"


@virtual_time
async def test_nothing_to_do() -> None:
    """Without urls there are no pages."""
    assert await crawl(Web({}).fetch, [], limit=1, per_host=1, timeout=1) == []


@pytest.mark.parametrize(
    "wrong", [{"limit": 0}, {"per_host": 0}, {"timeout": 0}, {"timeout": -1.5}, {"retries": -1}, {"limit": -3}], ids=str
)
@virtual_time
async def test_bad_numbers(wrong: dict[str, Any]) -> None:
    """A number that makes no sense is not refused with a ValueError, or something was fetched before."""
    web = Web({"https://a.example/": [0]})
    good: dict[str, Any] = {"limit": 1, "per_host": 1, "timeout": 1, "retries": 0}
    fetch: Callable[[str], Any] = web.fetch
    for urls in (["https://a.example/"], []):
        with pytest.raises(ValueError):
            await crawl(fetch, urls, **(good | wrong))
    assert web.begun == []
