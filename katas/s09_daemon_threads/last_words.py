"""Predict what eight programs print until their very end.

Eight tiny programs end while threads are still around. Decide for each what it prints and with which exit code it ends,
before you run anything: the tests run them and compare.
"""

from __future__ import annotations

PROGRAMS: dict[str, str] = {
    "killed": """
import threading

started = threading.Event()


def backup():
    try:
        print("backup: started", flush=True)
        started.set()
        threading.Event().wait()
    finally:
        print("backup: cleaned up", flush=True)


threading.Thread(target=backup, daemon=True).start()
started.wait()
print("main: done", flush=True)
""",
    "waited_for": """
import atexit
import threading

gate = threading.Event()
atexit.register(print, "atexit: bye")


def report():
    gate.wait()
    print("report: saved", flush=True)


threading.Thread(target=report).start()
print("main: done", flush=True)
gate.set()
""",
    "inherits": """
import threading


def tell():
    thread = threading.current_thread()
    print(thread.name, thread.daemon, flush=True)


def run(thread):
    thread.start()
    thread.join()


def parent():
    tell()
    run(threading.Thread(target=tell, name="child"))
    run(threading.Thread(target=tell, name="asked", daemon=False))


run(threading.Thread(target=parent, name="parent", daemon=True))
run(threading.Thread(target=tell, name="of main"))
""",
    "too_late": """
import threading

gate = threading.Event()
thread = threading.Thread(target=gate.wait)
thread.start()
try:
    thread.daemon = True
    print("daemon:", thread.daemon, flush=True)
except RuntimeError:
    print("refused:", thread.daemon, flush=True)
gate.set()
""",
    "last_one_out": """
import threading

ping, pong = threading.Event(), threading.Event()


def monitor():
    threading.main_thread().join()
    print("monitor: main is gone", flush=True)
    ping.set()
    pong.wait()
    print("monitor: pong", flush=True)


def upload():
    ping.wait()
    print("upload: done", flush=True)


threading.Thread(target=monitor, daemon=True).start()
threading.Thread(target=upload).start()
print("main: done", flush=True)
""",
    "exit_code": """
import sys
import threading


def fail():
    raise OSError("disk full")


def leave():
    print("quitting", flush=True)
    sys.exit(3)


for work in (fail, leave):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
print("main: done", flush=True)
""",
    "forgotten_pool": """
import atexit
import threading
from concurrent.futures import ThreadPoolExecutor

gate = threading.Event()
atexit.register(print, "atexit: bye")


def job(number):
    gate.wait()
    print("job", number, threading.current_thread().daemon, flush=True)


pool = ThreadPoolExecutor(1)
pool.submit(job, 1)
pool.submit(job, 2)
print("main: done", flush=True)
gate.set()
""",
    "join_timeout": """
import threading

thread = threading.Thread(target=threading.Event().wait, daemon=True)
thread.start()
print("join:", thread.join(timeout=0.01), flush=True)
print("alive:", thread.is_alive(), flush=True)
""",
}
"""Eight programs; do not edit them. Read each as if it were a file of its own: `python program.py`."""

# TODO: for each program the lines of its standard output, then "exit" and the exit code, as in
#       ["main: done", "exit 0"]. Write plain lists of texts, here in the dict: no names, no calls.
PREDICTIONS: dict[str, list[str]] = {
    "killed": [],
    "waited_for": [],
    "inherits": [],
    "too_late": [],
    "last_one_out": [],
    "exit_code": [],
    "forgotten_pool": [],
    "join_timeout": [],
}
