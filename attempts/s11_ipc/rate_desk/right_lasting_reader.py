"""One reader for the life of the client, which hands the replies over through a queue; ids start anew each time.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
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
        self._replies: SimpleQueue[Any] = SimpleQueue()
        self._closed = False
        self._stopped, self._stop = Pipe(duplex=False)
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def ask(self, request: Any) -> Any:
        return self.ask_many([request])[0]

    def ask_many(self, requests: Sequence[Any]) -> list[Any]:
        if self._closed:
            raise RuntimeError("this client is closed")
        messages = [pickle.dumps(message) for message in enumerate(requests)]
        with suppress(OSError):
            for message in messages:
                self._conn.send_bytes(message)
        replies = {}
        for _ in messages:
            if (answer := self._replies.get()) is None:
                self._replies.put(None)
                raise ServerGone("the server has gone away")
            replies[answer[0]] = answer[1:]
        ordered = [replies[number] for number in range(len(messages))]
        for succeeded, reply in ordered:
            if not succeeded:
                raise RemoteError(reply)
        return [reply for _, reply in ordered]

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        with suppress(OSError):
            self._conn.send(None)
        self._stop.close()
        self._reader.join()
        self._stopped.close()
        self._conn.close()
        if self._process is not None:
            self._process.join()

    def _read(self) -> None:
        try:
            while self._stopped not in wait([self._conn, self._stopped]):
                self._replies.put(self._conn.recv())
        except (EOFError, OSError):
            self._replies.put(None)


def start_desk(handle: Callable[[Any], Any]) -> Client:
    ours, theirs = Pipe()
    with theirs:
        process = Process(target=serve, args=(theirs, handle))
        process.start()
    return Client(ours, process)
