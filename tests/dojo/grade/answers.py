"""Wrong answers to s05_locks/ticket_dispenser that cheat, and answers that misbehave. Texts of Python files."""

# ruff: noqa: E501 - the texts are easier to read in one line

from __future__ import annotations

NAIVE = '''
class TicketDispenser:
    def __init__(self, first=1):
        self._first, self._taken = first, 0
    def take(self):
        self._taken += 1
        return self._first + self._taken - 1
    def take_row(self, n):
        if n < 1:
            raise ValueError(n)
        return [self.take() for _ in range(n)]
    @property
    def issued(self):
        return self._taken
'''


def naive(top: str = "", *, take: str = "", end: str = "") -> str:
    """The naive answer with more at its top, in its method take, or at its end."""
    body = NAIVE.replace("    def take(self):\n", f"    def take(self):\n{_indented(take)}") if take else NAIVE
    return top + body + end


def _indented(text: str) -> str:
    return "".join(f"        {line}\n" for line in text.strip("\n").splitlines())


CHEATS = {
    # ends early, as if all were well
    "os._exit": naive(take="import os; os._exit(0)"),
    "real _exit": naive("from posix import _exit\n", take="_exit(0)"),
    "exit at import": naive("import os; os._exit(0)\n"),
    "sys.exit": naive("import sys; sys.exit(0)\n"),
    "atexit": naive("import atexit, os; atexit.register(os._exit, 0)\n"),
    "exit in a thread": naive("import threading, sys\nthreading.Thread(target=sys.exit, args=(0,)).start()\n"),
    "kills itself politely": naive(take="import os, signal; os.kill(os.getpid(), signal.SIGTERM)"),
    "pytest.exit": naive(take="import pytest; pytest.exit('done', 0)"),
    "pytest.skip": naive(take="import pytest; pytest.skip('not today')"),
    "unittest.SkipTest": naive(take="import unittest; raise unittest.SkipTest('not today')"),
    "exec replaces the process": naive(take="import os, sys; os.execv(sys.executable, [sys.executable, '-c', ''])"),
    # disarms the tests
    "patches pytest.raises": naive("import pytest\npytest.raises = None\n"),
    "patches hypothesis": naive("import hypothesis\nhypothesis.given = lambda **k: (lambda f: (lambda: None))\n"),
    "patches the scheduler": naive(
        "import sys\nm = sys.__dict__['mod' + 'ules']\nm['dojo.interleave.api'].explore = lambda *a, **k: None\n"
    ),
    "patches threads": naive("import threading\nthreading.Thread.start = lambda self: self.run()\n"
                             "threading.Thread.join = lambda self, timeout=None: None\n"),
    "patches sorted": naive("import builtins\nbuiltins.sorted = lambda *a, **k: True\n"),
    "patches a method of itself": naive("import threading\nthreading.Lock = None\n"),
    "AssertionError is swallowed": naive("__builtins__['AssertionError'] = type('Quiet', (Exception,), {})\n"),
    "deletes the tests": naive("import sys\nfor n in list(sys.modules):\n  if n.startswith('tests.'): del sys.modules[n]\n"),
    "removes tests by frames": naive("import sys\nf = sys._getframe()\nwhile f:\n"
                                     "  for n in list(f.f_globals):\n    if n.startswith('test_'): del f.f_globals[n]\n"
                                     "  f = f.f_back\n"),
    "frames by traceback": naive("try:\n  1 / 0\nexcept ZeroDivisionError as e:\n  print(e.__traceback__.tb_frame.f_back)\n"),
    "collects garbage for the recorder": naive("import gc\nprint(len(gc.get_objects()))\n"),
    "trace function": naive("import sys\nsys.settrace(None)\n"),
    "profile function": naive("import sys\nsys.setprofile(lambda *a: None)\n"),
    # looks who is watching
    "detects gettrace": naive("import sys\nWATCHED = sys.gettrace() is not None\n"),
    "detects monitoring": naive("import sys\nWATCHED = hasattr(sys, 'monitoring') and sys.monitoring.get_tool(3)\n"),
    "detects the test's name": naive("import os\nNAME = os.environ.get('PYTEST_CURRENT_TEST')\n"),
    "detects by modules": naive("import sys\nWATCHED = 'pytest' in sys.modules\n"),
    "detects by inspect": naive("import inspect\nWATCHED = inspect.stack()\n"),
    "compiles itself": naive("exec(compile('import sys', 'x', 'exec'))\n"),
    # looks for the answer, or for the report
    "reads the solution": "from pathlib import Path\nimport katas\n"
    "exec(Path(katas.__file__).parent.parent.joinpath('solutions/s05_locks/ticket_dispenser.py').read_text())\n",
    "imports the solution": "from solutions.s05_locks.ticket_dispenser import *\n",
    "opens the solution where it lies": naive("ROOT = {root!r}\nprint(open(ROOT + '/solut' + 'ions/s05_locks/ticket_dispenser.py').read())\n"),
    "lets cat read it": naive("import subprocess\nROOT = {root!r}\nprint(subprocess.run(['cat', ROOT + '/solut' + 'ions/s05_locks/"
                              "ticket_dispenser.py'], capture_output=True).stdout)\n"),
    "writes the result": naive("import pathlib, os\nfor p in pathlib.Path(os.getcwd()).parents:\n"
                               "  try: (p / 'result.json').write_text('{\"tests\": {}}')\n  except OSError: pass\n"),
    "edits the tests": naive("import katas, pathlib\np = pathlib.Path(katas.__file__).parent.parent / 'tests/s05_locks/"
                             "test_ticket_dispenser.py'\np.write_text('def test_x(): pass\\n')\n"),
    "adds a conftest": naive("import katas, pathlib\np = pathlib.Path(katas.__file__).parent.parent / 'conftest.py'\n"
                             "p.write_text('')\n"),
    # equal to everything
    "__eq__": naive(
        "class Any(int):\n  def __eq__(self, other): return True\n  def __lt__(self, other): return False\n"
        "  __hash__ = int.__hash__\n"
    ).replace("return self._first + self._taken - 1", "return Any(self._first + self._taken - 1)"),
    "hard-coded": "class TicketDispenser:\n  def __init__(self, first=1): self.n = first\n  issued = 1\n"
    "  def take(self): return 1\n  def take_row(self, n): return [1]\n",
}

