"""Makes a ValueError of whatever pickle raises.

Rejected by: test_unpicklable_request_sends_nothing
"""

from __future__ import annotations

import itertools
import os
import socket
import threading
from multiprocessing import Pipe, Process
from multiprocessing.connection import wait
from multiprocessing.reduction import ForkingPickler


class RemoteError(Exception):
    """The handler raised, or its reply could not be pickled. str() is the text of the reply."""


class ServerGone(Exception):
    """The other end is closed or dead; no answer will come."""


def serve(conn, handle):
    while True:
        try:
            message = conn.recv()
        except (EOFError, OSError):
            return
        if message is None:
            return
        number, request = message
        try:
            blob = ForkingPickler.dumps((number, True, handle(request)))
        except Exception as error:
            blob = ForkingPickler.dumps((number, False, f"{type(error).__name__}: {error}"))
        try:
            conn.send_bytes(blob)
        except OSError:
            return


class Client:
    def __init__(self, conn, process=None):
        self._conn = conn
        self._process = process
        self._closed = False
        self._ids = itertools.count()

    def ask(self, request):
        return self.ask_many([request])[0]

    def ask_many(self, requests):
        if self._closed:
            raise RuntimeError("closed")
        ids = [next(self._ids) for _ in requests]
        try:
            blobs = [ForkingPickler.dumps(pair) for pair in zip(ids, requests)]
        except Exception as error:
            raise ValueError(f"cannot send: {error}") from error
        sender = threading.Thread(target=self._send, args=(blobs,))
        sender.start()
        try:
            replies = {}
            while len(replies) < len(ids):
                number, ok, value = self._receive()
                replies[number] = ok, value
        finally:
            sender.join()
        for number in ids:
            if not replies[number][0]:
                raise RemoteError(replies[number][1])
        return [replies[number][1] for number in ids]

    def _send(self, blobs):
        try:
            for blob in blobs:
                self._conn.send_bytes(blob)
        except OSError:
            pass

    def _receive(self):
        try:
            if self._process is not None:
                ready = wait([self._conn, self._process.sentinel])
                if self._conn not in ready and not self._conn.poll():
                    raise EOFError
            return self._conn.recv()
        except (EOFError, OSError) as error:
            self._wake_sender()
            raise ServerGone("the desk is gone") from error

    def _wake_sender(self):
        try:
            with socket.socket(fileno=os.dup(self._conn.fileno())) as end:
                end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self):
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


def _run(theirs, mine, handle):
    mine.close()
    serve(theirs, handle)


def start_desk(handle):
    mine, theirs = Pipe()
    process = Process(target=_run, args=(theirs, mine, handle))
    process.start()
    theirs.close()
    return Client(mine, process)
