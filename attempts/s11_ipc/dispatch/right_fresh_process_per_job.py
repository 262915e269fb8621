"""A fresh process for each job, and what it leaves when it ends; it waits for pipes and sentinels.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
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
    outcomes: dict[int, Ok | Failed | Lost] = {}
    todo = [(number, 1) for number in reversed(range(len(jobs)))]
    running: dict[int, tuple[Process, Connection, int, int]] = {}
    try:
        while todo or running:
            while todo and len(running) < workers:
                number, attempt = todo.pop()
                try:
                    data = pickle.dumps(jobs[number])
                except Exception as error:
                    outcomes[number] = Failed(str(error))
                    continue
                reader, writer = Pipe(duplex=False)
                with writer:
                    process = Process(target=_run, args=(writer, work, data))
                    try:
                        process.start()
                    except BaseException:
                        reader.close()
                        raise
                running[process.sentinel] = process, reader, number, attempt
            ready = wait([*running, *(reader for _, reader, _, _ in running.values())])
            for sentinel, (process, reader, number, attempt) in list(running.items()):
                if sentinel not in ready and reader not in ready:
                    continue
                try:
                    outcomes[number] = pickle.loads(reader.recv_bytes()) if reader.poll() else Lost(attempt)
                except (EOFError, OSError):
                    outcomes[number] = Lost(attempt)
                if outcomes[number] == Lost(attempt) and attempt < attempts:
                    todo.append((number, attempt + 1))
                del running[sentinel]
                process.join()
                process.close()
                reader.close()
    finally:
        for process, reader, _, _ in running.values():
            process.kill()
            process.join()
            process.close()
            reader.close()
    return [outcomes[number] for number in range(len(jobs))]


def _run(writer: Connection, work: Callable[[Any], object], data: bytes) -> None:
    outcome: Ok | Failed
    try:
        outcome = Ok(work(pickle.loads(data)))
        reply = pickle.dumps(outcome)
    except Exception as error:
        reply = pickle.dumps(Failed(f"{type(error).__name__}: {error}"))
    writer.send_bytes(reply)
