"""Closes the pipe of a child that has ended, and not that of one that it terminates.

Rejected by: test_nothing_left
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

F = TypeVar("F")
R = TypeVar("R")


class WorkerDied(RuntimeError):
    def __init__(self, frame: int, exitcode: int) -> None:
        super().__init__(f"frame {frame}: the process ended with exit code {exitcode}")
        self.frame = frame
        self.exitcode = exitcode


import multiprocessing as mp
import pickle
import time
from multiprocessing.connection import wait

GRACE = 1.0


def _child(conn, render, frame):
    """Runs in the child: render, then send exactly one message."""
    try:
        try:
            payload = ("ok", render(frame))
        except Exception as exc:
            payload = ("error", exc)
        try:
            blob = pickle.dumps(payload)
            back = pickle.loads(blob)
            if payload[0] == "error" and (type(back[1]) is not type(payload[1]) or str(back[1]) != str(payload[1])):
                raise TypeError("exception does not survive pickling")
        except Exception as exc:
            blob = pickle.dumps(("unsendable", f"{type(exc).__name__}: {exc}"))
        conn.send_bytes(blob)
    finally:
        conn.close()


_kept = []


class _Child:
    def __init__(self, index, render, frame):
        self.index = index
        self.answer = None
        self.conn, theirs = mp.Pipe(duplex=False)
        try:
            self.process = mp.Process(target=_child, args=(theirs, render, frame))
            self.process.start()
        except BaseException:
            self.conn.close()
            raise
        finally:
            theirs.close()

    def receive(self):
        try:
            self.answer = self.conn.recv_bytes()
        except (EOFError, OSError):
            pass
        self.conn.close()

    def finish(self):
        self.process.join()
        code = self.process.exitcode
        self.process.close()
        return code


def _terminate(children):
    for c in children:
        c.process.terminate()
    deadline = time.monotonic() + GRACE
    for c in children:
        c.process.join(max(0.0, deadline - time.monotonic()))
        if c.process.exitcode is None:
            c.process.kill()
            c.process.join()
        c.process.close()
        _kept.append(c.conn)


def _evaluate(index, blob, code):
    if blob is None or code != 0:
        raise WorkerDied(index, code)
    kind, value = pickle.loads(blob)
    if kind == "ok":
        return value
    if kind == "error":
        value.add_note(f"frame {index}")
        raise value
    raise RuntimeError(f"frame {index}: the answer could not be sent ({value})")


def render_all(render, frames, *, processes):
    if processes < 1:
        raise ValueError(f"processes must be >= 1, not {processes}")
    frames = list(frames)
    results = [None] * len(frames)
    running = []
    upcoming = 0
    try:
        while upcoming < len(frames) or running:
            while upcoming < len(frames) and len(running) < processes:
                running.append(_Child(upcoming, render, frames[upcoming]))
                upcoming += 1
            ready = wait([c.conn for c in running if not c.conn.closed] + [c.process.sentinel for c in running])
            for c in list(running):
                if not c.conn.closed and (c.conn in ready or c.process.sentinel in ready):
                    c.receive()
                if c.process.sentinel in ready:
                    running.remove(c)
                    code = c.finish()
                    results[c.index] = _evaluate(c.index, c.answer, code)
        return results
    finally:
        _terminate(running)
