"""Syntax trees for several threads at once."""

from __future__ import annotations

import threading
import time

from dojo import curriculum, syntax


class Garbage:
    """Once collected, it runs Python code: that is when threads take turns in the midst of ast.parse."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        for _ in range(50):
            pass


def test_threads_at_once() -> None:
    """Python 3.11's ast.parse alone would raise SystemError: `dojo grade` parses in each of its threads."""
    source = curriculum.load().kata("lru_cache").tests.read_bytes()
    end = time.monotonic() + 1
    failed: list[BaseException] = []

    def parse() -> None:
        try:
            while time.monotonic() < end:
                syntax.tree(source)
                for _ in range(10):
                    Garbage()
        except SystemError as error:
            failed.append(error)

    threads = [threading.Thread(target=parse) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
