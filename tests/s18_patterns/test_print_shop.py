"""A copy shop: every job that is accepted is printed once, and at closing time all printers go home.

Under `@interleave` a test is run again for every way in which its threads can take turns. A deadlock, or a
thread that nobody ends, is reported at once.
"""

import queue
import threading
import time
from collections import Counter
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from katas.s18_patterns.print_shop import PrintShop


class Paper:
    """What came out of the printers, and who was at work. The jobs in `jams` raise their error instead."""

    def __init__(self, jams: dict[str, Exception] | None = None) -> None:
        self.printed: list[str] = []
        self.tried: list[str] = []
        self.threads: set[threading.Thread] = set()
        self.jams = jams or {}

    def print_job(self, job: str) -> None:
        self.threads.add(threading.current_thread())
        self.tried.append(job)
        if job in self.jams:
            raise self.jams[job]
        self.printed.append(job)


def crew(before: list[threading.Thread]) -> set[threading.Thread]:
    """The threads that have been started since, and are still there."""
    return set(threading.enumerate()) - set(before)


def at_work(threads: set[threading.Thread]) -> int:
    return sum(thread.is_alive() for thread in threads)


def identities(failed: list[tuple[str, Exception]]) -> Counter[tuple[str, int]]:
    """The jobs with the very error objects, in no order."""
    return Counter((job, id(error)) for job, error in failed)


@interleave(schedules=15)
def test_a_day_in_the_shop() -> None:
    """The plain life of a shop does not work: print, wait for the prints, close."""
    paper = Paper()
    shop = PrintShop(paper.print_job)
    shop.submit("menu")
    shop.flush()
    assert paper.printed == ["menu"]
    shop.submit("poster")
    settle()
    assert paper.printed == ["menu", "poster"], "a job is printed without anybody asking for it"
    assert shop.close() == []


@pytest.mark.parametrize("printers", [0, -1])
@interleave
def test_bad_printers(printers: int) -> None:
    """A shop without printers opened, and would have taken jobs that nobody ever prints."""
    before = threading.enumerate()
    with pytest.raises(ValueError):
        PrintShop(Paper().print_job, printers)
    assert not crew(before), "the refused shop left threads behind"


@given(jobs=st.lists(st.sampled_from(["a", "b", "c", "", "None"]), max_size=4), printers=st.integers(1, 3))
@settings(max_examples=12)
@interleave(schedules=10)
def test_every_job_printed_once(jobs: list[str], printers: int) -> None:
    """An accepted job was not printed, or was printed twice, or close returned before it was."""
    paper = Paper()
    shop = PrintShop(paper.print_job, printers)
    for job in jobs:
        shop.submit(job)
    failed = shop.close()
    assert Counter(paper.printed) == Counter(jobs), f"submitted {jobs}, printed {paper.printed}"
    assert failed == []


@interleave(schedules=40)
def test_two_customers() -> None:
    """Two customers handed in jobs at the same time, and one was lost."""
    paper = Paper()
    shop = PrintShop(paper.print_job)
    together(partial(shop.submit, "his"), partial(shop.submit, "hers"))
    shop.close()
    assert sorted(paper.printed) == ["hers", "his"]


@interleave(schedules=15)
def test_one_printer_keeps_order() -> None:
    """One printer printed in another order than that of submission."""
    paper = Paper({"2": OSError("paper jam")})
    shop = PrintShop(paper.print_job)
    for job in "4213":
        shop.submit(job)
    shop.close()
    assert paper.tried == ["4", "2", "1", "3"]


@interleave(preemptions=0, schedules=1)
def test_no_word_ends_the_day() -> None:
    """A job with a certain text was taken for the sign that the printers may go home."""
    paper = Paper()
    shop = PrintShop(paper.print_job)
    jobs = ["STOP", "stop", "__stop__", "DONE", "END", "EXIT", "QUIT", "CLOSE", "closed", "None", "", "menu"]
    for job in jobs:
        shop.submit(job)
    shop.close()
    assert paper.printed == jobs


@interleave(schedules=15)
def test_submit_does_not_wait() -> None:
    """A customer had to wait at the counter for a printer: for the own job, or for another one."""
    power = threading.Event()
    printed = []

    def print_job(job: str) -> None:
        power.wait()
        printed.append(job)

    shop = PrintShop(print_job)
    for job in "123":
        shop.submit(job)
    assert printed == []
    power.set()
    shop.close()
    assert printed == ["1", "2", "3"]


