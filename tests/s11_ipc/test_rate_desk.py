"""A server and a client at the two ends of a pipe: each is tested alone, with a helper at the other end, then both."""

from __future__ import annotations

import multiprocessing
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.leaks import no_descriptor_left
from dojo.processes import impatient_pipes, is_running, started, within
from katas.s11_ipc.rate_desk import Client, RemoteError, ServerGone, serve, start_desk

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
SECONDS = 12.0
"""After which a call is thought to hang."""


def hang_up(conn: Connection) -> None:
    """Close this end; who waits at it or at the other one wakes."""
    if not conn.closed and sys.platform != "win32":
        with suppress(OSError), socket.socket(fileno=os.dup(conn.fileno())) as end:
            end.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        conn.close()


@contextmanager
def at_the_other_end(life: Callable[[Connection], Any]) -> Iterator[Connection]:
    """This end of a pipe, while life(other end) runs in a thread. In the end nobody is stuck, and both are closed."""
    ours, theirs = Pipe()
    failures: list[Exception] = []

    def run() -> None:
        try:
            life(theirs)
        except Exception as error:
            failures.append(error)
        finally:
            hang_up(theirs)

    thread = Thread(target=run, name="the other end")
    thread.start()
    failed = True
    try:
        yield ours
        failed = False
    finally:
        # What went wrong over there, before the pipe is cut here; that it has ended is no cause but an effect.
        cause = next((error for error in failures if not isinstance(error, (EOFError, OSError))), None)
        hang_up(ours)
        if failed:
            hang_up(theirs)
        thread.join(SECONDS)
        if failed and cause is not None:
            raise cause
    if failures:
        raise failures[0]


@contextmanager
def asking(life: Callable[[Connection], Any]) -> Iterator[Client]:
    """A client, while life(other end) runs in a thread."""
    with at_the_other_end(life) as conn:
        client = Client(conn)
        yield client
        within(client.close, SECONDS)


def echo(conn: Connection) -> None:
    """A server that takes one request at a time and gives it back."""
    with suppress(EOFError, OSError):
        while (message := conn.recv()) is not None:
            number, request = message
            assert isinstance(number, int), "ids are of type int"
            conn.send((number, True, request))


def answer_from(conn: Connection) -> Any:
    """What the server answers."""
    try:
        return conn.recv()
    except (EOFError, OSError):
        pytest.fail("the server has ended, and no answer has come")


def ask_many(client: Client, *requests: Any) -> list[Any]:
    """client.ask_many, with a limit."""
    return within(lambda: client.ask_many(requests), SECONDS)


# What the server runs: found by name, whatever the start method.


class Closed(Exception):
    """An error of the handler's own."""


class Sealed:
    """Refuses to be pickled, with an error of its own."""

    def __reduce__(self) -> str:
        raise KeyError("sealed")


def rate(request: Any) -> Any:
    """A handler that answers, fails or dies, as asked."""
    match request:
        case "KeyError":
            raise KeyError("XXX", 4)
        case "OSError":
            raise OSError("no line to the exchange")
        case "EOFError":
            raise EOFError("the list ends early")
        case "Closed":
            raise Closed("until Monday")
        case "lambda":
            return lambda: None
        case "lock":
            return Lock()
        case "sealed":
            return Sealed()
        case "nothing":
            return None
        case "die":
            assert multiprocessing.parent_process() is not None, "the desk runs in the caller's own process"
            os._exit(1)
        case int():
            return "x" * request
    return f"rate of {request}", os.getpid()


def serve_to_the_end(conn: Connection, file: Path) -> None:
    """What a process of the test runs: leaves a file when serve has returned."""
    serve(conn, rate)
    file.touch()


# The server.


def test_serve_answers() -> None:
    """The server does not answer each request under its id, one after the other."""
    with at_the_other_end(lambda conn: serve(conn, rate)) as conn:
        for request in ("EUR", None):
            conn.send((7, request))
            assert answer_from(conn) == (7, True, (f"rate of {request}", os.getpid()))
        conn.send((8, "nothing"))
        assert answer_from(conn) == (8, True, None)
        for number in (3, 0, 2):
            conn.send((number, number))
        assert [answer_from(conn) for _ in range(3)] == [(3, True, "xxx"), (0, True, ""), (2, True, "xx")]


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ("KeyError", "KeyError: ('XXX', 4)"),
        ("OSError", "OSError: no line to the exchange"),
        ("EOFError", "EOFError: the list ends early"),
        ("Closed", "Closed: until Monday"),
    ],
)
def test_serve_survives_errors(request_: str, text: str) -> None:
    """An error of the handler ends the server, or does not arrive as "TypeName: message"."""
    with at_the_other_end(lambda conn: serve(conn, rate)) as conn:
        conn.send((1, request_))
        assert answer_from(conn) == (1, False, text)
        conn.send((2, 3))
        assert answer_from(conn) == (2, True, "xxx")


