"""A dump tells lines, not locks: the source says which locks a thread at that line has.

`ast` knows the block of each `with` by its lines. What counts are the statements of the frame's own function: one
that was defined inside a `with` runs later, when nobody may hold the lock any more. The same holds the other way round:
every frame of the stack is still inside its blocks, so a lock may have been taken by a caller far down the list.

In the wait-for graph each thread waits for at most one lock, and each lock has at most one holder. So there is nothing
to search: follow the arrows from a thread; where they end, everybody waits for somebody who will go on (a convoy, or a
worker that waits for work). Where they come back, nobody will.

In production: `faulthandler.dump_traceback_later(30)` writes such a dump when a program hangs, `faulthandler.register`
does it on a signal, `sys._current_frames()` gives the same from inside, and py-spy from outside without a stop. They
show at most 100 threads, and 100 frames of each. Thread sanitizers do the same for each lock while the program runs.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

HEADER = re.compile(r"(?:Thread|Current thread) (0x[0-9a-fA-F]+)(?: \[.*\])? \(most recent call first\):")
FRAME = re.compile(r' *File "(.*)", line (\d+) in ')
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class ThreadState:
    """What the dump tells of one thread. Locks are named as the source has them, in the spelling of ast.unparse."""

    thread: str  # the id as in the dump, as "0x00007f21767fc6c0"
    holds: frozenset[str]  # the locks that it holds
    wants: str | None  # the lock that it waits for


def read_dump(dump: str, sources: Mapping[str, str]) -> list[ThreadState]:
    """Return one state for each thread, in the order of the dump. sources: file name as in the dump -> its text.

    A thread begins with "Thread 0x... (most recent call first):" or "Current thread 0x... (most recent call first):";
    newer Pythons write " [name]" after the id. Frames follow, the innermost first:
      File "/srv/shop.py", line 12 in pay
    All other lines ("  ...", "<no Python frame>", blank ones, what stands before the first header) are ignored.

    Locks are not reentrant, and used only by `with NAME:`. NAME is one expression without a call; the header stands on
    one line, the block below it. Names that ast.unparse writes alike are the same lock. Functions are made by `def`,
    which likewise stands on one line, decorators above and the block below it.
    - A frame whose line is strictly inside the block of a `with` of the same function holds its lock.
    - The innermost frame of a thread, if its line is the header of a `with`, wants that lock.
    - A frame in a file that is not in sources tells nothing.
    """
    trees = {name: ast.parse(text) for name, text in sources.items()}
    stacks: list[tuple[str, list[tuple[str, int]]]] = []
    for line in dump.splitlines():
        if header := HEADER.match(line):
            stacks.append((header[1], []))
        elif stacks and (frame := FRAME.match(line)):
            stacks[-1][1].append((frame[1], int(frame[2])))
    states = []
    for thread, frames in stacks:
        holds: set[str] = set()
        wants = None
        for depth, (file, number) in enumerate(frames):
            for block in _withs_of_function(trees[file], number) if file in trees else ():
                lock = ast.unparse(block.items[0].context_expr)
                if block.lineno < number <= (block.end_lineno or 0):
                    holds.add(lock)
                elif block.lineno == number and depth == 0:  # the header: not inside yet
                    wants = lock
        states.append(ThreadState(thread, frozenset(holds), wants))
    return states


def _withs_of_function(tree: ast.Module, line: int) -> Iterator[ast.With]:
    """The with statements of the innermost function around this line, without those of functions in it."""
    function: ast.AST = tree
    for node in ast.walk(tree):  # outer ones come before inner ones
        if isinstance(node, Function) and node.lineno < line <= (node.end_lineno or 0):
            function = node
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.With):
            yield node
        if not isinstance(node, Function):
            waiting += ast.iter_child_nodes(node)


def find_deadlock(states: Sequence[ThreadState]) -> list[str]:
    """Return the ids of the threads in a ring: each wants a lock that the next one holds, the last one what the first
    one holds. It begins with the thread that comes first in states.

    A thread that wants what it holds itself is a ring of one. There is at most one ring; [] if there is none.
    """
    holder = {lock: state for state in states for lock in state.holds}
    for first in states:  # in their order: the first one that comes back to itself begins the ring
        ring, state = [first.thread], holder.get(first.wants or "")
        while state is not None and state.thread not in ring:
            ring.append(state.thread)
            state = holder.get(state.wants or "")
        if state is first:
            return ring
    return []
