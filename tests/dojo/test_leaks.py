"""What a kata's test leaves is found and named; what was there before, or ends by itself, is not."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing import shared_memory

import pytest

from dojo.leaks import LeakError, Leaks, no_descriptor_left

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="told by /proc")


@pytest.fixture
def leaks() -> Iterator[Leaks]:
    leaks = Leaks()
    yield leaks
    leaks.stop()
    leaks.clear_away()


def test_nothing(leaks: Leaks) -> None:
    thread = threading.Thread(target=time.sleep, args=(0.05,))
    thread.start()
    assert leaks.left() == []


def test_a_thread(leaks: Leaks) -> None:
    end = threading.Event()
    threading.Thread(target=end.wait, name="forgotten", daemon=True).start()
    line = sys._getframe().f_lineno - 1
    assert leaks.left() == [f"thread forgotten, started at test_leaks.py:{line}"]
    end.set()


def test_a_process_that_runs(leaks: Leaks, start_method: str) -> None:
    child = multiprocessing.Process(target=time.sleep, args=(60,), name="forgotten")
    child.start()
    (left,) = leaks.left()
    assert left.startswith("process forgotten, started at test_leaks.py:")
    assert left.endswith("is still running")
    child.kill()
    child.join()


@linux
def test_a_process_that_nobody_waited_for(leaks: Leaks) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    child.stdout.read()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    (left,) = leaks.left()
    assert left.endswith("has ended, but nobody waited for it")
    child.communicate()


@linux
def test_a_shared_memory_block(leaks: Leaks) -> None:
    block = shared_memory.SharedMemory(create=True, size=8)
    block.close()
    assert leaks.left() == [f"shared-memory block {block.name}, made at test_leaks.py:{sys._getframe().f_lineno - 2}"]
    block.unlink()
    assert leaks.left() == []


@linux
def test_descriptors() -> None:
    with no_descriptor_left():
        reader, writer = multiprocessing.Pipe()
        reader.close()
        writer.close()
    ends = []
    with pytest.raises(LeakError, match="left open: "), no_descriptor_left():
        ends += multiprocessing.Pipe()
    for end in ends:
        end.close()


@linux
def test_memory_of_values_is_kept() -> None:
    """multiprocessing keeps the memory from which it cuts Values, and the first one makes it."""
    program = (
        "import multiprocessing\n"
        "from dojo.leaks import no_descriptor_left\n"
        "with no_descriptor_left():\n"
        "    multiprocessing.Value('i', 0)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@linux
def test_the_fork_server_is_kept() -> None:
    """multiprocessing starts it for the first child that asks for it."""
    program = (
        "import multiprocessing\n"
        "from dojo.leaks import no_descriptor_left\n"
        "with no_descriptor_left():\n"
        "    child = multiprocessing.get_context('forkserver').Process(target=print)\n"
        "    child.start()\n"
        "    child.join()\n"
        "    child.close()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_a_kata_that_leaves_a_thread_is_red(house) -> None:
    body = "import threading, time; threading.Thread(target=time.sleep, args=(5,)).start(); return 1"
    house.answer("s01_first/one", body)
    result = house.pytest("tests/s01_first/test_one.py", "-q")
    assert result.status == 1, result
    assert "the test is over, and this is left:" in result.out
    assert "started at one.py:2" in result.out


def test_what_a_test_patches_is_put_back_whole(house) -> None:
    """monkeypatch puts back what it found; what notes the threads is gone only then, or it would stay for ever."""
    house.write(
        "tests/s01_first/conftest.py",
        """
import threading

START = threading.Thread.start

def pytest_sessionfinish():
    assert threading.Thread.start is START
""",
    )
    patches = 'def test_one(monkeypatch): monkeypatch.setattr("threading.Thread.start", lambda self: None)'
    house.write("tests/s01_first/test_one.py", patches)
    result = house.pytest("tests/s01_first/test_one.py", "--katas=solutions", "-q")
    assert result.status == 0, result
