"""An EOFError or OSError of work ends the worker, as if its pipe had ended: the job is tried again, and Lost.

Rejected by: test_error_of_any_kind
"""

from __future__ import annotations

import multiprocessing as mp
import pickle
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from typing import Any


@dataclass(frozen=True)
class Ok:
    value: object


@dataclass(frozen=True)
class Failed:
    error: str


@dataclass(frozen=True)
class Lost:
    attempts: int


def _text(e: Exception) -> str:
    try:
        return f"{type(e).__name__}: {e}"
    except Exception:
        return type(e).__name__


def _serve(conn: Connection, work: Callable[[Any], object]) -> None:
    while True:
        try:
            blob = conn.recv_bytes()
        except (EOFError, OSError):
            return
        if not blob:
            return
        try:
            outcome = Ok(work(pickle.loads(blob)))
        except (EOFError, OSError):
            return
        except Exception as e:
            outcome = Failed(_text(e))
        try:
            reply = ForkingPickler.dumps(outcome)
        except Exception as e:
            reply = ForkingPickler.dumps(Failed(_text(e)))
        try:
            conn.send_bytes(reply)
        except OSError:
            return


class _Worker:
    def __init__(self, work: Callable[[Any], object]) -> None:
        self.index: int | None = None
        self.conn, other = mp.Pipe()
        try:
            self.process = mp.Process(target=_serve, args=(other, work))
            self.process.start()
        except BaseException:
            self.conn.close()
            raise
        finally:
            other.close()

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.process.close()
        self.conn.close()


def dispatch(jobs: Sequence[Any], work: Callable[[Any], object], workers: int = 2, attempts: int = 2) -> list[Any]:
    if workers < 1 or attempts < 1:
        raise ValueError("workers and attempts must be at least 1")
    outcomes: list[Any] = [None] * len(jobs)
    tries = [0] * len(jobs)
    todo: deque[tuple[int, bytes]] = deque()
    for i, job in enumerate(jobs):
        try:
            todo.append((i, bytes(ForkingPickler.dumps(job))))
        except Exception as e:
            outcomes[i] = Failed(_text(e))
    blobs = dict(todo)
    crew: list[_Worker] = []
    try:
        while True:
            for w in crew[:]:
                if w.index is None and not w.process.is_alive():
                    crew.remove(w)
                    w.end()
            for w in [w for w in crew if w.index is None]:
                if todo:
                    i, blob = todo.popleft()
                    try:
                        w.conn.send_bytes(blob)
                    except OSError:
                        todo.appendleft((i, blob))
                        crew.remove(w)
                        w.end()
                    else:
                        w.index = i
            while todo and len(crew) < workers:
                w = _Worker(work)
                crew.append(w)
                i, blob = todo.popleft()
                w.index = i
                try:
                    w.conn.send_bytes(blob)
                except OSError:
                    pass
            busy = [w for w in crew if w.index is not None]
            if not busy:
                break
            ready = set(wait([w.conn for w in busy] + [w.process.sentinel for w in busy]))
            for w in busy:
                if w.conn not in ready and w.process.sentinel not in ready:
                    continue
                i = w.index
                try:
                    reply = w.conn.recv_bytes() if w.conn.poll() else None
                except (EOFError, OSError):
                    reply = None
                if reply is not None:
                    try:
                        outcomes[i] = pickle.loads(reply)
                    except Exception as e:
                        outcomes[i] = Failed(_text(e))
                    w.index = None
                    continue
                crew.remove(w)
                w.end()
                tries[i] += 1
                if tries[i] >= attempts:
                    outcomes[i] = Lost(attempts)
                else:
                    todo.append((i, blobs[i]))
        return outcomes
    finally:
        for w in crew:
            w.end()
