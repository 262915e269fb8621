"""Without requests it answers even when it is closed.

Rejected by: test_use_after_close
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
    def __init__(self, conn: Connection, process: BaseProcess | None = None) -> None:
        self._conn = conn
        self._process = process
        self._numbers = count()

    def ask(self, request: Any) -> Any:
        return self.ask_many([request])[0]

    def ask_many(self, requests: Sequence[Any]) -> list[Any]:
        if not requests:
            return []
        if self._conn.closed:
            raise RuntimeError("this client is closed")
        numbers = [next(self._numbers) for _ in requests]
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
    ours, theirs = Pipe()
    with theirs:
        process = Process(target=serve, args=(theirs, handle))
        process.start()
    return Client(ours, process)
