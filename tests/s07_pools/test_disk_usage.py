"""A drive of any depth is summed up by a few workers, none of which waits for another.

Under `@interleave` a test is run again for every way in which its threads can take turns. A deadlock is reported at
once, and time is virtual: sleeping costs nothing.
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

from dojo.interleave import interleave, settle, together
from katas.s07_pools.disk_usage import Listing, disk_usage

Drive = dict[str, Listing]
HELPERS = 3  # threads that list nothing: multiprocessing.pool.ThreadPool has so many


def drive_of(parents: list[int], sizes: list[list[int]]) -> Drive:
    """Folder n + 1 lies in folder parents[n]; the root is "0". Each has files of the given sizes."""
    children: dict[str, list[str]] = {str(number): [] for number in range(len(parents) + 1)}
    for number, parent in enumerate(parents, start=1):
        children[str(parent)].append(str(number))
    return {path: Listing(tuple(sizes[int(path)]), tuple(below)) for path, below in children.items()}


def wide(folders: int) -> Drive:
    """A root with so many folders; folder n holds one file of n bytes."""
    return drive_of([0] * folders, [[number] for number in range(folders + 1)])


def chain(levels: int) -> Drive:
    """Each folder holds one folder and one file of a byte."""
    return drive_of(list(range(levels - 1)), [[1]] * levels)


@st.composite
def drives(draw: st.DrawFn, most: int = 12) -> Drive:
    parents = [draw(st.integers(0, number)) for number in range(draw(st.integers(0, most - 1)))]
    sizes = st.lists(st.integers(0, 1000), max_size=3)
    return drive_of(parents, [draw(sizes) for _ in range(len(parents) + 1)])


def total_of(drive: Drive) -> int:
    return sum(sum(listing.sizes) for listing in drive.values())


@interleave(schedules=5)
def test_single_folder() -> None:
    """The files of a folder without folders are not summed up, the root is called "", or the total is no exact int."""
    assert disk_usage("/", lambda path: Listing((3, 4, 4), ())) == 11
    assert disk_usage("", lambda path: Listing((3, 4), ())) == 7, 'the path of a folder may be ""'
    assert disk_usage("/", lambda path: Listing((2**60, 1), ())) == 2**60 + 1, "large totals are exact as well"
    assert disk_usage("/", lambda path: Listing((), ()), max_workers=1) == 0


@settings(max_examples=10)
@given(drive=drives(), workers=st.integers(1, 4))
@interleave(preemptions=0, schedules=1)
def test_total(drive: Drive, workers: int) -> None:
    """The total is wrong, or a folder was listed twice or never."""
    listed: list[str] = []

    def list_folder(path: str) -> Listing:
        listed.append(path)
        return drive[path]

    total = disk_usage("0", list_folder, workers)
    assert Counter(listed) == dict.fromkeys(drive, 1), f"of the folders {list(drive)} these were listed: {listed}"
    assert total == total_of(drive), f"disk_usage of {drive} returned {total}, not {total_of(drive)}"


@pytest.mark.parametrize("workers", [1, 2, 3])
@interleave(schedules=10)
def test_deep_chain(workers: int) -> None:
    """Folders within folders: every worker waits for a task that only a worker could run."""
    assert disk_usage("0", chain(5).__getitem__, workers) == 5


def test_very_deep() -> None:
    """At some depth the stack, the threads or the workers run out."""
    deep_with_two_workers()
    assert disk_usage("0", chain(3000).__getitem__, max_workers=2) == 3000


@interleave(preemptions=0, schedules=1)
def deep_with_two_workers() -> None:
    """Tells at once what would hang."""
    drive, before = chain(100), threading.active_count()

    def list_folder(path: str) -> Listing:
        threads = threading.active_count() - before
        assert threads <= 2 + HELPERS, f"{threads} threads at level {path}, with max_workers=2"
        return drive[path]

    assert disk_usage("0", list_folder, max_workers=2) == 100


@pytest.mark.parametrize("workers", [2, 3])
@pytest.mark.parametrize("depth", [1, 2])
@interleave(preemptions=0, schedules=8)  # preempted, ThreadPoolExecutor itself may do with fewer threads
def test_siblings_overlap(workers: int, depth: int) -> None:
    """Folders of one listing were listed one after the other: each of these waits until all workers have one."""
    everybody = threading.Barrier(workers)
    drive = drive_of([0] * workers if depth == 1 else [0] + [1] * workers, [[1]] * (workers + depth))
    siblings = list(drive)[-workers:]

    def list_folder(path: str) -> Listing:
        if path in siblings:
            everybody.wait()
        else:
            settle()  # workers that find nothing to do go as far as they can
        return drive[path]

    assert disk_usage("0", list_folder, workers) == workers + depth


@interleave(preemptions=0, schedules=3, naps=True)
def test_slow_drive() -> None:
    """Listing a folder took a day: workers that had nothing to do went home, or somebody lost patience."""
    drive, everybody = wide(3), threading.Barrier(3)

    def list_folder(path: str) -> Listing:
        time.sleep(86_400)
        if path != "0":
            everybody.wait()  # the root took a day, and there are three workers still
        return drive[path]

    total = disk_usage("0", list_folder, max_workers=3)
    assert total == 6, f"files of 0, 1, 2 and 3 bytes, each listing took a day, together {total}"


@interleave(preemptions=0, schedules=1)
def test_default_is_four_workers() -> None:
    """Without a word about workers there are not four."""
    drive = wide(9)
    inside: set[str] = set()
    most = 0

    def list_folder(path: str) -> Listing:
        nonlocal most
        inside.add(path)
        most = max(most, len(inside))
        time.sleep(0.1)
        inside.remove(path)
        return drive[path]

    assert disk_usage("0", list_folder) == 45
    assert most == 4, f"of 9 folders {most} were listed at once"


@settings(max_examples=10)
@given(drive=drives(most=20), workers=st.integers(1, 4))
@example(drive=wide(8), workers=2)
@example(drive=drive_of([0, 0, 1, 1, 2, 2], [[]] * 7), workers=2)
@interleave(preemptions=0, schedules=1)
def test_cap(drive: Drive, workers: int) -> None:
    """More listings ran at once than there may be workers, or the threads grow in number with the folders."""
    before = set(threading.enumerate())
    inside: set[str] = set()
    most_listings = most_threads = 0

    def list_folder(path: str) -> Listing:
        nonlocal most_listings, most_threads
        inside.add(path)
        most_listings = max(most_listings, len(inside))
        most_threads = max(most_threads, len(set(threading.enumerate()) - before))
        time.sleep(0.1)
        inside.remove(path)
        return drive[path]

    disk_usage("0", list_folder, workers)
    assert most_listings <= workers, f"{most_listings} listings ran at once, with max_workers={workers}"
    assert most_threads <= workers + HELPERS, f"there were {most_threads} threads, with max_workers={workers}"


@settings(max_examples=10)
@given(
    drive=drives(),
    workers=st.integers(1, 3),
    place=st.integers(0, 11),
    kind=st.sampled_from([OSError, RuntimeError, KeyError, TimeoutError]),
)
@interleave(preemptions=0, schedules=3)
def test_error_arrives(drive: Drive, workers: int, place: int, kind: type[Exception]) -> None:
    """A folder could not be listed, and the caller got a total, or another error."""
    bad = str(place % len(drive))
    gone = kind(bad)
    came = outcome(drive, bad, gone, workers)
    # Not `is`: asyncio passes a TimeoutError on as a copy.
    assert repr(came) == repr(gone), f"listing {bad!r} raised {gone!r}, disk_usage ended with {came!r}"


def outcome(drive: Drive, bad: str, error: Exception, workers: int) -> int | Exception:
    """What disk_usage returns or raises, when the bad folder cannot be listed."""

    def list_folder(path: str) -> Listing:
        time.sleep(0.1)
        if path == bad:
            raise error
        return drive[path]

    return outcome_of(partial(disk_usage, "0", list_folder, workers))


def outcome_of(call: Callable[[], int]) -> int | Exception:
    try:
        return call()
    except AssertionError:
        raise
    except Exception as came:
        return came


@pytest.mark.parametrize("kind", [queue.Empty, IndexError, KeyError, TimeoutError, RuntimeError])
@interleave(preemptions=0, schedules=1)
def test_error_that_looks_like_yours(kind: type[Exception]) -> None:
    """What list_folder raised was taken for the word of your own queue, list or pool, and a total was returned."""
    gone = kind("2")
    came = outcome(wide(3), "2", gone, workers=2)
    assert repr(came) == repr(gone), f"listing '2' raised {gone!r}, disk_usage ended with {came!r}"


class NotReachable(Exception):
    """An error of the drive's own."""