def test_many_jobs_at_the_counter() -> None:
    """The counter has room for a few jobs only: the next customer has to wait."""
    power = threading.Event()
    printed = []

    def print_job(job: str) -> None:
        power.wait()
        printed.append(job)

    shop = PrintShop(print_job)
    customer = threading.Thread(target=lambda: [shop.submit(str(number)) for number in range(2000)])
    customer.start()
    customer.join(timeout=3)
    waits = customer.is_alive()
    power.set()
    customer.join()
    shop.close()
    assert not waits, "no printer has power, and a customer waits at the counter"
    assert len(printed) == 2000


@interleave(schedules=15)
def test_a_job_may_submit_another() -> None:
    """A print job that hands in its own cover sheet locked the shop up, or the sheet was lost."""
    printed = []

    def print_job(job: str) -> None:
        if job == "book":
            shop.submit("cover")
        printed.append(job)

    shop = PrintShop(print_job)
    shop.submit("book")
    settle()
    shop.close()
    assert printed == ["book", "cover"]


@interleave(schedules=40)
def test_flush_waits_for_the_prints() -> None:
    """flush returned although a job that was accepted before it was still in the queue or in a printer."""
    paper = Paper()
    shop = PrintShop(paper.print_job, printers=2)

    def customer(job: str) -> None:
        shop.submit(job)
        shop.flush()
        assert job in paper.printed, f"flush returned, but {job!r} had not been printed"

    together(partial(customer, "his"), partial(customer, "hers"))
    shop.close()


@interleave(schedules=15)
def test_flush_waits_for_the_right_jobs() -> None:
    """flush only counted: a later job, printed sooner, stood in for the one that it has to wait for."""
    ink = threading.Event()

    def print_job(job: str) -> None:
        if job == "poster":
            ink.wait()

    def customer() -> None:
        shop.submit("poster")
        shop.flush()
        assert ink.is_set(), "flush returned while the job that was accepted before it was still in print"

    def next_customer() -> None:
        settle()  # the poster is in print, and its customer waits in flush
        shop.submit("menu")
        settle()  # the menu is printed
        ink.set()

    shop = PrintShop(print_job, printers=2)
    together(customer, next_customer)
    shop.close()


@interleave
def test_flush_with_nothing_to_do() -> None:
    """flush waited for jobs although there were none."""
    shop = PrintShop(Paper().print_job)
    shop.flush()
    shop.close()


@pytest.mark.parametrize("printers", [1, 2])
@interleave(schedules=15)
def test_flush_after_close_returns(printers: int) -> None:
    """flush never returns once the shop is closed: something was taken from the queue but never reported as done."""
    paper = Paper()
    shop = PrintShop(paper.print_job, printers)
    shop.submit("menu")
    shop.close()
    shop.flush()
    shop.close()  # a second close must not spoil it either
    shop.flush()
    assert paper.printed == ["menu"]


@pytest.mark.parametrize("printers", [1, 2, 3])
@interleave(schedules=30)
def test_all_printers_end(printers: int) -> None:
    """After closing time a printer was still running."""
    before = threading.enumerate()
    paper = Paper()
    shop = PrintShop(paper.print_job, printers)
    shop.submit("menu")
    threads = crew(before)
    shop.close()
    left = at_work(threads | paper.threads)
    assert left == 0, f"{left} of {printers} printer threads had not ended when close returned"


@interleave(schedules=15)
def test_closing_an_idle_shop() -> None:
    """A shop that never had a job could not be closed."""
    before = threading.enumerate()
    shop = PrintShop(Paper().print_job, 2)
    threads = crew(before)
    assert shop.close() == []
    assert not at_work(threads), "a printer was still running when close returned"


ERRORS = [OSError, KeyError, RuntimeError, queue.Empty, StopIteration]