@pytest.mark.parametrize("request_", ["lambda", "lock", "sealed"])
def test_serve_unpicklable_reply(request_: str) -> None:
    """A reply that cannot be pickled ends the server, or is not answered at all."""
    with at_the_other_end(lambda conn: serve(conn, rate)) as conn:
        conn.send((1, request_))
        assert answer_from(conn)[:2] == (1, False)
        conn.send((2, 3))
        assert answer_from(conn) == (2, True, "xxx")


@pytest.mark.parametrize("how", ["None", "closed", "closed unread", "closed after an unread reply"])
def test_serve_ends(how: str) -> None:
    """The server does not end when it is told to, or when its client is gone, or it raises then."""
    ended = []

    def life(conn: Connection) -> None:
        serve(conn, rate)
        ended.append(how)

    with at_the_other_end(life) as conn:
        if how == "None":
            conn.send(None)
            assert conn.poll(SECONDS), "the server was told None, and has not ended"
        elif how == "closed unread":
            conn.send((1, 1_000_000))
            assert conn.poll(SECONDS)
        elif how == "closed after an unread reply":
            conn.send((1, 3))
            assert conn.poll(SECONDS)
            conn.close()  # the server, which waits for the next request, may be told of a reset, and not of the end
    assert ended == [how]


# The client.


def test_ask() -> None:
    """One question does not get its answer."""
    with asking(echo) as client:
        assert within(lambda: client.ask("EUR"), SECONDS) == "EUR"
        assert within(lambda: client.ask(None), SECONDS) is None
        assert ask_many(client, 1, "2", [3]) == [1, "2", [3]]
        assert ask_many(client) == []
        reply = within(lambda: client.ask(KeyError("XXX")), SECONDS)
        assert isinstance(reply, KeyError), "an error object may be a reply, too"


def test_equal_requests_are_all_asked() -> None:
    """Of two equal requests only one is sent, or both get the same reply."""

    def life(conn: Connection) -> None:
        rates = iter([0.9, 1.1])
        while (message := conn.recv()) is not None:
            conn.send((message[0], True, next(rates)))

    with asking(life) as client:
        assert ask_many(client, "EUR", "EUR") == [0.9, 1.1]


@given(order=st.permutations(range(4)))
@settings(max_examples=10)
def test_replies_in_any_order(order: list[int]) -> None:
    """The server answers in another order, and a request gets the reply to another one."""

    def life(conn: Connection) -> None:
        requests = [conn.recv() for _ in order]
        for index in order:
            number, request = requests[index]
            conn.send((number, True, f"reply to {request}"))
        conn.recv()

    with asking(life) as client:
        assert ask_many(client, *"abcd") == [f"reply to {request}" for request in "abcd"]


def test_requests_are_pipelined() -> None:
    """The client waits for a reply before it has sent all requests, with few or with many."""
    requests = list(range(500))
    seen = []

    def life(conn: Connection) -> None:
        messages = [conn.recv()]
        while len(messages) < len(requests) and conn.poll(1.0):
            messages.append(conn.recv())
        seen.append(len(messages))
        for number, request in messages:
            conn.send((number, True, request))
        echo(conn)

    with asking(life) as client:
        assert ask_many(client, *requests) == requests
    assert seen == [len(requests)], "so many of 500 requests had come, a second after the last"


def test_big_both_ways() -> None:
    """Client and server both wait in send, for the other to read: a deadlock."""
    with asking(echo) as client:
        replies = within(lambda: client.ask_many([letter * 500_000 for letter in "abcdef"]), 6)
    assert [(reply[:1], len(reply)) for reply in replies] == [(letter, 500_000) for letter in "abcdef"]


def test_many_both_ways() -> None:
    """Small requests fill a pipe, too, if there are many: client and server both wait in send. A deadlock."""
    requests = list(range(1500))
    with asking(echo) as client:
        replies = within(lambda: client.ask_many(requests), 6)
    assert replies == requests


def test_failure_leaves_client_usable() -> None:
    """After a failed request its neighbours' replies are still in the pipe, and are taken for those to later ones."""

    def life(conn: Connection) -> None:
        requests = [conn.recv() for _ in range(4)]
        for number, request in reversed(requests):
            conn.send((number, not request.startswith("bad"), f"reply to {request}"))
        echo(conn)

    with asking(life) as client:
        with pytest.raises(RemoteError) as raised:
            ask_many(client, "fine", "bad 1", "fine, too", "bad 2")
        assert str(raised.value) == "reply to bad 1", "it is the first request that failed that counts"
        assert ask_many(client, "next") == ["next"]


