"""What a dump tells: the locks that each thread holds and wants, and the ring of those who wait for each other.

The dumps of the first tests were printed by real programs; those of the property are rendered from a plan that knows
which thread stands where.
"""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from katas.s21_debugging_testing.stack_dump import ThreadState, find_deadlock, read_dump

BOOKING = """\
import threading
from queue import Queue

seats = threading.Lock()
till = threading.Lock()
printer = threading.Lock()
orders = Queue()
ready = threading.Barrier(3)


def reserve():
    with printer:
        pass
    with seats:
        pay()


def pay():
    ready.wait()
    with till:
        print("paid")


def refund():
    with till:
        def note():
            with printer:
                pass
        ready.wait()
        note()
        with seats:
            print("refunded")


def report():
    with seats:
        print("report")


def serve():
    while True:
        orders.get()
"""
SOURCES = {"/srv/booking.py": BOOKING}

DUMP_311 = """\
Timeout (0:00:30)!
Thread 0x00007f55a266f6c0 (most recent call first):
  File "/srv/booking.py", line 36 in report
  File "/usr/lib/python3.11/threading.py", line 982 in run
  File "/usr/lib/python3.11/threading.py", line 1045 in _bootstrap_inner
  File "/usr/lib/python3.11/threading.py", line 1002 in _bootstrap

Thread 0x00007f55a2e746c0 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 327 in wait
  File "/usr/lib/python3.11/queue.py", line 171 in get
  File "/srv/booking.py", line 42 in serve
  File "/usr/lib/python3.11/threading.py", line 982 in run
  File "/usr/lib/python3.11/threading.py", line 1045 in _bootstrap_inner
  File "/usr/lib/python3.11/threading.py", line 1002 in _bootstrap

Thread 0x00007f55a36796c0 (most recent call first):
  File "/srv/booking.py", line 31 in refund
  File "/usr/lib/python3.11/threading.py", line 982 in run
  File "/usr/lib/python3.11/threading.py", line 1045 in _bootstrap_inner
  File "/usr/lib/python3.11/threading.py", line 1002 in _bootstrap

Thread 0x00007f55a3e7e6c0 (most recent call first):
  File "/srv/booking.py", line 20 in pay
  File "/srv/booking.py", line 15 in reserve
  File "/usr/lib/python3.11/threading.py", line 982 in run
  File "/usr/lib/python3.11/threading.py", line 1045 in _bootstrap_inner
  File "/usr/lib/python3.11/threading.py", line 1002 in _bootstrap

Current thread 0x00007f55a49c6b80 (most recent call first):
  File "/srv/main.py", line 10 in <module>
"""
STATES_311 = [
    ThreadState("0x00007f55a266f6c0", frozenset(), "seats"),
    ThreadState("0x00007f55a2e746c0", frozenset(), None),
    ThreadState("0x00007f55a36796c0", frozenset({"till"}), "seats"),
    ThreadState("0x00007f55a3e7e6c0", frozenset({"seats"}), "till"),
    ThreadState("0x00007f55a49c6b80", frozenset(), None),
]
DUMP_313 = """\
Thread 0x00007f39676fc6c0 (most recent call first):
  File "/srv/booking.py", line 19 in pay
  File "/srv/booking.py", line 15 in reserve
  File "/usr/lib/python3.13/threading.py", line 992 in run
  File "/usr/lib/python3.13/threading.py", line 1041 in _bootstrap_inner
  File "/usr/lib/python3.13/threading.py", line 1012 in _bootstrap

Thread 0x00007f3966efb6c0 (most recent call first):
  <no Python frame>

Current thread 0x00007f3968294c40 (most recent call first):
  File "/srv/booking.py", line 36 in report
  File "/srv/main.py", line 10 in <module>
"""
STATES_313 = [
    ThreadState("0x00007f39676fc6c0", frozenset({"seats"}), None),
    ThreadState("0x00007f3966efb6c0", frozenset(), None),
    ThreadState("0x00007f3968294c40", frozenset(), "seats"),
]
DUMP_NAMES = """\
Fatal Python error: Aborted

Current thread 0x00007f1200000001 [Thread-1 (refund] (most recent call first):
  File "/srv/booking.py", line 31 in refund

Thread 0x00007f1200000002 [pool[0] worker 3] (most recent call first):
  File "/srv/booking.py", line 20 in pay
  File "/srv/booking.py", line 15 in reserve
  ...

Current thread's C stack trace (most recent call first):
  Binary file "/usr/bin/python3.14", at _Py_DumpStack+0x48 [0x64f1a8]

Extension modules: _greenlet (total: 1)
"""
STATES_NAMES = [
    ThreadState("0x00007f1200000001", frozenset({"till"}), "seats"),
    ThreadState("0x00007f1200000002", frozenset({"seats"}), "till"),
]
IN_A_RING = ["0x00007f55a36796c0", "0x00007f55a3e7e6c0"]


