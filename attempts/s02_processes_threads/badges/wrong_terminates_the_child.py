"""Terminates the child when its badge is there, and does not let it end.

Rejected by: test_the_child_ends_by_itself
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Badge:
    """Who wrote a line, and where."""

    pid: int
    process: str
    thread: str
    in_main_process: bool
    in_main_thread: bool


def badge() -> Badge:
    return Badge(
        os.getpid(),
        multiprocessing.current_process().name,
        threading.current_thread().name,
        multiprocessing.parent_process() is None,
        threading.current_thread() is threading.main_thread(),
    )


def thread_badge(name: str) -> Badge:
    if not name:
        raise ValueError("empty name")
    box: list[Badge] = []

    def fetch() -> None:
        box.append(badge())

    thread = threading.Thread(target=fetch, name=name)
    thread.start()
    thread.join()
    return box[0]


def _send(writer) -> None:
    with writer:
        writer.send(badge())


def process_badge(name: str) -> Badge:
    if not name:
        raise ValueError("empty name")
    reader, writer = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=_send, args=(writer,), name=name)
    with reader:
        try:
            process.start()
        finally:
            writer.close()
        try:
            result = reader.recv()
        finally:
            process.terminate()
            process.join()
    process.close()
    return result