def test_unpicklable_request_sends_nothing() -> None:
    """A request cannot be pickled, and those before it are on their way already: their replies have no reader."""
    seen = []

    def life(conn: Connection) -> None:
        while (message := conn.recv()) is not None:
            seen.append(message[1])
            conn.send((message[0], True, message[1]))

    with asking(life) as client:
        with pytest.raises(Exception, match="pickle") as raised:
            ask_many(client, "first", "second", Lock())
        assert not isinstance(raised.value, (RemoteError, ServerGone))
        with pytest.raises(LookupError) as raised:
            ask_many(client, "first", Sealed())
        assert str(raised.value) == "'sealed'", "the very error of pickle"
        assert ask_many(client, "next") == ["next"]
    assert seen == ["next"]


def test_server_that_thinks() -> None:
    """The server lives and takes its time, and the client said that it is gone. (There is no time limit.)"""

    def life(conn: Connection) -> None:
        number, request = conn.recv()
        time.sleep(0.5)
        conn.send((number, True, request))
        echo(conn)

    with asking(life) as client, impatient_pipes():
        assert ask_many(client, "EUR") == ["EUR"]


@pytest.mark.parametrize("answered", [0, 1])
@pytest.mark.parametrize("size", [1, 1_000_000])
def test_server_goes_away(answered: int, size: int) -> None:
    """The server hangs up, and the client waits for ever, raises something else or leaves a sender behind."""

    def life(conn: Connection) -> None:
        for _ in range(answered):
            number, request = conn.recv()
            conn.send((number, True, request))
        conn.recv()

    with asking(life) as client:
        for _ in range(2):
            with pytest.raises(ServerGone):
                ask_many(client, *[letter * size for letter in "abc"])
        within(client.close, SECONDS)
        with pytest.raises(RuntimeError):  # now it is the caller's own doing
            ask_many(client, "d")


def test_use_after_close() -> None:
    """A closed client answers something else than RuntimeError, or cannot be closed again, or has not said goodbye."""
    heard = []

    def life(conn: Connection) -> None:
        with suppress(EOFError):
            heard.append(conn.recv())

    with asking(life) as client:
        within(client.close, SECONDS)
        within(client.close, SECONDS)
        for requests in (["EUR"], []):
            with pytest.raises(RuntimeError):
                ask_many(client, *requests)
    assert heard == [None], "close has to tell the server to stop: it sends None"


# Both, with processes.


def test_desk() -> None:
    """The desk does not answer, or not from a process of its own; or an error ends it."""

    def run() -> list[Any]:
        client = start_desk(rate)
        try:
            replies = client.ask_many(["EUR", 2])
            with pytest.raises(RemoteError, match="KeyError"):
                client.ask("KeyError")
            return [*replies, client.ask(1)]
        finally:
            client.close()

    (text, pid), *others = within(run, SECONDS)
    assert (text, *others) == ("rate of EUR", "xx", "x")
    assert pid != os.getpid()


@pytest.mark.parametrize("first", ["EUR", "KeyError"])
def test_dead_server(first: str) -> None:
    """The desk has died, and the client does not say so, or waits for ever: somebody still holds its end open."""

    def run() -> None:
        client = start_desk(rate)
        with pytest.raises(ServerGone):
            client.ask_many([first, "die", "USD"])
        client.close()

    within(run, SECONDS)


def test_close_joins_its_process(tmp_path: Path) -> None:
    """close leaves the process that it was given, or does not let it end by itself."""

    def run() -> None:
        ours, theirs = Pipe()
        process = Process(target=serve_to_the_end, args=(theirs, tmp_path / "ended"))
        process.start()
        theirs.close()
        client = Client(ours, process)
        assert client.ask(2) == "xx"
        client.close()
        assert (tmp_path / "ended").exists(), "the server was not at its end yet"
        client.close()

    within(run, SECONDS)


@pytest.mark.parametrize(
    "start_method", [m for m in ("fork", "spawn") if m in multiprocessing.get_all_start_methods()], indirect=True
)
def test_close_ends_its_process(start_method: str) -> None:
    """While a second desk is open, closing the first one does not end its process: the second holds its pipe, too."""

    def run() -> tuple[list[int], list[bool]]:
        with started() as children:
            first, second = start_desk(rate), start_desk(rate)
        pids = [child.pid for child in children]
        first.close()
        running = [is_running(pid) for pid in pids]
        assert second.ask(2) == "xx"
        second.close()
        return pids, running

    pids, running = within(run, 2 * SECONDS)
    assert running == [False, True]
    assert not any(is_running(pid) for pid in pids)


@pytest.mark.parametrize("request_", ["EUR", "KeyError", "die"])
def test_nothing_left(request_: str) -> None:
    """A process, a thread or an end of the pipe is left after close."""

    def run() -> None:
        client = start_desk(rate)
        try:
            client.ask(request_)
        except (RemoteError, ServerGone) as error:
            error.__traceback__ = error.__context__ = error.__cause__ = None
        client.close()

    with no_descriptor_left():
        within(run, SECONDS)
