"""Blanks are taken out of the names, also where ast.unparse has them.

Rejected by: test_same_lock_in_another_spelling
"""

import ast
import re
from dataclasses import dataclass

HEAD = re.compile(r"^(?:Current thread|Thread) (0x[0-9a-fA-F]+)(?: \[.*\])? \(most recent call first\):")
FRAME = re.compile(r'^  File "(.*)", line (\d+) in (.*)$')


@dataclass(frozen=True)
class ThreadState:
    thread: str
    holds: frozenset
    wants: "str | None"


def _spans(tree):
    """(first line, last line, withs) for the module and each function."""
    result = []

    def withs_of(node, found):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                mine = []
                result.append((child.body[0].lineno, child.end_lineno, mine))
                withs_of(child, mine)
            else:
                if isinstance(child, ast.With):
                    found.append(child)
                withs_of(child, found)

    top = []
    result.append((0, 10**9, top))
    withs_of(tree, top)
    return result


def _function(spans, line):
    return min((s for s in spans if s[0] <= line <= s[1]), key=lambda s: s[1] - s[0])


def _names(node):
    return [ast.unparse(item.context_expr).replace(" ", "") for item in node.items]


def read_dump(dump, sources):
    spans = {}
    states = []
    for text in dump.splitlines():
        head = HEAD.match(text)
        if head:
            states.append([head[1], set(), None, True])
            continue
        frame = FRAME.match(text)
        if not frame or not states:
            continue
        state = states[-1]
        innermost, state[3] = state[3], False
        file, line = frame[1], int(frame[2])
        if file not in sources:
            continue
        if file not in spans:
            spans[file] = _spans(ast.parse(sources[file]))
        for node in _function(spans[file], line)[2]:
            if node.body[0].lineno <= line <= node.end_lineno:
                state[1].update(_names(node))
            elif innermost and line == node.lineno:
                state[2] = _names(node)[0]
    return [ThreadState(t, frozenset(h), w) for t, h, w, _ in states]


def find_deadlock(states):
    owner = {lock: s.thread for s in states for lock in s.holds}
    wants = {s.thread: s.wants for s in states}
    for s in states:
        ring, t = [], s.thread
        while t is not None and t not in ring:
            ring.append(t)
            t = owner.get(wants[t])
        if t == s.thread:
            return ring
    return []
