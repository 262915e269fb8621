"""Asks equal requests once, and hands the one reply to all of them.

Rejected by: test_equal_requests_are_all_asked
"""

from __future__ import annotations

import itertools
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any


class RemoteError(Exception):
    """The handler raised, or its reply could not be pickled. str() is the text of the reply."""


class ServerGone(Exception):
    """The other end is closed or dead; no answer will come."""


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
            data = ForkingPickler.dumps((number, True, handle(request)))
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
        self._ids = itertools.count()
        self._closed = False
        self._gone = False

    def ask(self, request: Any) -> Any:
        return self.ask_many([request])[0]

    def ask_many(self, requests: Sequence[Any]) -> list[Any]:
        if self._closed:
            raise RuntimeError("closed")
        if self._gone:
            raise ServerGone
        ids = []
        packed = []
        known: dict[bytes, int] = {}
        for request in requests:
            key = bytes(ForkingPickler.dumps(request))
            if key not in known:
                known[key] = next(self._ids)
                packed.append(bytes(ForkingPickler.dumps((known[key], request))))
            ids.append(known[key])
        sender = threading.Thread(target=self._send, args=(packed,), daemon=True)
        sender.start()
        replies: dict[int, tuple[bool, Any]] = {}
        try:
            while len(replies) < len(packed):
                number, fine, value = self._conn.recv()
                replies[number] = fine, value
        except (EOFError, OSError):
            self._gone = True
            raise ServerGone from None
        finally:
            sender.join()
        for number in ids:
            fine, value = replies[number]
            if not fine:
                raise RemoteError(value)
        return [replies[number][1] for number in ids]

    def _send(self, packed: list[bytes]) -> None:
        try:
            for data in packed:
                self._conn.send_bytes(data)
        except OSError:
            pass

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            self._conn.send(None)
        except OSError:
            pass
        self._conn.close()
        if self._process is not None:
            self._process.join()


def _desk(conn: Connection, parent: Connection, handle: Callable[[Any], Any]) -> None:
    parent.close()
    serve(conn, handle)
    conn.close()


def start_desk(handle: Callable[[Any], Any]) -> Client:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_desk, args=(there, here, handle))
    process.start()
    there.close()
    return Client(here, process)
