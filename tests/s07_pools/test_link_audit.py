"""Each link has its own outcome; the probes overlap, but never more of them than there are workers.

Under `@interleave` a test is run again for every way in which its threads can take turns, and time is virtual:
sleeping costs nothing.
"""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, together
from katas.s07_pools.link_audit import audit_links

URLS = st.lists(st.sampled_from("abcdef"), max_size=8)


def status(url: str) -> int:
    """A different one for each URL; 0 for "a", and -1 for the link that somebody left empty."""
    return ord(url) - ord("a") if url else -1


@interleave(schedules=3)
def test_statuses_in_order() -> None:
    """The report is in the order in which the probes came back, or is not complete."""
    latency = {"c": 3, "b": 2, "a": 1}

    def probe(url: str) -> int:
        time.sleep(latency[url])
        return status(url)

    report = audit_links(["c", "b", "a"], probe)
    assert list(report.items()) == [("c", 2), ("b", 1), ("a", 0)]


@interleave(schedules=3)
def test_no_links() -> None:
    """A page without links is no reason to fail."""
    assert audit_links([], status) == {}
    assert audit_links(iter([]), status, max_workers=1) == {}


@interleave(schedules=3)
def test_links_that_come_slowly() -> None:
    """The links come from a generator that takes its time, and two workers asked it at once, or one gave up."""

    def pages() -> Iterator[str]:
        for url in "abca":
            time.sleep(1)
            yield url

    assert audit_links(pages(), status, max_workers=2) == {"a": 0, "b": 1, "c": 2}


@settings(max_examples=20)
@given(urls=URLS, workers=st.integers(1, 3))
@example(urls=["", "b", ""], workers=2)
@example(urls=["/", "b", " ", "B", ""], workers=2)  # alike, and each a URL of its own
@interleave(preemptions=0, schedules=1)
def test_repeated_url_probed_once(urls: list[str], workers: int) -> None:
    """A link that stands on several pages was probed several times, or the report is not in the order of the pages."""
    probed: list[str] = []

    def probe(url: str) -> int:
        probed.append(url)
        return status(url)

    report = audit_links(iter(urls), probe, workers)
    assert Counter(probed) == dict.fromkeys(urls, 1), f"for {urls} these were probed: {probed}"
    assert list(report.items()) == [(url, status(url)) for url in dict.fromkeys(urls)]


class HostGone(Exception):
    """An error of the prober's own."""


KINDS = [OSError, ValueError, TimeoutError, HostGone, KeyError, StopIteration]
ERRORS = st.sampled_from(KINDS)


@settings(max_examples=20)
@given(urls=URLS, failing=st.dictionaries(st.sampled_from("abcdef"), ERRORS, min_size=1), workers=st.integers(1, 3))
@example(urls=["a", "b", "c"], failing={"a": HostGone, "b": queue.Empty, "c": StopIteration}, workers=1)
@example(urls=list("abcdefghijkl."), failing=dict(zip("abcdefghijkl", KINDS * 2, strict=True)), workers=1)
@interleave(preemptions=0, schedules=1)
def test_failure_is_an_outcome(urls: list[str], failing: dict[str, type[Exception]], workers: int) -> None:
    """A dead link hid the others, or its verdict is not the very exception that its probe raised."""
    expected: dict[str, int | Exception] = {
        url: failing[url](url) if url in failing else status(url) for url in dict.fromkeys(urls)
    }

    def probe(url: str) -> int:
        verdict = expected[url]
        time.sleep(1)  # whoever waits for the probe before hears of it meanwhile
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    report = audit_links(urls, probe, workers)
    assert list(report) == list(expected)
    for url, verdict in expected.items():
        assert report[url] is verdict, f"the report on {url!r} is {report[url]!r}, its probe ended with {verdict!r}"


@interleave(schedules=3)
def test_slow_probe_is_awaited() -> None:
    """Nobody had the patience to wait for a slow host."""

    def probe(url: str) -> int:
        time.sleep(3600 if url == "slow" else 1)
        return 200

    assert audit_links(["slow", "quick"], probe) == {"slow": 200, "quick": 200}


@pytest.mark.parametrize(
    ("urls", "workers"),
    [("ab", 2), ("abc", 3), ("aab", 2), ("ab", 50), ("abcd", 2)],
    ids=["2 links", "3 links", "2 distinct links", "50 workers", "2 at a time"],
)
@interleave(schedules=8)
def test_workers_overlap(urls: str, workers: int) -> None:
    """Probes that could have run at the same time did not: each of these waits until all workers have one."""
    everybody = threading.Barrier(min(workers, len(set(urls))))

    def probe(url: str) -> int:
        everybody.wait()
        return status(url)

    assert audit_links(urls, probe, workers) == {url: status(url) for url in urls}


