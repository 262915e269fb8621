"""Single key presses from the terminal, without waiting for them."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def keyboard() -> Iterator[Callable[[], str]]:
    """Inside, calling what it yields returns the key pressed since, or "". Where there is no terminal: always "".

    The terminal is put back at the end.
    """
    if not sys.stdin.isatty():
        yield lambda: ""
    elif sys.platform == "win32":
        import msvcrt

        yield lambda: msvcrt.getwch() if msvcrt.kbhit() else ""
    else:
        import termios
        import tty

        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)

        def pressed() -> str:
            ready, _, _ = select.select([descriptor], [], [], 0)
            return os.read(descriptor, 1).decode("latin-1") if ready else ""

        tty.setcbreak(descriptor)
        try:
            yield pressed
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
