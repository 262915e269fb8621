"""An executor of one thread sends, and the desk is started by the fork server, whatever the default is."""

import logging
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.reduction import ForkingPickler

log = logging.getLogger(__name__)


class RemoteError(Exception):
    """The handler raised, or its reply could not be pickled. str() is the text of the reply."""


class ServerGone(Exception):
    """The other end is closed or dead; no answer will come."""


def _answer(number, request, handle):
    try:
        return ForkingPickler.dumps((number, True, handle(request)))
    except Exception as error:
        log.info("request %s failed", number, exc_info=True)
        return ForkingPickler.dumps((number, False, "%s: %s" % (type(error).__name__, error)))


def serve(conn, handle):
    for message in iter(lambda: _receive(conn), None):
        data = _answer(*message, handle)
        try:
            conn.send_bytes(data)
        except OSError:
            break


def _receive(conn):
    try:
        return conn.recv()
    except (EOFError, OSError):
        return None


class Client:
    def __init__(self, conn, process=None):
        self.conn = conn
        self.process = process
        self.numbers = count(1)
        self.open = True

    def ask(self, request):
        return self.ask_many([request])[0]

    def _send_all(self, blobs):
        for blob in blobs:
            self.conn.send_bytes(blob)

    def _recv(self):
        if self.process is None:
            return self.conn.recv()
        while True:
            ready = wait([self.conn, self.process.sentinel])
            if self.conn in ready or self.conn.poll():
                return self.conn.recv()
            raise EOFError("process has died")

    def ask_many(self, requests):
        if not self.open:
            raise RuntimeError("closed")
        numbered = {next(self.numbers): request for request in requests}
        blobs = [ForkingPickler.dumps(item) for item in numbered.items()]
        replies = {}
        with ThreadPoolExecutor(max_workers=1) as pool:
            sending = pool.submit(self._send_all, blobs)
            try:
                while len(replies) < len(numbered):
                    number, ok, value = self._recv()
                    if number in numbered:
                        replies[number] = ok, value
                sending.result()
            except (EOFError, OSError) as error:
                with socket.socket(fileno=os.dup(self.conn.fileno())) as s:
                    try:
                        s.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
                raise ServerGone("gone") from error
        results = [replies[number] for number in numbered]
        failed = next((value for ok, value in results if not ok), None)
        if failed is not None:
            raise RemoteError(failed)
        return [value for _, value in results]

    def close(self):
        if self.open:
            self.open = False
            try:
                self.conn.send(None)
            except OSError:
                pass
            self.conn.close()
            if self.process is not None:
                self.process.join()


def start_desk(handle):
    context = get_context("forkserver")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, handle), name="desk")
    process.start()
    theirs.close()
    return Client(ours, process)
