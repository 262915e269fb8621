"""os.fork and bare pipes: children that multiprocessing does not know; each closes its elder siblings' ends."""

from __future__ import annotations

import os
import pickle
import selectors
import signal
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True)
class Ok:
    value: object


@dataclass(frozen=True)
class Failed:
    error: str


@dataclass(frozen=True)
class Lost:
    attempts: int


def _read(fd, n):
    b = b""
    while len(b) < n:
        c = os.read(fd, n - len(b))
        if not c:
            raise EOFError
        b += c
    return b


def _write(fd, blob):
    blob = struct.pack("!Q", len(blob)) + blob
    view = memoryview(blob)
    while view:
        view = view[os.write(fd, view):]


def _child(rfd, wfd, work):
    while True:
        try:
            (n,) = struct.unpack("!Q", _read(rfd, 8))
        except EOFError:
            return
        job = pickle.loads(_read(rfd, n))
        try:
            out = Ok(work(job))
        except Exception as e:
            out = Failed(f"{type(e).__name__}: {e}")
        try:
            blob = pickle.dumps(out)
        except Exception as e:
            blob = pickle.dumps(Failed(f"unpicklable result: {e}"))
        _write(wfd, blob)


def dispatch(jobs, work, workers=2, attempts=2):
    if workers < 1 or attempts < 1:
        raise ValueError("must be positive")
    out = {}
    blobs = {}
    for i, j in enumerate(jobs):
        try:
            blobs[i] = pickle.dumps(j)
        except Exception as e:
            out[i] = Failed(f"unpicklable job: {e}")
    todo = sorted(blobs)
    tries = dict.fromkeys(todo, 0)
    crew = {}  # pid -> [to, from, job]
    with selectors.DefaultSelector() as sel:

        def hire():
            r1, w1 = os.pipe()
            r2, w2 = os.pipe()
            try:
                pid = os.fork()
            except BaseException:
                for fd in (r1, w1, r2, w2):
                    os.close(fd)
                raise
            if pid == 0:
                code = 1
                try:
                    os.close(w1)
                    os.close(r2)
                    for to, frm, _ in crew.values():
                        os.close(to)
                        os.close(frm)
                    _child(r1, w2, work)
                    code = 0
                finally:
                    os._exit(code)
            os.close(r1)
            os.close(w2)
            crew[pid] = [w1, r2, None]
            sel.register(r2, selectors.EVENT_READ, pid)
            return pid

        def fire(pid):
            to, frm, _ = crew.pop(pid)
            sel.unregister(frm)
            os.close(to)
            os.close(frm)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

        try:
            while len(out) < len(jobs):
                free = [p for p, c in crew.items() if c[2] is None]
                while todo and (free or len(crew) < workers):
                    pid = free.pop() if free else hire()
                    i = todo.pop(0)
                    tries[i] += 1
                    crew[pid][2] = i
                    try:
                        _write(crew[pid][0], blobs[i])
                    except BrokenPipeError:
                        pass
                for key, _ in sel.select():
                    pid = key.data
                    to, frm, i = crew[pid]
                    try:
                        (n,) = struct.unpack("!Q", _read(frm, 8))
                        out[i] = pickle.loads(_read(frm, n))
                        crew[pid][2] = None
                    except EOFError:
                        fire(pid)
                        if tries[i] < attempts:
                            todo.append(i)
                        else:
                            out[i] = Lost(attempts)
        finally:
            for pid in list(crew):
                fire(pid)
    return [out[i] for i in range(len(jobs))]