@pytest.mark.parametrize("workers", [1, 2])
@interleave(preemptions=0, schedules=1)
def test_error_stops_the_walk(workers: int) -> None:
    """A folder could not be listed, and all that was queued was listed nevertheless."""
    gone = NotReachable("timeout")
    drive = wide(12)
    begun: list[str] = []
    before_the_error: list[str] = []

    def list_folder(path: str) -> Listing:
        begun.append(path)
        time.sleep(0.1)
        if begun.index(path) == 2:  # the root is 0; whichever folders come next
            before_the_error.extend(begun)
            raise gone
        return drive[path]

    with pytest.raises(NotReachable) as raised:
        disk_usage("0", list_folder, workers)
    assert raised.value is gone
    afterwards = len(begun) - len(before_the_error)
    assert afterwards <= workers, f"{afterwards} listings began after the error, max_workers={workers}"


@interleave(preemptions=0, schedules=3)
def test_error_beside_a_deep_branch() -> None:
    """A folder could not be listed, and its neighbour was listed to the last level, or what was found there hid it."""
    gone = NotReachable("timeout")
    drive = drive_of([0, 0, *range(2, 20)], [[1]] * 21)  # 2 holds 3, which holds 4, and so on
    begun: list[str] = []
    before_the_error: list[str] = []

    def list_folder(path: str) -> Listing:
        begun.append(path)
        time.sleep(0.35 if path == "1" else 0.1)
        if path == "1":
            before_the_error.extend(begun)
            raise gone
        return drive[path]

    came = outcome_of(partial(disk_usage, "0", list_folder, max_workers=2))
    assert came is gone, f"listing '1' raised {gone!r}, disk_usage ended with {came!r}"
    afterwards = begun[len(before_the_error) :]
    assert len(afterwards) <= 2, f"after the error these were listed, with max_workers=2: {afterwards}"


