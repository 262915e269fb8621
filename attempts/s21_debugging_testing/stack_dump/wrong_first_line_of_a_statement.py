"""Knows a statement by its first line alone: a frame at a later line of a long call is nowhere.

Rejected by: test_statement_on_several_lines
"""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ThreadState:
    thread: str
    holds: frozenset[str]
    wants: str | None


THREAD = re.compile(r"(?:Current thread|Thread) (0x[0-9a-fA-F]+)(?: \[.*\])? \(most recent call first\):")
FRAME = re.compile(r'  File "(.*)", line (\d+) in .*')


def _locks_at(tree: ast.AST, line: int) -> tuple[set[str], str | None]:
    """Locks held by a frame at this line, and the one whose header stands here."""
    held: set[str] = set()
    header: str | None = None
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        for child in ast.iter_child_nodes(node):
            if not hasattr(child, "lineno"):
                todo.append(child)  # such as match_case
                continue
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and child.lineno < line <= child.end_lineno:
                return _locks_at(child, line)
            if isinstance(child, ast.With) and child.lineno <= line <= child.end_lineno:
                name = ast.unparse(child.items[0].context_expr)
                if line == child.lineno:
                    header = name
                else:
                    held.add(name)
            if isinstance(child, ast.stmt | ast.excepthandler):
                todo.append(child)
    return held, header


def read_dump(dump: str, sources: Mapping[str, str]) -> list[ThreadState]:
    trees = {}
    stacks: list[tuple[str, list[tuple[str, int]]]] = []
    for line in dump.split("\n"):
        if match := THREAD.fullmatch(line.rstrip("\r")):
            stacks.append((match[1], []))
        elif (match := FRAME.fullmatch(line.rstrip("\r"))) and stacks:
            stacks[-1][1].append((match[1], int(match[2])))
    states = []
    for thread, frames in stacks:
        holds: set[str] = set()
        wants = None
        for depth, (file, number) in enumerate(frames):
            if file not in sources:
                continue
            if file not in trees:
                trees[file] = ast.parse(sources[file])
            if number not in {n.lineno for n in ast.walk(trees[file]) if isinstance(n, ast.stmt)} | {
                d.lineno for n in ast.walk(trees[file]) for d in getattr(n, "decorator_list", ())
            }:
                continue
            held, header = _locks_at(trees[file], number)
            holds |= held
            if depth == 0:
                wants = header
        states.append(ThreadState(thread, frozenset(holds), wants))
    return states


def find_deadlock(states: Sequence[ThreadState]) -> list[str]:
    owner = {lock: state for state in states for lock in state.holds}
    for start in states:
        ring = []
        state = start
        while state is not None and state not in ring:
            ring.append(state)
            state = owner.get(state.wants)
        if state is start:
            return [member.thread for member in ring]
    return []