@pytest.mark.parametrize(
    ("dump", "states", "ring"),
    [
        pytest.param(DUMP_311, STATES_311, IN_A_RING, id="3.11"),
        pytest.param(DUMP_313, STATES_313, [], id="3.13"),
        pytest.param(DUMP_NAMES, STATES_NAMES, [state.thread for state in STATES_NAMES], id="names"),
        pytest.param("", [], [], id="empty"),
    ],
)
def test_recorded_dump(dump: str, states: list[ThreadState], ring: list[str]) -> None:
    """A dump that a program has printed was misread: a thread is missing, or its locks are wrong."""
    assert read_dump(dump, SOURCES) == states
    assert find_deadlock(states) == ring


def test_lines_of_no_thread() -> None:
    """Something stood before the first header, or a file had a blank in its name, or a namesake: that was misread."""
    dump = (
        "The watchdog saw this last:\n"
        '  File "/srv/booking.py", line 36 in report\n'
        "\n"
        "Thread 0x0001 (most recent call first):\n"
        '  File "/srv/night shift/booking 2.py", line 20 in pay\n'
        '  File "/srv/night shift/booking 2.py", line 15 in reserve\n'
        '  File "/old/booking 2.py", line 31 in refund\n'
    )
    night = {"/srv/night shift/booking 2.py": BOOKING}
    sources = {"/srv/day shift/booking 2.py": CALLERS, **night, "/srv/booking 2.py": CALLERS}
    found = read_dump(dump, sources)
    assert found == [ThreadState("0x0001", frozenset({"seats"}), "till")]


def read(source: str, *frames: tuple[str, int, str]) -> ThreadState:
    """The state of a thread with these frames (file, line, function), the innermost first."""
    lines = ["Thread 0x01 (most recent call first):"]
    lines += [f'  File "{file}", line {line} in {function}' for file, line, function in frames]
    (state,) = read_dump("\n".join(lines), {"a.py": source})
    assert state.thread == "0x01"
    return state


CALLERS = """\
def outer():
    with a:
        middle()
    with b:
        pass

def middle():
    inner()

def inner():
    with c:
        print("c")
"""


def test_lock_held_by_a_caller() -> None:
    """A caller further down the stack has taken a lock, and it was not seen: the caller has not left its block yet."""
    frames = ("a.py", 11, "inner"), ("a.py", 8, "middle"), ("a.py", 3, "outer")
    assert read(CALLERS, *frames) == ThreadState("0x01", frozenset("a"), "c")
    assert read(CALLERS, ("a.py", 12, "inner"), *frames[1:]) == ThreadState("0x01", frozenset("ac"), None)


BLOCKS = """\
def work():
    with a:
        x = 1
    with self.locks["b"]:
        for i in range(3):
            if x:
                with c.d:
                    x = 2
            x = 3
            with e:
                x = 4
        x = 5
    x = 6
"""


@pytest.mark.parametrize(
    ("line", "holds", "wants"),
    [
        (2, [], "a"),
        (3, ["a"], None),
        (4, [], "self.locks['b']"),
        (7, ["self.locks['b']"], "c.d"),
        (8, ["self.locks['b']", "c.d"], None),
        (9, ["self.locks['b']"], None),
        (10, ["self.locks['b']"], "e"),
        (11, ["self.locks['b']", "e"], None),
        (12, ["self.locks['b']"], None),
        (13, [], None),
    ],
)
def test_finished_with_block(line: int, holds: list[str], wants: str | None) -> None:
    """A block that the thread has left already, or has not entered yet, was taken for one that it is in."""
    assert read(BLOCKS, ("a.py", line, "work")) == ThreadState("0x01", frozenset(holds), wants)


