"""Waits for the child's end before it takes the badge: a long one does not fit into the pipe.

Rejected by: test_any_text_is_a_name
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Badge:
    pid: int
    process: str
    thread: str
    in_main_process: bool
    in_main_thread: bool


def badge() -> Badge:
    return Badge(
        pid=os.getpid(),
        process=multiprocessing.current_process().name,
        thread=threading.current_thread().name,
        in_main_process=multiprocessing.parent_process() is None,
        in_main_thread=threading.current_thread() is threading.main_thread(),
    )


def thread_badge(name: str) -> Badge:
    if not name:
        raise ValueError("a name, please")
    got: list[Badge] = []
    thread = threading.Thread(target=lambda: got.append(badge()), name=name)
    thread.start()
    thread.join()
    return got[0]


def _send(writer) -> None:
    writer.send(badge())
    writer.close()


def process_badge(name: str) -> Badge:
    if not name:
        raise ValueError("a name, please")
    reader, writer = multiprocessing.Pipe(duplex=False)
    with reader:
        with writer:
            child = multiprocessing.Process(target=_send, args=(writer,), name=name)
            child.start()
        child.join()
        result = reader.recv()
    child.close()
    return result
