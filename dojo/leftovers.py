"""The run ends by itself: threads and processes that answers left behind do not keep pytest alive."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time

import pytest

from dojo import guard

#: Seconds that they have to end by themselves; and that the interpreter has for its own end, where only daemon threads
#: are left, or tests have failed: a thread that was given up may hold a lock that a function of atexit waits for.
GRACE, LAST_GRACE = 2.0, 15.0


def register(config: pytest.Config) -> None:
    config.pluginmanager.register(_Leftovers(), "dojo-leftovers")


class _Leftovers:
    """The interpreter waits for threads that are not daemons and for child processes; this does not."""

    def __init__(self) -> None:
        self._status = 0

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> object:
        try:
            return (yield)
        finally:
            self._status = int(session.exitstatus)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        keeps_alive = _threads(daemons=False) or multiprocessing.active_children()
        if keeps_alive or _threads() or self._status:
            grace = GRACE if keeps_alive else LAST_GRACE
            threading.Thread(target=self._end, args=(grace,), name="dojo-end", daemon=True).start()

    def _end(self, grace: float) -> None:
        """Runs beside the interpreter's own waiting; if that is over in time, nothing happens here."""
        time.sleep(grace)
        names = [f"thread {thread.name}" for thread in _threads()]
        for child in multiprocessing.active_children():
            names.append(f"process {child.name}")
            child.kill()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        what = ", ".join(names) or "whatever kept the interpreter from its end"
        message = f"left behind by the code under test, ended by force: {what}\n"
        if isinstance(guard.last_words, int):
            os.write(guard.last_words, message.encode())
        else:
            guard.last_words.write(message)
            guard.last_words.flush()
        os._exit(self._status)


def _threads(daemons: bool = True) -> list[threading.Thread]:
    current = (threading.main_thread(), threading.current_thread())
    return [thread for thread in threading.enumerate() if (daemons or not thread.daemon) and thread not in current]