@pytest.mark.parametrize("kind", ERRORS)
@given(jobs=st.lists(st.sampled_from("abc"), min_size=1, max_size=4), jams=st.sets(st.sampled_from("abc"), min_size=1))
@settings(max_examples=4)
@interleave(schedules=5)
def test_failed_job_does_not_stop_the_printer(kind: type[Exception], jobs: list[str], jams: set[str]) -> None:
    """One paper jam, and the jobs behind it were never printed, or flush never returned, or the error was lost."""
    paper = Paper({job: kind(f"{job} is stuck") for job in jams})
    shop = PrintShop(paper.print_job)
    for job in jobs:
        shop.submit(job)
    shop.flush()
    assert paper.tried == jobs, f"submitted {jobs} to one printer, flushed; print_job was called with {paper.tried}"
    failed = shop.close()
    expected = Counter((job, id(paper.jams[job])) for job in jobs if job in jams)
    assert identities(failed) == expected, f"{sorted(jams)} jam, jobs {jobs}: close returned {failed}"
    assert paper.tried == jobs


@interleave(schedules=40)
def test_two_printers_jam_at_once() -> None:
    """Two printers jammed at the same time, and one of the errors was lost."""
    paper = Paper({"a": OSError("first"), "b": OSError("second")})
    shop = PrintShop(paper.print_job, printers=2)
    shop.submit("a")
    shop.submit("b")
    expected = Counter((job, id(error)) for job, error in paper.jams.items())
    assert identities(shop.close()) == expected


@pytest.mark.parametrize("printers", [1, 2])
@interleave(schedules=40)
def test_submit_racing_close(printers: int) -> None:
    """A job came at closing time, was accepted, and not printed when close returned, or close missed that it failed."""
    paper = Paper({"late": OSError("paper jam")})
    shop = PrintShop(paper.print_job, printers)

    def customer() -> bool:
        try:
            shop.submit("late")
        except RuntimeError:
            return False
        return True

    def owner() -> tuple[list[str], list[tuple[str, Exception]]]:
        failed = shop.close()
        return list(paper.tried), failed

    accepted, (tried, failed) = together(customer, owner)
    told, expected = ("accepted", ["late"]) if accepted else ("refused", [])
    assert tried == expected, f"the job was {told}; in print before close returned: {tried}"
    assert paper.tried == tried, "a job was printed after close had returned"
    assert [job for job, _ in failed] == expected, f"the job was {told}, and jams; close returned {failed}"


@interleave(schedules=15)
def test_closed_means_closed() -> None:
    """A closed shop accepted a job."""
    paper = Paper()
    shop = PrintShop(paper.print_job)
    shop.close()
    for _ in range(2):
        with pytest.raises(RuntimeError):
            shop.submit("late")
    shop.close()
    shop.flush()
    assert paper.printed == []


@interleave(schedules=15)
def test_closed_from_the_first_moment_on() -> None:
    """While close was still waiting for a printer, the shop accepted new jobs."""
    power = threading.Event()
    printed = []

    def print_job(job: str) -> None:
        power.wait()
        printed.append(job)

    def customer() -> None:
        settle()  # the owner waits in close for the printer, and the printer for power
        try:
            with pytest.raises(RuntimeError):
                shop.submit("late")
        finally:
            power.set()

    shop = PrintShop(print_job)
    shop.submit("menu")
    together(shop.close, customer)
    assert printed == ["menu"]


@interleave(schedules=15)
def test_closed_for_the_printers_too() -> None:
    """A job that was in print when the shop closed handed in another one, and that was accepted, or all got stuck."""
    power = threading.Event()
    refused = []

    def print_job(job: str) -> None:
        power.wait()
        with pytest.raises(RuntimeError):
            shop.submit("cover")
        refused.append(job)

    def electrician() -> None:
        settle()  # the owner waits in close for the printer, and the printer for power
        power.set()

    shop = PrintShop(print_job)
    shop.submit("book")
    failed, _ = together(shop.close, electrician)
    assert (failed, refused) == ([], ["book"]), "the book was to be printed, and its cover to be refused"


@interleave(schedules=15)
def test_no_printer_has_a_line_of_its_own() -> None:
    """A job waited behind a long one for the same printer, though another printer was idle."""
    bound = threading.Event()
    printed = []

    def print_job(job: str) -> None:
        if job == "book":
            bound.wait()
        printed.append(job)

    shop = PrintShop(print_job, printers=2)
    for job in ("book", "menu", "flyer", "card"):
        shop.submit(job)
    settle()  # one printer has the book, and all the rest is for the other one
    done = list(printed)
    bound.set()
    shop.close()
    assert done == ["menu", "flyer", "card"], f"one printer has the book, the other one is idle; so far: {done}"


