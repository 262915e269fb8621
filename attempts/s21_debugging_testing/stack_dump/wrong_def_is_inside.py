"""The line of a def is taken for a part of the function, and not of the one that defines it.

Rejected by: test_function_defined_inside_with
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
    thread: str
    holds: frozenset[str]
    wants: str | None


def read_dump(dump: str, sources: Mapping[str, str]) -> list[ThreadState]:
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
                elif block.lineno == number and depth == 0:
                    wants = lock
        states.append(ThreadState(thread, frozenset(holds), wants))
    return states


def _withs_of_function(tree: ast.Module, line: int) -> Iterator[ast.With]:
    function: ast.AST = tree
    for node in ast.walk(tree):
        if isinstance(node, Function) and node.lineno <= line <= (node.end_lineno or 0):
            function = node
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.With):
            yield node
        if not isinstance(node, Function):
            waiting += ast.iter_child_nodes(node)


def find_deadlock(states: Sequence[ThreadState]) -> list[str]:
    holder = {lock: state for state in states for lock in state.holds}
    for first in states:
        ring, state = [first.thread], holder.get(first.wants or "")
        while state is not None and state.thread not in ring:
            ring.append(state.thread)
            state = holder.get(state.wants or "")
        if state is first:
            return ring
    return []
