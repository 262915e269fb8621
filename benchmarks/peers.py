"""Runs programs under the packages on PyPI that control thread schedules too: frontrun and interleave-test.

Both are optional (`pip install -e '.[bench]'`). A package that is not installed answers "not installed".

A classic runs in a child process (`classic_in_child`), since a peer may hang on one, or leave threads behind:

    python -m benchmarks.peers interleave_test account --seeds 5
"""

import _thread
import argparse
import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any
from unittest import mock

from benchmarks import counter
from benchmarks.classics import BY_NAME
from benchmarks.classics.crew import Crew

PACKAGES = {"frontrun": "frontrun", "interleave_test": "interleave_test"}
"""Name in the figures -> module."""
SCHEDULES = 300
"""Schedules that a peer gets for one seed of a classic: ten thousand would take it a minute and more."""
PATIENCE = 60.0
"""Seconds that a peer gets for all seeds of one classic."""


@dataclass
class Found:
    """What a peer made of one classic."""

    found: int = 0
    """Seeds with which it found the bug."""
    seeds: int = 0
    """Seeds that were run to their end within PATIENCE."""
    firsts: list[int] = field(default_factory=list)
    """For each seed that found it, the number of the first failing schedule."""
    problem: str = ""
    """Why there is no figure, or not the whole one."""

    @property
    def median(self) -> float | None:
        """Median schedules to the first failure, over the seeds that found it."""
        return median(self.firsts) if self.firsts else None


LAUNCHER = {"frontrun": ["-m", "frontrun.cli", sys.executable], "interleave_test": []}
"""What stands between the interpreter and the module: frontrun wants to be started by its own command."""


def installed(peer: str) -> bool:
    """Is the package of that peer here?"""
    return importlib.util.find_spec(PACKAGES[peer]) is not None


# --- interleave-test: a model is a program without arguments, as the classics are


def _interleave_test(program: Callable[[], object], seed: int, schedules: int, strategy: str) -> Any:
    import interleave_test

    return interleave_test.explore(
        program, iterations=schedules, seed=seed, strategy=strategy, timeout=10.0, raise_on_failure=False
    )


def interleave_test_first(program: Callable[[], object], seed: int, schedules: int) -> int | None:
    """The number of the first failing schedule under PCT, its more reliable strategy; None if none failed."""
    result = _interleave_test(program, seed, schedules, "pct")
    return None if result.ok else int(result.schedules_run)


def interleave_test_speed(schedules: int) -> float:
    """Schedules per second on two threads and a counter: the faster of its two random strategies."""
    best = 0.0
    for strategy in ("random", "pct"):
        started = time.perf_counter()
        result = _interleave_test(counter.program, 1, schedules, strategy)
        best = max(best, result.schedules_run / (time.perf_counter() - started))
    return best


# --- frontrun: wants a state, workers and an invariant, and starts the threads itself


class CannotRunError(Exception):
    """The program does more than to start all its threads, wait for them and check."""


class _Split:
    """A classic taken apart: what comes before its `run(...)`, the targets, and the check that comes after.

    The program itself waits in a thread of its own, at its call of `run`, while frontrun runs the targets.
    """

    def __init__(self, program: Callable[[], object]) -> None:
        self.targets: tuple[Callable[[], object], ...] = ()
        self.error: Exception | None = None
        self._program = program
        self._at_run, self._may_check, self._ended = (_thread.allocate_lock() for _ in range(3))
        for lock in (self._at_run, self._may_check, self._ended):
            lock.acquire()
        _thread.start_new_thread(self._life, ())
        self._at_run.acquire()

    def _life(self) -> None:
        module = sys.modules[self._program.__module__]
        try:
            with mock.patch.object(module, "run", self._run):
                self._program()
        except Exception as error:
            self.error = self.error or error
        if self._at_run.locked():
            self._at_run.release()
        self._ended.release()

    def _run(self, *targets: Callable[[], object]) -> None:
        self.targets = targets
        self._at_run.release()
        self._may_check.acquire()

    def work(self, number: int) -> None:
        """Run one target; keep its exception for the verdict."""
        try:
            self.targets[number]()
        except Exception as error:
            self.error = self.error or error

    def holds(self) -> bool:
        """Let the program make its check; True when neither it nor a target failed."""
        self._may_check.release()
        self._ended.acquire()
        return self.error is None


def _frontrun(program: Callable[[], object], seed: int, schedules: int) -> Any:
    import frontrun

    workers = [lambda split, number=number: split.work(number) for number in range(_targets(program))]
    return frontrun.explore(
        setup=lambda: _Split(program),
        workers=workers,
        invariant=_Split.holds,
        strategy="random",
        seed=seed,
        max_attempts=schedules,
        max_ops=5_000,  # its own 300 are used up by a Condition: it then ends without a verdict
        detect_io=False,
        deadlock_timeout=0.5,
        reproduce_on_failure=0,
    )