@interleave(preemptions=0, schedules=1)
def test_default_is_eight_workers() -> None:
    """Without a word about workers there are not eight."""
    most = most_at_once(20, audit_links)
    assert most == 8, f"of 20 links {most} were probed at once"


@interleave(preemptions=0, schedules=1, steps=200_000)  # each wait() looks at a hundred futures
def test_as_many_workers_as_asked_for() -> None:
    """Somebody who may open a hundred connections got fewer."""
    most = most_at_once(101, partial(audit_links, max_workers=100))
    assert most == 100, f"of 101 links {most} were probed at once, with max_workers=100"


def most_at_once(links: int, audit: Callable[..., dict[str, object]]) -> int:
    """How many probes run at the same time."""
    inside: set[str] = set()
    most = 0

    def probe(url: str) -> int:
        nonlocal most
        inside.add(url)
        most = max(most, len(inside))
        time.sleep(1)
        inside.remove(url)
        return 200

    report = audit(map(str, range(links)), probe)
    assert len(report) == links, f"the URLs came from an iterator of {links}, and the report has {len(report)}"
    return most


@interleave(schedules=10)
def test_free_worker_takes_the_next_link() -> None:
    """A worker was done, and a link waited for its slow neighbour, perhaps in a batch."""
    quick = list(map(str, range(12)))
    reached: list[str] = []
    all_reached = threading.Event()

    def probe(url: str) -> int:
        if url == "slow":
            all_reached.wait()
        else:
            reached.append(url)
            if len(reached) == len(quick):
                all_reached.set()
        return 200

    assert list(audit_links(["slow", *quick], probe, max_workers=2)) == ["slow", *quick]


@settings(max_examples=20)
@given(links=st.integers(1, 12), workers=st.integers(1, 5))
@interleave(preemptions=0, schedules=1)
def test_never_more_than_max_workers(links: int, workers: int) -> None:
    """More connections were open at a time than the proxy allows."""
    most = most_at_once(links, partial(audit_links, max_workers=workers))
    assert most <= workers, f"{most} probes ran at a time, with max_workers={workers}"


@interleave(schedules=25)
def test_same_report_on_every_schedule() -> None:
    """The report depends on which thread had its turn when."""
    gone = HostGone("b")

    def probe(url: str) -> int:
        if url == "b":
            raise gone
        return status(url)

    report = audit_links("abcd", probe, max_workers=2)
    assert list(report.items()) == [("a", 0), ("b", gone), ("c", 2), ("d", 3)]


@interleave(preemptions=0, schedules=1)
def test_next_audit_probes_again() -> None:
    """A host was back, and the next report still told what the last one had found, or the last report has changed."""
    statuses = {"a": 404, "b": 200, "c": 301}
    first = audit_links("ab", statuses.__getitem__)
    statuses["a"] = 200
    second = audit_links("ac", statuses.__getitem__)
    assert (first, second) == ({"a": 404, "b": 200}, {"a": 200, "c": 301})


@interleave(preemptions=0, schedules=3)
def test_two_audits_at_once() -> None:
    """Two sites were audited at the same time: one waited for the other, or its report holds what belongs to it."""
    both_sites = threading.Barrier(2)

    def probe(url: str) -> int:
        if url in "ad":  # the first links of the two sites, which wait for each other
            both_sites.wait()
        time.sleep(1)
        return status(url)

    first, second = together(lambda: audit_links("abc", probe, 2), lambda: audit_links("de", probe, 2))
    assert (first, second) == ({"a": 0, "b": 1, "c": 2}, {"d": 3, "e": 4})


@interleave(preemptions=0, schedules=3)
def test_two_audits_of_the_same_link() -> None:
    """Two audits have a link in common and it was probed for one of them only, or they shared their workers."""
    everybody = threading.Barrier(4)

    def probe(url: str) -> int:
        everybody.wait()
        return status(url)

    first, second = together(lambda: audit_links("ab", probe, 2), lambda: audit_links("bc", probe, 2))
    assert (first, second) == ({"a": 0, "b": 1}, {"b": 1, "c": 2})


@pytest.mark.parametrize("max_workers", [0, -1])
@interleave(schedules=3)
def test_bad_max_workers(max_workers: int) -> None:
    """Without workers nothing can be probed: ValueError, also when there is nothing to probe."""
    for urls in (["a"], []):
        with pytest.raises(ValueError):
            audit_links(urls, status, max_workers)


@pytest.mark.parametrize("dead", [False, True], ids=["all well", "dead link"])
@interleave
def test_no_thread_left(dead: bool) -> None:
    """The report is there, and threads are still running."""

    def probe(url: str) -> int:
        if dead and url == "b":
            raise HostGone(url)
        return status(url)

    before = set(threading.enumerate())
    audit_links("ab", probe, max_workers=2)
    left = set(threading.enumerate()) - before
    assert not left, f"still there after the call: {left}"
