"""Processes that start at once: forked from this one, which has imported pytest and what belongs to it before.

Where the platform cannot fork, CAN_FORK is False and fresh interpreters have to do.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

from dojo import guard
from dojo.answers import ROOT

CAN_FORK = hasattr(os, "fork")

PLUGINS = ("pytest_timeout", "pytest_asyncio.plugin", "_hypothesis_pytestplugin")
_MODULES = (
    *PLUGINS,
    "pytest",
    "hypothesis.strategies",
    "dojo.plugin",
    "dojo.interleave",
    "concurrent.futures.thread",
    "queue",
    "packaging.version",
    "pdb",
)


def arguments(limit: float) -> list[str]:
    """What pytest is called with to judge an answer, besides the tests; `limit`: seconds that one test may take."""
    return [
        f"--rootdir={ROOT}",
        f"--timeout={limit:g}",
        "--tb=native",  # hardly anybody reads it, and this is the cheapest that tells why a file cannot be collected
        *("-p", "no:cacheprovider"),
        *(word for plugin in PLUGINS for word in ("-p", plugin)),
    ]


def warm_up() -> None:
    """Import what the tests of every kata need, and do once what each of them would do."""
    from _pytest.config import default_plugins  # pytest imports these at each start

    for module in (*_MODULES, *(f"_pytest.{name}" for name in default_plugins)):
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # or the children's collectors would go through it, and copy it, again and again
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Hypothesis takes this for a plugin's slow beginning
        _try_out(folder)
    gc.freeze()  # what that has made, too


def _try_out(folder: str) -> None:
    """Both the scheduler and Hypothesis find out for each module whose code that is, and remember it."""
    import hypothesis
    from hypothesis import configuration, strategies

    from dojo.interleave import outcomes

    @hypothesis.settings(
        max_examples=5, derandomize=True, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    @hypothesis.given(strategies.lists(strategies.integers(), min_size=50))  # so many that one is somebody's constant
    def test(_: list[int]) -> None:
        outcomes(lambda: None)

    configuration.set_hypothesis_home_dir(folder)
    test()
    configuration.set_hypothesis_home_dir(None)


class Forked:
    """work() in a child process with a process group of its own; it sees an empty stdin, and `output` (a file) in the
    place of stdout and stderr if that is given."""

    def __init__(self, work: Callable[[], object], output: Path | None = None) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self._status: int | None = None
        guard.last_resort.cancel()  # or the child could not have one of its own
        with warnings.catch_warnings():  # 3.12+ warns of threads; those here hold nothing that the child needs
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:
            real_exit, status = os._exit, 70
            try:
                os.setsid()  # so that its whole family can be ended
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                if output is not None:
                    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT)
                    os.dup2(descriptor, 1)
                    os.dup2(descriptor, 2)
                work()
                sys.stdout.flush()
                status = 0
            finally:
                real_exit(status)

    def poll(self) -> int | None:
        """The exit status once it has ended; negative for a signal."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def wait(self) -> int:
        """Until it has ended; its exit status."""
        if self._status is None:
            _, status = os.waitpid(self.pid, 0)
            self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def kill(self) -> None:
        """End it, and whatever it started and left behind."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.wait()


class Fresh:
    """`python -m command` in the place of a Forked, where the platform cannot fork."""

    def __init__(self, command: list[str], output: Path | None = None) -> None:
        with contextlib.nullcontext() if output is None else output.open("wb") as stream:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream
            )

    def poll(self) -> int | None:
        """The exit status once it has ended."""
        return self._process.poll()

    def kill(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
