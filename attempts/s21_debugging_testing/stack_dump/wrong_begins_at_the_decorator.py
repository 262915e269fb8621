"""Lets a function begin at its first decorator: that line is run by the function around it, which holds the lock.

Rejected by: test_decorator_inside_with
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


HEADER = re.compile(r"(?:Current thread|Thread) (0x[0-9a-fA-F]+)(?: \[.*\])? \(most recent call first\):\s*$")
FRAME = re.compile(r'\s*File "(.*)", line (\d+) in (.*)$')
FUNC = (ast.FunctionDef, ast.AsyncFunctionDef)


def _innermost(tree, line):
    best = tree
    for node in ast.walk(tree):
        if isinstance(node, FUNC) and min([node.lineno] + [d.lineno for d in node.decorator_list]) <= line <= node.end_lineno:
            if best is tree or node.lineno >= best.lineno:
                best = node
    return best


def _withs(scope):
    todo = list(scope.body)
    while todo:
        node = todo.pop()
        if isinstance(node, FUNC):
            continue
        if isinstance(node, (ast.With, ast.AsyncWith)):
            yield node
        todo.extend(ast.iter_child_nodes(node))


def _name(block):
    return ast.unparse(block.items[0].context_expr)


def read_dump(dump, sources):
    trees = {}
    states = []
    for row in dump.split("\n"):
        if m := HEADER.match(row):
            states.append([m[1], [], None])
        elif (m := FRAME.match(row)) and states:
            states[-1][1].append((m[1], int(m[2])))
    result = []
    for thread, frames, _ in states:
        holds, wants = set(), None
        for depth, (file, line) in enumerate(frames):
            if file not in sources:
                continue
            if file not in trees:
                trees[file] = ast.parse(sources[file])
            for block in _withs(_innermost(trees[file], line)):
                if block.lineno < line <= block.end_lineno:
                    holds.add(_name(block))
                elif block.lineno == line and depth == 0:
                    wants = _name(block)
        result.append(ThreadState(thread, frozenset(holds), wants))
    return result


def find_deadlock(states):
    holder = {lock: s for s in states for lock in s.holds}
    for first in states:
        ring, seen, s = [], set(), first
        while s is not None and s.thread not in seen:
            ring.append(s.thread)
            seen.add(s.thread)
            s = holder.get(s.wants) if s.wants is not None else None
        if s is first:
            return ring
    return []
