"""Write the badge that every log line carries, and fetch one from a child thread and one from a child process.

A field-service app has dozens of workers, and all of them write into one log. A badge on each line says which process
and which thread wrote it. To prove that badges work, send somebody else to fetch one.
"""

from __future__ import annotations

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


def badge() -> Badge:
    """The badge of whoever calls."""
    # TODO: ask os, threading and multiprocessing.
    raise NotImplementedError


def thread_badge(name: str) -> Badge:
    """Start one child thread called `name` that calls badge(), wait for its end, and return its badge.

    Raises ValueError if the name is empty, before anything is started.
    """
    # TODO: how does the badge come back from the thread?
    raise NotImplementedError


def process_badge(name: str) -> Badge:
    """Start one child process called `name` whose main thread calls badge(), wait for its end, return its badge.

    It uses the default start method, whichever that is, and may be called from any thread.
    Raises ValueError if the name is empty, before anything is started.
    """
    # TODO: and how does it come back from a process?
    raise NotImplementedError