def _targets(program: Callable[[], object]) -> int:
    """How many targets the program gives to `run`; CannotRunError if its main thread does not use it."""
    counts: list[int] = []
    module = sys.modules[program.__module__]
    recorded = mock.patch.object(module, "run", lambda *targets: counts.append(len(targets)))
    refused = mock.patch.object(Crew, "start", side_effect=CannotRunError)  # no thread is to start here
    with recorded, refused, contextlib.suppress(Exception):  # nothing has run, so the check fails
        program()
    if not counts:
        raise CannotRunError("its main thread is one of the racers; frontrun starts the threads itself")
    return counts[0]


def frontrun_first(program: Callable[[], object], seed: int, schedules: int) -> int | None:
    """The number of the first failing schedule under its random strategy; None if none failed."""
    result = _frontrun(program, seed, schedules)
    return None if result.property_holds is not False else int(result.num_explored)


def frontrun_speed(schedules: int) -> float:
    """Schedules per second on two threads and a counter, under its random strategy."""
    import frontrun

    started = time.perf_counter()
    result = frontrun.explore(
        setup=counter.Counter,
        workers=counter.Counter.increment,
        count=2,
        invariant=lambda _: True,
        strategy="random",
        seed=1,
        max_attempts=schedules,
        detect_io=False,
        reproduce_on_failure=0,
    )
    return float(result.num_explored / (time.perf_counter() - started))


FIRST = {"frontrun": frontrun_first, "interleave_test": interleave_test_first}
SPEED = {"frontrun": frontrun_speed, "interleave_test": interleave_test_speed}


def speed(peer: str, schedules: int = 500) -> float | None:
    """Schedules per second of that peer on two threads and a counter; None when it is not installed."""
    if not installed(peer):
        return None
    command = _command(peer, "--speed", str(schedules))
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=2 * PATIENCE)
    return float(done.stdout.splitlines()[-1])


def _command(peer: str, *arguments: str) -> list[str]:
    return [sys.executable, *LAUNCHER[peer], "-m", "benchmarks.peers", peer, *arguments]


def classic_in_child(peer: str, name: str, seeds: int) -> Found:
    """Run the buggy twin of a classic under a peer, in a child process that is given PATIENCE."""
    if not installed(peer):
        return Found(problem="not installed")
    command = _command(peer, name, "--seeds", str(seeds))
    try:
        output = subprocess.run(command, capture_output=True, text=True, timeout=2 * PATIENCE).stdout
    except subprocess.TimeoutExpired as error:
        output = (error.stdout or b"").decode() if isinstance(error.stdout, bytes) else (error.stdout or "")
        return _last(output, f"hung: no answer after {2 * PATIENCE:.0f} s")
    return _last(output, "died")


def _last(output: str, otherwise: str) -> Found:
    """The last line of JSON in the output; where the child did not come to its end, with that problem."""
    lines = [line for line in output.splitlines() if line.startswith("{")]
    found = Found(**json.loads(lines[-1])) if lines else Found()
    if not lines or not found.problem:
        found.problem = otherwise
    if found.problem == "done":
        found.problem = ""
    return found


def _child(peer: str, name: str, seeds: int) -> None:
    found = Found()
    started = time.monotonic()
    for seed in range(seeds):
        try:
            first = FIRST[peer](BY_NAME[name].buggy, seed, SCHEDULES)
        except CannotRunError as error:
            found.problem = str(error)
            break
        except Exception as error:
            # frontrun raises what it cannot explore; interleave-test what it does not model.
            found.problem = f"{type(error).__name__}: {error}".splitlines()[0][:120]
            break
        found.seeds += 1
        if first is not None:
            found.found += 1
            found.firsts.append(first)
        print(json.dumps(asdict(found)), flush=True)
        if time.monotonic() - started > PATIENCE:
            found.problem = "out of time" if found.seeds < seeds else ""
            break
    found.problem = found.problem or "done"
    print(json.dumps(asdict(found)), flush=True)
    os._exit(0)  # a peer may leave threads that never end


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers")
    parser.add_argument("peer", choices=PACKAGES)
    parser.add_argument("name", choices=BY_NAME, nargs="?")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--speed", type=int, metavar="SCHEDULES", help="measure the speed, not a classic")
    given = parser.parse_args()
    if given.speed is not None:
        print(SPEED[given.peer](given.speed))
    elif given.name is not None:
        _child(given.peer, given.name, given.seeds)
    else:
        parser.error("name a classic, or give --speed")
