"""Answers "" when the handler returns None.

Rejected by: test_serve_answers
"""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any


class RemoteError(Exception):
    pass


class ServerGone(Exception):
    pass


def serve(conn: Connection, handle: Callable[[Any], Any]) -> None:
    while True:
        try:
            message = conn.recv()
        except (EOFError, OSError):
            return
        if message is None:
            return
        number, request = message
        try:
            reply = handle(request)
            data = (
                ForkingPickler.dumps((number, True, reply))
                if reply is not None
                else ForkingPickler.dumps((number, True, ""))
            )
        except Exception as error:
            data = ForkingPickler.dumps((number, False, f"{type(error).__name__}: {error}"))
        try:
            conn.send_bytes(data)
        except OSError:
            return


class Client:
    def __init__(self, conn: Connection, process: BaseProcess | None = None) -> None:
        self._conn = conn
        self._process = process
        self._next = 0
        self._closed = False
        self._gone = False

    def ask(self, request: Any) -> Any:
        return self.ask_many([request])[0]

    def ask_many(self, requests: Sequence[Any]) -> list[Any]:
        if self._closed:
            raise RuntimeError("the client is closed")
        requests = list(requests)
        first = self._next
        packed = [ForkingPickler.dumps((first + i, request)) for i, request in enumerate(requests)]
        if self._gone:
            raise ServerGone("the server is gone")
        self._next += len(packed)

        def write() -> None:
            with contextlib.suppress(OSError):
                for data in packed:
                    self._conn.send_bytes(data)

        writer = threading.Thread(target=write)
        writer.start()
        replies: dict[int, tuple[bool, Any]] = {}
        try:
            while len(replies) < len(packed):
                number, good, value = self._conn.recv()
                replies[number] = good, value
        except (EOFError, OSError) as error:
            self._gone = True
            raise ServerGone("the server is gone") from error
        finally:
            writer.join()
        for i in range(first, self._next):
            if not replies[i][0]:
                raise RemoteError(replies[i][1])
        return [replies[i][1] for i in range(first, self._next)]

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(OSError):
            self._conn.send(None)
        self._conn.close()
        if self._process is not None:
            self._process.join()


def _run(conn: Connection, ours: Connection, handle: Callable[[Any], Any]) -> None:
    ours.close()
    with contextlib.closing(conn):
        serve(conn, handle)


def start_desk(handle: Callable[[Any], Any]) -> Client:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(theirs, handle))
    try:
        process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return Client(ours, process)


def _child(conn: Connection, handle: Callable[[Any], Any]) -> None:
    with conn:
        serve(conn, handle)
