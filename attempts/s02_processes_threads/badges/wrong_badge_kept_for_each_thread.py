"""Makes one badge for each thread and keeps it: a forked child finds that of the thread which forked it.

Rejected by: test_process_badge, test_badge_of_a_thread_that_the_test_started
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


_local = threading.local()


def badge() -> Badge:
    if not hasattr(_local, "badge"):
        _local.badge = _make()
    return _local.badge


def _make() -> Badge:
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
    found: list[Badge] = []
    thread = threading.Thread(target=lambda: found.append(badge()), name=name)
    thread.start()
    thread.join()
    return found[0]


def _send(writer) -> None:
    writer.send(badge())
    writer.close()


def process_badge(name: str) -> Badge:
    if not name:
        raise ValueError("a name, please")
    reader, writer = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=_send, args=(writer,), name=name)
    process.start()
    writer.close()
    result = reader.recv()
    process.join()
    reader.close()
    return result