LONG_STATEMENT = """\
def work():
    with a:
        # one statement on several lines
        pay(
            seats[0],

            seats[1],
        )
    pay(
        seats[2],
    )
"""


@pytest.mark.parametrize(("line", "holds"), [(4, "a"), (5, "a"), (7, "a"), (8, "a"), (9, ""), (10, ""), (11, "")])
def test_statement_on_several_lines(line: int, holds: str) -> None:
    """A statement goes over several lines, a frame stands at any of them, and only some were taken for the block's."""
    assert read(LONG_STATEMENT, ("a.py", line, "work")) == ThreadState("0x01", frozenset(holds), None)


BRANCHES = """\
def work():
    try:
        x = 1
    except ValueError:
        with a:
            x = 2
    else:
        with b:
            x = 3
    finally:
        with c:
            x = 4
    if x:
        x = 5
    elif y:
        with d:
            x = 6
    else:
        with e:
            x = 7
    while x:
        x = 8
    else:
        with f:
            x = 9
    match x:
        case 1:
            with g:
                x = 10
"""


@pytest.mark.parametrize("lock", "abcdefg")
def test_block_in_a_branch(lock: str) -> None:
    """A with that stands in a branch of another statement was not seen."""
    header = [line.strip() for line in BRANCHES.splitlines()].index(f"with {lock}:") + 1
    assert read(BRANCHES, ("a.py", header, "work")) == ThreadState("0x01", frozenset(), lock)
    assert read(BRANCHES, ("a.py", header + 1, "work")) == ThreadState("0x01", frozenset(lock), None)


NESTED = """\
def outer():
    with a:
        def inner():
            x = 1
            with b:
                x = 2
        class Late:
            def method(self):
                with c:
                    x = 3
    inner()
"""


@pytest.mark.parametrize(
    ("frames", "holds", "wants"),
    [
        ([("a.py", 3, "outer")], "a", None),
        ([("a.py", 4, "inner"), ("a.py", 11, "outer")], "", None),
        ([("a.py", 5, "inner"), ("a.py", 11, "outer")], "", "b"),
        ([("a.py", 6, "inner"), ("a.py", 11, "outer")], "b", None),
        ([("a.py", 10, "method")], "c", None),
        ([("a.py", 9, "method"), ("a.py", 6, "inner")], "b", "c"),
    ],
)
def test_function_defined_inside_with(frames: list[tuple[str, int, str]], holds: str, wants: str | None) -> None:
    """A function was defined inside a with: it does not hold that lock when it runs, but who defines it does."""
    assert read(NESTED, *frames) == ThreadState("0x01", frozenset(holds), wants)


NAMESAKES = """\
class Shop:
    def close(self):
        with a:
            x = 1

class Till:
    def close(self):
        with b:
            x = 2
"""


def test_functions_of_the_same_name() -> None:
    """Two functions have the same name, and one was taken for the other: the line tells which of them it is."""
    assert read(NAMESAKES, ("a.py", 8, "close")) == ThreadState("0x01", frozenset(), "b")
    assert read(NAMESAKES, ("a.py", 9, "close"), ("a.py", 4, "close")) == ThreadState("0x01", frozenset("ab"), None)


DECORATED = """\
def outer():
    with a:
        @trace
        def inner():
            x = 1
        return inner
"""


def test_decorator_inside_with() -> None:
    """A thread is at a decorator: it is still in the function around the decorated one, and holds its locks."""
    assert read(DECORATED, ("a.py", 3, "outer")) == ThreadState("0x01", frozenset("a"), None)
    assert read(DECORATED, ("a.py", 5, "inner")) == ThreadState("0x01", frozenset(), None)


def test_library_frame_on_top() -> None:
    """The innermost frame is a library's. The thread waits there, not for the lock in the header below."""
    library = ("/usr/lib/python3.11/threading.py", 2, "__enter__")
    assert read(CALLERS, library, ("a.py", 2, "outer")) == ThreadState("0x01", frozenset(), None)
    assert read(CALLERS, library, ("a.py", 3, "outer")) == ThreadState("0x01", frozenset("a"), None)


