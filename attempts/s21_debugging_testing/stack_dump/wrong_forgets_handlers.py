"""Knows body, orelse and finalbody: the handlers of a try and the cases of a match are lists of their own.

Rejected by: test_block_in_a_branch
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

HEADER = re.compile(r"(?:Thread|Current thread) (0x[0-9a-fA-F]+)(?: \[.*\])? \(most recent call first\):")
FRAME = re.compile(r' *File "(.*)", line (\d+) in ')
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


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
    one line, the block below it. Names that ast.unparse writes alike are the same lock. Functions are made by `def`.
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
            for field in ("body", "orelse", "finalbody"):
                waiting += getattr(node, field, [])


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
