"""Once its server is gone the client says so for good, after close, too.

Rejected by: test_server_goes_away
"""

from __future__ import annotations

import multiprocessing
import threading
from multiprocessing.reduction import ForkingPickler


class RemoteError(Exception):
    """The handler raised."""


class ServerGone(Exception):
    """No answer will come."""




def serve(conn, handle):
    while True:
        try:
            message = conn.recv()
        except (EOFError, OSError):
            return
        if message is None:
            return
        request_id, request = message
        try:
            reply = (request_id, True, handle(request))
            blob = ForkingPickler.dumps(reply)
        except Exception as exc:
            blob = ForkingPickler.dumps((request_id, False, f"{type(exc).__name__}: {exc}"))
        try:
            conn.send_bytes(blob)
        except OSError:
            return


class Client:
    def __init__(self, conn, process=None):
        self._conn = conn
        self._process = process
        self._closed = False
        self._gone = False
        self._next_id = 0

    def ask(self, request):
        return self.ask_many([request])[0]

    def ask_many(self, requests):
        if self._gone:
            raise ServerGone("server is gone")
        if self._closed:
            raise RuntimeError("client is closed")
        first = self._next_id
        blobs = [bytes(ForkingPickler.dumps((first + k, r))) for k, r in enumerate(requests)]
        if self._gone:
            raise ServerGone("server is gone")
        self._next_id += len(blobs)
        if not blobs:
            return []

        def send_all():
            try:
                for blob in blobs:
                    self._conn.send_bytes(blob)
            except OSError:
                pass

        sender = threading.Thread(target=send_all, daemon=True)
        sender.start()
        replies = {}
        try:
            while len(replies) < len(blobs):
                rid, ok, value = self._conn.recv()
                replies[rid] = (ok, value)
        except (EOFError, OSError) as exc:
            self._gone = True
            raise ServerGone("the server is gone") from exc
        finally:
            sender.join()
        result = []
        for k in range(len(blobs)):
            ok, value = replies[first + k]
            if not ok:
                raise RemoteError(value)
            result.append(value)
        return result

    def close(self):
        if self._closed:
            return
        self._closed = True
        try:
            self._conn.send(None)
        except OSError:
            pass
        finally:
            self._conn.close()
        if self._process is not None:
            self._process.join()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def _desk_main(conn, handle):
    try:
        serve(conn, handle)
    finally:
        conn.close()


def start_desk(handle):
    ours, theirs = multiprocessing.Pipe()
    try:
        process = multiprocessing.Process(target=_desk_main, args=(theirs, handle), daemon=True)
        process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return Client(ours, process)
