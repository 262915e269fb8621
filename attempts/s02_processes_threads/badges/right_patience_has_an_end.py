"""Waits for ten seconds and more, then says that the child hangs; sends errors back, looks at the exit code."""

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
    """The name that multiprocessing has for the process."""
    thread: str
    in_main_process: bool
    """False in a process that multiprocessing has started."""
    in_main_thread: bool
    """Whether it is the main thread of *this* process, whatever that thread is called."""


def badge():
    process = multiprocessing.current_process()
    thread = threading.current_thread()
    return Badge(
        pid=int(os.getpid()),
        process=str(process.name),
        thread=str(thread.name),
        in_main_process=bool(multiprocessing.parent_process() is None),
        in_main_thread=bool(thread is threading.main_thread()),
    )


def _check_name(name):
    if not isinstance(name, str):
        raise TypeError("name must be a str")
    if not name:
        raise ValueError("name must not be empty")


def thread_badge(name):
    _check_name(name)
    outcome = {}

    def target():
        try:
            outcome["badge"] = badge()
        except BaseException as error:
            outcome["error"] = error

    thread = threading.Thread(target=target, name=name, daemon=False)
    thread.start()
    thread.join(timeout=10)
    if thread.is_alive():
        raise RuntimeError("the thread hangs")
    if "error" in outcome:
        raise outcome["error"]
    return outcome["badge"]


def _child(conn):
    try:
        conn.send(("badge", badge()))
    except Exception as error:
        conn.send(("error", repr(error)))
    finally:
        conn.close()


def process_badge(name):
    _check_name(name)
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=_child, args=(sender,), name=name, daemon=False)
    try:
        process.start()
        sender.close()
        try:
            kind, what = receiver.recv()
        except EOFError:
            process.join()
            raise RuntimeError(f"the child ended with {process.exitcode}") from None
        process.join(30)
        if process.is_alive():
            process.terminate()
            process.join()
        if kind == "error":
            raise RuntimeError(what)
        if process.exitcode != 0:
            raise RuntimeError(f"exit code {process.exitcode}")
        return what
    finally:
        receiver.close()
        sender.close()
        if process.pid is not None:
            process.join()
        process.close()