def test_same_lock_in_another_spelling() -> None:
    """Blanks, quotes or brackets made one lock two: then nobody seems to wait for anybody. Or it has another name."""
    source = "with shop[ 'till' ]:\n    x = 1\nwith (shop[\"till\"]):  # again\n    x = 2\n"
    assert read(source, ("a.py", 2, "<module>")).holds == {"shop['till']"}
    assert read(source, ("a.py", 3, "<module>")).wants == "shop['till']"
    source = "with rows[ n+1 ]:\n    with shop['my  till']:\n        x = 1\n"
    assert read(source, ("a.py", 3, "<module>")).holds == {"rows[n + 1]", "shop['my  till']"}, "as ast.unparse has it"


def states(*rows: tuple[str, str]) -> list[ThreadState]:
    """Threads 1, 2, 3, ... with the locks that each holds, and the one that it wants (or "")."""
    return [
        ThreadState(f"0x{number}", frozenset(holds), wants or None) for number, (holds, wants) in enumerate(rows, 1)
    ]


def test_waiting_is_not_deadlock() -> None:
    """Threads queue for a lock whose holder is at work, or wait for a lock nobody holds: that goes on by itself."""
    assert find_deadlock([]) == []
    assert find_deadlock(states(("", "a"), ("", "a"), ("", "a"), ("a", ""))) == []
    assert find_deadlock(states(("", ""), ("ab", ""), ("c", "b"), ("d", "c"))) == []
    assert find_deadlock(states(("a", "free"), ("b", "a"))) == []


def test_ring_of_one() -> None:
    """A thread waits for a lock that it holds itself: it will wait for ever, alone."""
    assert find_deadlock(states(("", "a"), ("ab", "a"), ("c", "b"))) == ["0x2"]


@pytest.mark.parametrize(
    ("rows", "ring"),
    [
        ([("a", "b"), ("b", "a")], "12"),
        ([("a", "b"), ("b", "c"), ("c", "a")], "123"),
        ([("a", "c"), ("b", "a"), ("c", "b")], "132"),
        ([("", "a"), ("x", "y"), ("y", ""), ("c", "a"), ("a", "b"), ("bz", "c")], "456"),
        ([("d", "a"), ("b", "c"), ("a", "b"), ("c", "a")], "243"),
        ([("a", "e"), ("e", "c"), ("d", "b"), ("c", "d"), ("b", "a")], "12435"),
    ],
)
def test_ring_of_three(rows: list[tuple[str, str]], ring: str) -> None:
    """A ring was missed, told from the wrong thread on or in the wrong order, or told with those who wait beside it."""
    found = find_deadlock(states(*rows))
    assert found == [f"0x{number}" for number in ring], f"(holds, wants): {rows}"


def test_ring_begins_with_the_first() -> None:
    """A ring was told from its smallest id on: which thread comes first in states has nothing to do with the ids."""
    rows = states(("a", "b"), ("b", "c"), ("c", "a"))
    assert find_deadlock(rows[::-1]) == ["0x3", "0x1", "0x2"]


# Programs with threads in them, and what is right about these is known from the plan

LOCKS = ["a", "b", "self.c", "shop.till.d", "locks[0]", "locks['e']", "f", "g"]
STATEMENTS = ["for i in range(3):", "if ready:", "while True:", "try:"]


