"""Works in batches after the first jobs: while a later one is slow, nobody else gets another.

Rejected by: test_goes_to_whoever_is_free
"""

from __future__ import annotations

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


import multiprocessing as mp
from collections import deque
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler


def _worker_main(conn, work):
    """Worker loop: receive a job, run it, send back the outcome."""
    try:
        while True:
            try:
                msg = conn.recv()
            except EOFError:
                return
            except Exception as exc:
                conn.send(("failed", f"{type(exc).__name__}: {exc}"))
                continue
            if msg is None:
                return
            (job,) = msg
            try:
                result = work(job)
            except Exception as exc:
                reply = ("failed", f"{type(exc).__name__}: {exc}")
            else:
                reply = ("ok", result)
            try:
                payload = ForkingPickler.dumps(reply)
            except Exception as exc:
                payload = ForkingPickler.dumps(("failed", f"could not pickle result: {exc!r}"))
            conn.send_bytes(payload)
    finally:
        conn.close()


class _Worker:
    """One child process, the parent's end of its pipe, and the job it is holding."""

    def __init__(self, work):
        self.conn, child = mp.Pipe()
        try:
            self.process = mp.Process(target=_worker_main, args=(child, work), daemon=True)
            self.process.start()
        except BaseException:
            self.conn.close()
            raise
        finally:
            child.close()
        self.job: int | None = None

    def shutdown(self, force=False):
        if not force:
            try:
                self.conn.send(None)
            except OSError:
                pass
        self.conn.close()
        if force:
            self.process.kill()
        self.process.join()
        self.process.close()


def dispatch(jobs, work, workers=2, attempts=2):
    if workers < 1:
        raise ValueError(f"workers must be at least 1, got {workers}")
    if attempts < 1:
        raise ValueError(f"attempts must be at least 1, got {attempts}")
    n = len(jobs)
    if n == 0:
        return []

    outcomes: list = [None] * n
    payloads: dict[int, bytes] = {}
    pending: deque[int] = deque()
    for i, job in enumerate(jobs):
        try:
            payloads[i] = bytes(ForkingPickler.dumps((job,)))
            pending.append(i)
        except Exception as exc:
            outcomes[i] = Failed(f"could not pickle job: {exc!r}")

    tries = [0] * n
    idle: list[_Worker] = []
    busy: list[_Worker] = []
    clean = False
    try:
        while pending or busy:
            while pending and len(busy) < workers and (not busy or not idle or busy[0].job < workers):
                if not idle:
                    idle.append(_Worker(work))
                w = idle.pop()
                busy.append(w)
                w.job = pending.popleft()
                tries[w.job] += 1
                try:
                    w.conn.send_bytes(payloads[w.job])
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the sentinel will report it
            ready = set(wait([w.conn for w in busy] + [w.process.sentinel for w in busy]))
            for w in list(busy):
                if w.conn not in ready and w.process.sentinel not in ready:
                    continue
                try:
                    if w.conn.poll():
                        kind, value = w.conn.recv()
                    else:
                        kind, value = "dead", None
                except (EOFError, ConnectionResetError, BrokenPipeError):
                    kind, value = "dead", None
                except Exception as exc:
                    kind, value = "failed", f"could not unpickle result: {exc!r}"
                busy.remove(w)
                i, w.job = w.job, None
                if kind == "dead":
                    w.shutdown(force=True)
                    if tries[i] >= attempts:
                        outcomes[i] = Lost(attempts)
                    else:
                        pending.append(i)
                    continue
                outcomes[i] = Ok(value) if kind == "ok" else Failed(value)
                idle.append(w)
        clean = True
    finally:
        for w in idle:
            w.shutdown(force=not clean)
        for w in busy:
            w.shutdown(force=True)
    return outcomes