HOSTILE = {
    "deadlock": naive("import threading\nL = threading.Lock()\n", take="L.acquire(); L.acquire()"),
    "livelock": naive(take="while True: pass"),
    "endless at import": naive("while True: pass\n"),
    "long call into C": naive(take="10 ** 10 ** 8"),
    "endless recursion": naive(take="return self.take()"),
    "deep recursion": naive("import sys\n", take="f = lambda n: f(n + 1); f(0)"),
    "memory": naive(take="x = bytearray(10 ** 11)"),
    "memory bit by bit": naive(take="x = []\nwhile True: x.append(bytearray(10 ** 7))"),
    "forks": naive(take="import os\nwhile True: os.fork()"),
    "forks at import": naive("import os\nwhile True:\n  try: os.fork()\n  except OSError: break\n"),
    "ten thousand threads": naive(
        "import threading, time\n", take="for _ in range(10000): threading.Thread(target=time.sleep, args=(9,)).start()"
    ),
    "swallows everything": naive(take="while True:\n  try: 1 / 0\n  except BaseException: pass"),
    "swallows KeyboardInterrupt": naive(take="import time\nwhile True:\n  try: time.sleep(1)\n  except BaseException: pass"),
    "closes stdout": naive("import sys, os\nsys.stdout.close(); os.close(1); os.close(2)\n"),
    "a gigabyte of output": naive("for _ in range(1000): print('x' * 10 ** 6)\n"),
    "output that is no text": naive("import os\nos.write(1, bytes(range(256)) * 100)\n"),
    "surrogates": naive("raise ValueError('\\udc80\\udcff')\n"),
    "no UTF-8": b"# \xff\xfe\n" + NAIVE.encode(),
    "null bytes": b"\0" + NAIVE.encode(),
    "SIGKILL": naive("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"),
    "SIGSEGV": naive("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n"),
    "SIGSTOP": naive("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\n"),
    "kills its parent": naive("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n"),
    "kills its group": naive("import os, signal\nos.killpg(0, signal.SIGKILL)\n"),
    "no alarms": naive("import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass\n"),
    "alarms blocked": naive(
        "import signal\n", take="signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))\nwhile True: pass"
    ),
    "threading.Thread replaced": naive("import threading\nthreading.Thread = None\n"),
    "a thread that never ends": naive("import threading, time\nthreading.Thread(target=time.sleep, args=(10 ** 6,)).start()\n"),
    "an orphan": naive("import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1e6)'],"
                       " start_new_session=True)\n"),
    "a double fork": naive("import os, time\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0: time.sleep(10 ** 6)\n"
                           "  os.kill(os.getpid(), 9)\n"),
    "shared memory left": naive("from multiprocessing import shared_memory\nB = shared_memory.SharedMemory(create=True, size=99)\n"
                                "B.close()\n"),
    "files left": naive("import tempfile\nF = tempfile.mkstemp()\n"),
    "fills the disk": naive("import tempfile, os\nwhile True:\n  with open(tempfile.mkstemp()[1], 'wb') as f:"
                            "\n    f.write(bytes(5 * 10 ** 7))\n"),
    "one huge file": naive("with open('big', 'wb') as f:\n  f.truncate(0)\n  f.write(bytes(10 ** 9))\n"),
    "sleeps": naive("import time\n", take="time.sleep(1e9)"),
    "sleeps at import": naive("import time\ntime.sleep(1e9)\n"),
    "another folder": naive("import os\nos.chdir('/')\n"),
    "another locale": naive("import locale\nlocale.setlocale(locale.LC_ALL, 'C')\n"),
    "another start method": naive("import multiprocessing\nmultiprocessing.set_start_method('spawn', force=True)\n"),
    "a closed loop": naive("import asyncio\nloop = asyncio.new_event_loop()\nasyncio.set_event_loop(loop)\nloop.close()\n"),
    "all descriptors": naive("import os\nF = []\nwhile True: F.append(os.open('/dev/null', os.O_RDONLY))\n"),
    "switch interval": naive("import sys\nsys.setswitchinterval(100)\n"),
    "the standard input": naive("input()\n"),
    "a broken __repr__": naive("class E(Exception):\n  def __repr__(self): raise self\n  __str__ = __repr__\nraise E\n"),
    "an answer of nothing": "",
    "no Python": "def (",
}

RIGHT = '''
from threading import Lock

class TicketDispenser:
    def __init__(self, first=1):
        self._first, self._taken, self._lock = first, 0, Lock()
    def take(self):
        return self.take_row(1)[0]
    def take_row(self, n):
        if n < 1:
            raise ValueError(n)
        with self._lock:
            start = self._first + self._taken
            self._taken += n
            return list(range(start, start + n))
    @property
    def issued(self):
        with self._lock:
            return self._taken
'''
