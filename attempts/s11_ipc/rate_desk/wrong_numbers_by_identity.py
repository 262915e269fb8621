"""Takes id() of a request for its number: two that are one and the same object get one number.

Rejected by: test_equal_requests_are_all_asked
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any


class RemoteError(Exception):
    """The handler raised, or its reply could not be pickled. str() is the text of the reply."""


class ServerGone(Exception):
    """The other end is closed or dead; no answer will come."""


def serve(conn: Connection, handle: Callable[[Any], Any]) -> None:
    """Answer requests, one at a time and in order, until None arrives or the other end is gone; then return.

    A request arrives as (id, request), and is answered with (id, True, handle(request)). An Exception of handle, or a
    reply that cannot be pickled, is answered with (id, False, "TypeName: message"), and the server goes on.
    """
    while True:
        try:
            message = conn.recv()
        except (EOFError, OSError):
            return
        if message is None:
            return
        number, request = message
        try:
            reply = pickle.dumps((number, True, handle(request)))
        except Exception as error:
            reply = pickle.dumps((number, False, f"{type(error).__name__}: {error}"))
        try:
            conn.send_bytes(reply)
        except OSError:
            return


class Client:
    """Asks a server. For one thread at a time. The server may answer in any order; ids are of type int."""

    def __init__(self, conn: Connection, process: BaseProcess | None = None) -> None:
        """conn: this end of the pipe, which is now the client's. process: that of the server, if it is known."""
        self._conn = conn
        self._process = process
        self._numbers = count()

    def ask(self, request: Any) -> Any:
        """The reply to one request: ask_many([request])[0]."""
        return self.ask_many([request])[0]

    def ask_many(self, requests: Sequence[Any]) -> list[Any]:
        """The replies, in the order of the requests. Requests and replies may be of any size.

        All requests are under way without waiting for a reply. If one cannot be pickled, the error of pickle is raised
        and nothing was sent. RemoteError of the first request that failed, after all replies were read: the client
        stays usable. ServerGone if the server is or goes away. RuntimeError after close().
        """
        if self._conn.closed:
            raise RuntimeError("this client is closed")
        numbers = [id(request) for request in requests]
        messages = [pickle.dumps(message) for message in zip(numbers, requests, strict=True)]
        sender = Thread(target=self._send, args=(messages,))
        sender.start()
        replies: dict[int, tuple[bool, Any]] = {}
        try:
            while len(replies) < len(numbers):
                number, succeeded, reply = self._conn.recv()
                replies[number] = succeeded, reply
        except (EOFError, OSError) as error:
            raise ServerGone("the server has gone away") from error
        finally:
            sender.join()
        for number in numbers:
            succeeded, reply = replies[number]
            if not succeeded:
                raise RemoteError(reply)
        return [replies[number][1] for number in numbers]

    def close(self) -> None:
        """Stop the server with None, close the pipe, join the process if given.

        May be called again, and when the server is gone: no error.
        """
        if self._conn.closed:
            return
        with suppress(OSError):
            self._conn.send(None)
        self._conn.close()
        if self._process is not None:
            self._process.join()

    def _send(self, messages: list[Any]) -> None:
        with suppress(OSError):  # the reader learns that the server has gone
            for message in messages:
                self._conn.send_bytes(message)


def start_desk(handle: Callable[[Any], Any]) -> Client:
    """Start a process that runs serve(..., handle), and return its client. handle is a function of a module.

    Closing the client ends its process, whatever other desks there are.
    """
    ours, theirs = Pipe()
    with theirs:
        process = Process(target=serve, args=(theirs, handle))
        process.start()
    return Client(ours, process)
