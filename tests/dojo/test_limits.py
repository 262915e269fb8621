"""Answers can neither end the run nor keep it from ending."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from dojo import telling
from dojo.answers import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="interrupting needs SIGALRM")


def test_hang(house):
    """The stacks are shown, and the other katas still run."""
    house.solve("s01_first/one")
    house.answer(
        "s01_first/two",
        "import threading\n    lock = threading.Lock()\n    lock.acquire()\n    lock.acquire()",
    )
    result = house.pytest("--all", "--timeout=1")
    assert (result.status, result.count("passed"), result.count("failed")) == (1, 2, 4), result
    assert re.search(r"still running after [1-6](\.\d+)? seconds", result.out), result  # by the load
    assert "katas/s01_first/two.py:5 in number:  lock.acquire()" in result.out, result


def test_hang_in_every_test(house):
    """The first one has all its time, the others have less: the answer is red already."""
    house.answer("s01_first/one", "while True: pass")
    result = house.pytest("--all", "--timeout=3")
    assert result.count("failed") == 6, result
    limits = [float(seconds) for seconds in re.findall(r"still running after ([\d.]+) seconds", result.out)]
    assert limits[1] < limits[0] / 2, limits


def test_nobody_to_tell_of(tmp_path):
    """The time was over while the search was at work between two runs."""
    assert telling.stacks([tmp_path]).startswith("no thread was in the tests or in the answer")


def test_hang_that_swallows_every_interruption(house):
    house.answer(
        "s01_first/one",
        "import time\n    while True:\n        try:\n            time.sleep(99)\n"
        "        except BaseException:\n            pass",
    )
    result = house.pytest("--timeout=1")
    assert result.status == 1, result
    assert "  FAIL   test_is_a_number\n" in result.out, result
    assert re.search(r"still running after [1-6](\.\d+)? seconds", result.out), result  # by the load


@pytest.mark.parametrize("call", ["import os; os._exit(0)", "import sys; sys.exit(0)"])
def test_exit_in_a_test(house, call):
    house.answer("s01_first/one", call)
    house.solve("s02_second/three")
    result = house.pytest("--all")
    assert (result.status, result.count("passed"), result.count("failed")) == (1, 2, 4), result


def test_os_exit_says_where(house):
    house.answer("s01_first/one", "import os\n    os._exit(0)")
    result = house.pytest()
    assert (
        "os._exit(0) was called: it would have ended the whole run (katas/s01_first/one.py, line 3)"
        in result.out
    )


LOST_TASK = """import asyncio, gc


async def fails():
    return [1, 2][(lambda: 1 // 0)()]


async def leave_a_failed_task():
    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    ring = [task]
    ring.append(ring)


def number():
    gc.disable()
    asyncio.run(leave_a_failed_task())
    gc.enable()
    raise ValueError("red")


"""


def test_lost_task_collected_during_a_report(house):
    """Its traceback is logged then: Python 3.11 cannot do so while pytest parses a source."""
    others = "".join(f"def f{i}(a, b={i}):\n    return [a + b * (c - {i}) for c in a]\n" for i in range(2000))
    house.write("katas/s01_first/one.py", LOST_TASK + others)
    result = house.pytest("--all")
    assert "INTERNALERROR" not in result.text, result
    assert result.count("failed") == 6, result


BETWEEN_TWO_LINES = """
import sys
import types


def number():
    frame = sys._getframe()
    nowhere = next(at for at, place in enumerate(frame.f_code.co_positions()) if place[0] is None)
    error = ValueError("red")
    traceback = types.TracebackType(None, frame, 2 * nowhere, -1)
    assert traceback.tb_lineno is None
    try:
        raise error.with_traceback(traceback)
    except ValueError as first:
        raise RuntimeError("red again")
    return lambda: frame
"""


def test_an_error_between_two_lines(house):
    """A time limit may strike there. pytest wants a line for each entry of a traceback, and ends the run."""
    house.answer("s01_first/one", "return 1")
    house.write("katas/s01_first/one.py", BETWEEN_TWO_LINES)
    result = house.pytest("--all", "tests/s01_first/test_one.py")
    assert "INTERNALERROR" not in result.text, result
    assert "RuntimeError: red again" in result.text, result


LEFT = {
    "thread": "import threading\n    lock = threading.Lock()\n    lock.acquire()\n"
    "    threading.Thread(target=lock.acquire, name='stray').start()\n    return 1",
    "process": "import multiprocessing, time\n"
    "    multiprocessing.get_context('fork').Process(target=time.sleep, args=(99,), name='stray').start()\n"
    "    return 1",
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("kind", LEFT)
@pytest.mark.parametrize("right", [True, False])
def test_what_is_left_behind_does_not_keep_the_run_alive(house, kind, right):
    """It is named, and ended by force; the test that has left it is red."""
    house.answer("s01_first/one", LEFT[kind].replace("return 1", f"return {int(right)}"))
    result = house.pytest("tests/s01_first/test_one.py")
    assert (result.status, result.count("failed")) == (1, 2), result
    assert f"{kind} stray, started at one.py:" in result.out, result
    if kind == "thread":  # a process was ended right after its test
        assert "left behind by the code under test, ended by force: thread stray" in result.err, result


HOLDS_A_LOCK = """
import concurrent.futures.thread, sys, threading, time
from dojo import leftovers

def hold():
    with concurrent.futures.thread._global_shutdown_lock:
        time.sleep(1000)

threading.Thread(target=hold, name="stray", daemon=True).start()
leftovers.LAST_GRACE = 0.5
leftovers._Leftovers().pytest_unconfigure()
"""


def test_a_daemon_thread_with_a_lock_that_the_interpreter_needs_at_its_end():
    done = subprocess.run([sys.executable, "-c", HOLDS_A_LOCK], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0
    assert "ended by force: thread stray" in done.stderr


WAITS_AT_EXIT = """
import atexit, threading
from dojo import leftovers

lock = threading.Lock()
lock.acquire()
atexit.register(lock.acquire)
leftovers.LAST_GRACE = 0.5
left = leftovers._Leftovers()
left._status = 1
left.pytest_unconfigure()
"""


def test_a_function_of_atexit_that_waits_for_ever_after_a_red_test():
    done = subprocess.run([sys.executable, "-c", WAITS_AT_EXIT], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert "ended by force: whatever kept the interpreter from its end" in done.stderr


def test_idle_workers_of_an_executor_are_no_leftovers(house):
    house.answer(
        "s01_first/one",
        "from concurrent.futures import ThreadPoolExecutor\n"
        "    return ThreadPoolExecutor().submit(int, 1).result()",
    )
    result = house.pytest("tests/s01_first/test_one.py")
    assert result.status == 0, result
    assert "left behind" not in result.text, result


def test_an_exception_in_a_thread_that_nobody_read(house):
    house.answer(
        "s01_first/one",
        "import threading\n    thread = threading.Thread(target=lambda: 1 // 0)\n"
        "    thread.start()\n    thread.join()\n    return 1",
    )
    result = house.pytest("tests/s01_first/test_one.py")
    assert result.status == 1, result
    assert "ZeroDivisionError" in result.out, result