@interleave(preemptions=0, schedules=3)
def test_two_errors() -> None:
    """Two folders could not be listed at the same time, and what came out was neither of the two errors."""
    errors = {"1": NotReachable("1"), "2": NotReachable("2")}
    both_inside = threading.Barrier(2)

    def list_folder(path: str) -> Listing:
        if path == "0":
            return Listing((), ("1", "2"))
        both_inside.wait()
        raise errors[path]

    came = outcome_of(partial(disk_usage, "0", list_folder, max_workers=2))
    assert came in errors.values(), f"the listings raised {list(errors.values())}, disk_usage ended with {came!r}"


@interleave(schedules=30)
def test_any_schedule() -> None:
    """The total depends on which thread had its turn when."""
    drive = drive_of([0, 0, 1, 2], [[1], [2], [4], [8], [16]])

    def list_folder(path: str) -> Listing:
        return drive[path]

    assert disk_usage("0", list_folder, max_workers=2) == 31


class SlowSizes(tuple[int, ...]):
    """It takes a while to read them: time for the others."""

    def __iter__(self) -> Iterator[int]:
        time.sleep(0.1)
        return super().__iter__()


@interleave(preemptions=0, schedules=1)
def test_sizes_summed_up_at_the_same_time() -> None:
    """Two workers read the total, each adds its folder's sizes, and the one that writes last wins."""
    drive = {path: Listing(SlowSizes(sizes), folders) for path, (sizes, folders) in wide(4).items()}
    total = disk_usage("0", drive.__getitem__, max_workers=2)
    assert total == 10, f"files of 0, 1, 2, 3 and 4 bytes, together {total}"


@interleave(preemptions=0, schedules=3)
def test_two_drives_at_once() -> None:
    """Two threads sum up a drive each, and one call has disturbed the other, or waits until the other one is ready."""
    both_inside = threading.Barrier(2)

    def total(drive: Drive) -> int:
        def list_folder(path: str) -> Listing:
            if path == "0":
                both_inside.wait()
            time.sleep(0.1)
            return drive[path]

        return disk_usage("0", list_folder, max_workers=2)

    both = [wide(4), chain(3)]
    totals = together(*[partial(total, drive) for drive in both])
    assert totals == [10, 3], f"the totals are 10 and 3, the two calls returned {totals}"


@interleave(preemptions=0, schedules=3)
def test_error_of_another_call() -> None:
    """One call failed while another one ran, and this one stopped as well, or the first forgot its error."""
    gone, bad_drive, drive = OSError("1"), wide(4), wide(9)
    failed, total = together(
        lambda: outcome(bad_drive, "1", gone, workers=2), lambda: outcome(drive, "", gone, workers=2)
    )
    assert failed is gone, f"listing '1' raised {gone!r}, disk_usage ended with {failed!r}"
    assert total == 45, f"no error came to the call for the other drive; it ended with {total!r}"


@pytest.mark.parametrize("max_workers", [0, -1])
@interleave(schedules=3)
def test_bad_max_workers(max_workers: int) -> None:
    """Without workers nothing can be listed: ValueError, and list_folder is not called."""
    listed: list[str] = []

    def list_folder(path: str) -> Listing:
        listed.append(path)
        return Listing((), ())

    with pytest.raises(ValueError):
        disk_usage("/", list_folder, max_workers)
    assert listed == []


@pytest.mark.parametrize("bad", ["", "0", "3"], ids=["all well", "the root fails", "folder 3 fails"])
@interleave(schedules=10)
def test_no_thread_left(bad: str) -> None:
    """The total or the error is there, and threads are still running."""
    before = set(threading.enumerate())
    came = outcome(drive_of([0, 0, 1], [[1]] * 4), bad, OSError(bad), workers=3)
    left = set(threading.enumerate()) - before
    assert not left, f"still there after disk_usage ended with {came!r}: {left}"
