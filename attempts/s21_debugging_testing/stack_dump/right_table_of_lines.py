"""A visitor writes down for each line what is held there and what is wanted; the dump is cut at its headers."""

import ast
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class ThreadState:
    """What the dump tells of one thread. Locks are named as the source has them, in the spelling of ast.unparse."""

    thread: str  # the id as in the dump, as "0x00007f21767fc6c0"
    holds: frozenset[str]  # the locks that it holds
    wants: str | None  # the lock that it waits for


class _Table(ast.NodeVisitor):
    """line -> (locks held, lock wanted), filled from outside in."""

    def __init__(self, text):
        self.held = {}
        self.wanted = {}
        self.open = ()
        self.visit(ast.parse(text))

    def visit_With(self, node):
        lock = ast.unparse(node.items[0].context_expr)
        self.wanted[node.lineno] = lock
        before = self.open
        self.open = (*before, lock)
        for n in range(node.lineno + 1, node.end_lineno + 1):
            self.held[n] = self.open
        self.generic_visit(node)
        self.open = before

    def visit_FunctionDef(self, node):
        before, self.open = self.open, ()
        for n in range(node.lineno + 1, node.end_lineno + 1):
            self.held[n] = ()
        self.generic_visit(node)
        self.open = before

    visit_AsyncFunctionDef = visit_FunctionDef


def read_dump(dump, sources):
    tables = {}
    result = []
    for chunk in re.split(r"^(?=(?:Current thread|Thread) 0x)", "\n" + dump, flags=re.M)[1:]:
        ident = re.search("0x[0-9a-fA-F]+", chunk)[0]
        frames = re.findall(r'^  File "(.+)", line ([0-9]+) in ', chunk, re.M)
        holds, wants = set(), None
        for top, (file, n) in zip([True] + [False] * len(frames), frames):
            if file not in sources:
                continue
            if file not in tables:
                tables[file] = _Table(sources[file])
            holds.update(tables[file].held.get(int(n), ()))
            if top:
                wants = tables[file].wanted.get(int(n))
        result.append(ThreadState(ident, frozenset(holds), wants))
    return result


def find_deadlock(states):
    by_lock = {}
    for i, s in enumerate(states):
        for l in s.holds:
            by_lock[l] = i
    nxt = [by_lock.get(s.wants) if s.wants is not None else None for s in states]
    colour = [0] * len(states)
    for i in range(len(states)):
        path = []
        j = i
        while j is not None and colour[j] == 0:
            colour[j] = 1
            path.append(j)
            j = nxt[j]
        if j is not None and j in path:
            ring = path[path.index(j) :]
            k = ring.index(min(ring))
            return [states[n].thread for n in ring[k:] + ring[:k]]
    return []
