"""Takes a blank for an empty name, and refuses it.

Rejected by: test_any_text_is_a_name
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection


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


def badge() -> Badge:
    """The badge of whoever calls."""
    thread = threading.current_thread()
    return Badge(
        pid=os.getpid(),
        process=multiprocessing.current_process().name,
        thread=thread.name,
        in_main_process=multiprocessing.parent_process() is None,
        # By identity: anybody may be called "MainThread", and after a fork the main thread keeps its old name.
        in_main_thread=thread is threading.main_thread(),
    )


def thread_badge(name: str) -> Badge:
    """Start one child thread called `name` that calls badge(), wait for its end, and return its badge.

    Raises ValueError if the name is empty, before anything is started.
    """
    if not name:
        raise ValueError("a thread needs a name")
    badges: list[Badge] = []
    thread = threading.Thread(target=lambda: badges.append(badge()), name=name)
    thread.start()
    thread.join()
    return badges[0]


def process_badge(name: str) -> Badge:
    """Start one child process called `name` whose main thread calls badge(), wait for its end, return its badge.

    It uses the default start method, whichever that is, and may be called from any thread.
    Raises ValueError if the name is empty, before anything is started.
    """
    if not name.strip():
        raise ValueError("a process needs a name")
    reader, writer = multiprocessing.Pipe(duplex=False)
    with reader:
        with writer:  # our copy of that end is closed as soon as the child has its own
            process = multiprocessing.Process(target=_send_badge, args=(writer,), name=name)
            process.start()
        found: Badge = reader.recv()
        process.join()
    return found


def _send_badge(writer: Connection) -> None:
    """What the child process runs: it can only be told by name, so it is no lambda and no inner function."""
    writer.send(badge())
    writer.close()
