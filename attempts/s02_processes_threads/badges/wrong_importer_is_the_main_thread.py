"""The thread that imports the module need not be the main one.

Rejected by: test_a_thread_may_import_it
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from dataclasses import dataclass

_main = threading.get_ident()


def _again() -> None:
    global _main
    _main = threading.get_ident()


os.register_at_fork(after_in_child=_again)


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
        in_main_thread=threading.get_ident() == _main,
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
        result = reader.recv()
        child.join()
    child.close()
    return result
