"""A thread of the parent for each worker, which takes the next job when it is free. A lock guards the start.
"""

from __future__ import annotations

import pickle
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar


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


def dispatch(
    jobs: Sequence[J], work: Callable[[J], R], workers: int = 2, attempts: int = 2
) -> list[Ok | Failed | Lost]:
    if workers < 1 or attempts < 1:
        raise ValueError(f"at least one worker and one attempt are needed, not {workers} and {attempts}")
    todo = deque(range(len(jobs)))
    outcomes: dict[int, Ok | Failed | Lost] = {}
    lock = threading.Lock()
    stopped, stop = Pipe(duplex=False)

    def hire() -> tuple[Connection, Process]:
        with lock:
            ours, theirs = Pipe()
            with theirs:
                process = Process(target=_serve, args=(theirs, work))
                try:
                    process.start()
                except BaseException:
                    ours.close()
                    raise
            return ours, process

    def end(conn: Connection, process: Process) -> None:
        conn.close()
        process.terminate()
        process.join()
        process.close()

    def look_after_one() -> None:
        worker = None
        try:
            while True:
                try:
                    number = todo.popleft()
                except IndexError:
                    return
                try:
                    data = pickle.dumps(jobs[number])
                except Exception as error:
                    outcomes[number] = Failed(str(error))
                    continue
                for _ in range(attempts):
                    worker = worker or hire()
                    try:
                        worker[0].send_bytes(data)
                        if stopped in wait([worker[0], stopped]):
                            return
                        outcomes[number] = worker[0].recv()
                        break
                    except (EOFError, OSError):
                        end(*worker)
                        worker = None
                else:
                    outcomes[number] = Lost(attempts)
        finally:
            if worker:
                end(*worker)

    try:
        with stopped, ThreadPoolExecutor(workers) as pool:
            futures = [pool.submit(look_after_one) for _ in range(min(workers, len(jobs)))]
            try:
                for future in futures:
                    future.result()
            finally:
                stop.close()
    finally:
        stop.close()
    return [outcomes[number] for number in range(len(jobs))]


def _serve(conn: Connection, work: Callable[[Any], object]) -> None:
    while True:
        try:
            data = conn.recv_bytes()
        except (EOFError, OSError):
            return
        outcome: Ok | Failed
        try:
            outcome = Ok(work(pickle.loads(data)))
        except Exception as error:
            outcome = Failed(f"{type(error).__name__}: {error}")
        try:
            conn.send(outcome)
        except Exception as error:
            conn.send(Failed(str(error)))
