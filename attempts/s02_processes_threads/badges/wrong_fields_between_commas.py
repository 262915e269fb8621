"""The badge comes as one text with commas between its fields, and a name may have one.

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
    b = badge()
    writer.send(f"{b.pid},{b.process},{b.thread},{b.in_main_process},{b.in_main_thread}")
    writer.close()


def process_badge(name: str) -> Badge:
    if not name:
        raise ValueError("a name, please")
    reader, writer = multiprocessing.Pipe(duplex=False)
    with reader:
        with writer:
            child = multiprocessing.Process(target=_send, args=(writer,), name=name)
            child.start()
        pid, process, thread, a, b = reader.recv().split(",")
        result = Badge(int(pid), process, thread, a == "True", b == "True")
        child.join()
    child.close()
    return result