class Page:
    """A source file that is being written."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, depth: int, text: str) -> int:
        """The number of the line."""
        self.lines.append("    " * depth + text)
        return len(self.lines)


def write_function(chance: Random, page: Page, name: str, mine: list[str], wanted: str | None) -> int:
    """Write a function that stands inside the locks `mine`, and at the header for `wanted`; that line."""

    def decoy(depth: int) -> None:
        if chance.random() < 0.5:
            page.write(depth, f"with {chance.choice(LOCKS)}:")
            page.write(depth + 1, "x = 1")

    depth = 0
    outer: list[tuple[int, str]] = []
    if chance.random() < 0.5:  # defined inside a with of another function
        page.write(0, f"def makes_{name}():")
        page.write(1, f"with {chance.choice(LOCKS)}:")
        depth = 2
    page.write(depth, f"def {name}(self):")
    depth += 1
    for lock in [*mine, None]:
        decoy(depth)
        if chance.random() < 0.5:
            statement = chance.choice(STATEMENTS)
            page.write(depth, statement)
            if statement == "try:":
                outer.append((depth, "finally:"))
            depth += 1
            decoy(depth)
        if lock is not None:
            page.write(depth, f"with {lock}:")
            depth += 1
    if wanted is None:
        line = page.write(depth, "work()")
    else:
        line = page.write(depth, f"with {wanted}:")
        page.write(depth + 1, "work()")
    decoy(depth)
    for at, text in reversed(outer):
        page.write(at, text)
        page.write(at + 1, "x = 2")
        decoy(at)
    page.write(0, "")
    return line


def ring_by_removal(found: list[ThreadState]) -> set[str]:
    """Take away who can go on, and who is waited for by nobody, until nothing changes: rings are left."""
    left = set(found)
    while True:
        held = {lock for state in left for lock in state.holds}
        wanted = {state.wants for state in left}
        fewer = {state for state in left if state.wants in held and state.holds & wanted}
        if fewer == left:
            return {state.thread for state in left}
        left = fewer


@given(
    threads=st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["waits", "works", "library"])), max_size=4),
    chance=st.randoms(use_true_random=True),
)
@settings(max_examples=60)
def test_generated_programs(threads: list[tuple[int, str]], chance: Random) -> None:
    """In a program made up at random, the state of a thread is wrong, or the ring is."""
    pages = {"/srv/one.py": Page(), "/srv/two.py": Page()}
    free = chance.sample(LOCKS, len(LOCKS))
    expected, dump = [], []
    for number, (calls, on_top) in enumerate(threads):
        holds: set[str] = set()
        frames = []
        header = chance.choice(LOCKS) if on_top != "works" else None
        wants = header if on_top == "waits" else None  # else it is inside a library's __enter__
        for depth in range(calls):
            mine = [free.pop() for _ in range(min(len(free), chance.randint(0, 2)))]
            holds |= set(mine)
            file = chance.choice(sorted(pages))
            name = f"f{number}_{depth}"
            line = write_function(chance, pages[file], name, mine, header if depth == 0 else None)
            frames.append(f'  File "{file}", line {line} in {name}')
            if chance.random() < 0.5:
                frames.append(f'  File "/usr/lib/python3.12/threading.py", line {chance.randint(1, 9)} in run')
        if on_top == "library":
            frames.insert(0, '  File "/usr/lib/python3.12/threading.py", line 2 in wait')
        thread = f"0x{number:016x}"
        label = chance.choice(["", f" [Thread-{number}]"])
        title = "Current thread" if chance.random() < 0.5 else "Thread"
        dump += [f"{title} {thread}{label} (most recent call first):", *frames, ""]
        expected.append(ThreadState(thread, frozenset(holds), wants))
    sources = {file: "\n".join(page.lines) for file, page in pages.items()}
    assert read_dump("\n".join(dump), sources) == expected
    ring = ring_by_removal(expected)
    holder = {lock: state.thread for state in expected for lock in state.holds}
    after = {state.thread: holder.get(state.wants or "") for state in expected}
    order = [state.thread for state in expected if state.thread in ring][:1]
    while order and after[order[-1]] != order[0]:
        order.append(after[order[-1]] or "")
    assume(len(order) == len(ring))  # at most one ring
    assert find_deadlock(expected) == order


LIVE = """\
import faulthandler, os, sys, threading

salt, pepper = threading.Lock(), threading.Lock()
both = threading.Barrier(2)


def cook():
    with salt:
        both.wait()
        with pepper:
            print("soup")


def season():
    with pepper:
        taste()


def taste():
    both.wait()
    with salt:
        print("more")


threads = [threading.Thread(target=target, daemon=True) for target in (cook, season)]
for thread in threads:
    thread.start()
while True:
    frames = sys._current_frames()
    if [frames[thread.ident].f_lineno for thread in threads] == [10, 21]:
        break
faulthandler.dump_traceback(all_threads=True)
os._exit(0)
"""


def test_live_deadlock(tmp_path: Path) -> None:
    """The dump of a real program that has run into a deadlock, printed by this Python, was misread."""
    script = tmp_path / "kitchen.py"
    script.write_text(LIVE)
    child = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60)
    found = read_dump(child.stderr, {str(script): LIVE})
    told = {(state.holds, state.wants) for state in found}
    assert told == {(frozenset({"salt"}), "pepper"), (frozenset({"pepper"}), "salt"), (frozenset(), None)}, child.stderr
    assert len(found) == 3
    assert find_deadlock(found) == [state.thread for state in found if state.wants]