@pytest.mark.parametrize("wait", ["flush", "close"])
@interleave(preemptions=0, schedules=1, steps=600_000)
def test_takes_as_long_as_the_prints(wait: str) -> None:
    """A job took a minute (of virtual time), and flush or close did not wait for that."""
    printed = []

    def print_job(job: str) -> None:
        time.sleep(61)
        printed.append(job)

    shop = PrintShop(print_job)
    shop.submit("book")
    getattr(shop, wait)()
    assert printed == ["book"], f"{wait} has returned, and the book is still in print"
    shop.close()


@interleave(preemptions=0, schedules=1, steps=200_000)
def test_a_quiet_moment() -> None:
    """Nobody came for eleven seconds (of virtual time), and the printers went home before closing time."""
    paper = Paper()
    shop = PrintShop(paper.print_job)
    time.sleep(11)
    shop.submit("menu")
    shop.close()
    assert paper.printed == ["menu"], "the job was accepted after a quiet moment, and not printed"


@interleave(schedules=25)
def test_close_twice() -> None:
    """Of two calls of close, one returned before the shop was closed, or without the failed jobs."""
    error = OSError("paper jam")
    paper = Paper({"a": error})
    shop = PrintShop(paper.print_job)
    shop.submit("a")
    shop.submit("b")

    def owner() -> list[tuple[str, Exception]]:
        failed = shop.close()
        assert paper.tried == ["a", "b"], f"close returned when {paper.tried} had been tried"
        assert not at_work(paper.threads), "close returned, a printer was still running"
        return failed

    for failed in together(owner, owner):
        assert identities(failed) == Counter([("a", id(error))])
    assert identities(shop.close()) == Counter([("a", id(error))]), "a later close knows the failed jobs too"
    shop.flush()


@interleave(schedules=15)
def test_list_belongs_to_the_caller() -> None:
    """Somebody crossed out a failed job on the list that close gave them, and it was gone from the shop's books."""
    shop = PrintShop(Paper({"a": OSError("paper jam")}).print_job)
    shop.submit("a")
    shop.close().clear()
    assert [job for job, _ in shop.close()] == ["a"]


@pytest.mark.parametrize("printers", [1, 2, 6])
@interleave(schedules=12)
def test_printers_work_at_once(printers: int) -> None:
    """The printers did not all work at the same time: some stood idle while jobs were waiting."""
    meeting = threading.Barrier(printers)

    def print_job(job: str) -> None:
        meeting.wait()

    shop = PrintShop(print_job, printers)
    for number in range(printers):
        shop.submit(str(number))
    assert shop.close() == []


@interleave(schedules=30)
def test_an_idle_printer_takes_the_next_job() -> None:
    """A printer stood idle while a job waited: flush kept it, or somebody who waits in flush was woken in its place."""
    meeting, proof_read = threading.Barrier(2), threading.Event()

    def print_job(job: str) -> None:
        if job == "menu":
            proof_read.wait()
        else:
            meeting.wait()

    def customer() -> None:
        shop.submit("poster")
        shop.submit("menu")
        shop.flush()

    def next_customer() -> None:
        settle()  # both printers are at work, and a customer waits in flush
        proof_read.set()
        settle()  # one printer is idle now
        shop.submit("flyer")

    shop = PrintShop(print_job, printers=2)
    together(customer, next_customer)
    assert shop.close() == []


@interleave(schedules=15)
def test_no_more_printers_than_asked_for() -> None:
    """More printers were at work at the same time than the shop has."""
    power = threading.Event()
    started = []

    def print_job(job: str) -> None:
        started.append(job)
        power.wait()

    shop = PrintShop(print_job, printers=2)
    for job in "123":
        shop.submit(job)
    settle()
    assert len(started) == 2, f"a shop with 2 printers has {len(started)} jobs in print"
    power.set()
    shop.close()


@interleave(schedules=15)
def test_two_shops() -> None:
    """Closing one shop closed another one, or their jobs were mixed up."""
    mine, yours = Paper(), Paper()
    my_shop, your_shop = PrintShop(mine.print_job), PrintShop(yours.print_job)
    my_shop.close()
    your_shop.submit("menu")
    your_shop.close()
    assert (mine.printed, yours.printed) == ([], ["menu"])
