"""Write a desk that answers over a pipe, and its client, so that neither is ever stuck for the other.

A currency desk runs in a process of its own. With one small question at a time the demo works. But a batch of large
questions freezes both sides, a desk that crashed leaves the shop waiting for ever, and closing one desk does not end
its process while a second one is open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
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
    raise NotImplementedError  # TODO


class Client:
    """Asks a server. For one thread at a time. The server may answer in any order; ids are of type int."""

    def __init__(self, conn: Connection, process: BaseProcess | None = None) -> None:
        """conn: this end of the pipe, which is now the client's. process: that of the server, if it is known."""
        raise NotImplementedError  # TODO

    def ask(self, request: Any) -> Any:
        """The reply to one request: ask_many([request])[0]."""
        raise NotImplementedError  # TODO

    def ask_many(self, requests: Sequence[Any]) -> list[Any]:
        """The replies, in the order of the requests. Requests and replies may be of any size.

        All requests are under way without waiting for a reply. If one cannot be pickled, the error of pickle is raised
        and nothing was sent. RemoteError of the first request that failed, after all replies were read: the client
        stays usable. ServerGone if the server is or goes away. RuntimeError after close().
        """
        raise NotImplementedError  # TODO

    def close(self) -> None:
        """Stop the server with None, close the pipe, join the process if given.

        May be called again, and when the server is gone: no error.
        """
        raise NotImplementedError  # TODO


def start_desk(handle: Callable[[Any], Any]) -> Client:
    """Start a process that runs serve(..., handle), and return its client. handle is a function of a module.

    Closing the client ends its process, whatever other desks there are.
    """
    raise NotImplementedError  # TODO
