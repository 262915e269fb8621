"""No tree: the header lines above a line that are less indented, up to the def. The ring by taking away who can go on."""

import ast
from dataclasses import dataclass


@dataclass(frozen=True)
class ThreadState:
    thread: str
    holds: frozenset
    wants: str | None


def lock_of(line):
    text = line.strip()
    if not text.startswith("with "):
        return None
    return ast.unparse(ast.parse(text + " pass").body[0].items[0].context_expr)


def strip_comment(line):
    return line.split("  #")[0].rstrip()


def held_at(lines, number):
    depth = len(lines[number - 1]) - len(lines[number - 1].lstrip())
    for line in reversed(lines[: number - 1]):
        indent = len(line) - len(line.lstrip())
        if line.strip() and indent < depth:
            depth = indent
            if line.lstrip().startswith("def "):
                return
            lock = lock_of(line)
            if lock is not None:
                yield lock


def read_dump(dump, sources):
    texts = {name: [strip_comment(line) for line in text.splitlines()] for name, text in sources.items()}
    states = []
    thread, holds, wants, first = None, set(), None, True
    for line in [*dump.splitlines(), "Thread 0x"]:
        if line.startswith(("Thread 0x", "Current thread 0x")):
            if thread is not None:
                states.append(ThreadState(thread, frozenset(holds), wants))
            thread = line.split("hread ")[1].split()[0]
            holds, wants, first = set(), None, True
        elif line.startswith("  File ") and thread is not None:
            file = line.split('"')[1]
            number = int(line.split('", line ')[1].split()[0])
            if file in texts:
                holds.update(held_at(texts[file], number))
                if first:
                    wants = lock_of(texts[file][number - 1])
            first = False
    return states


def find_deadlock(states):
    left = list(states)
    while True:
        wanted = {state.wants for state in left}
        held = {lock for state in left for lock in state.holds}
        stay = [state for state in left if state.wants in held and wanted & state.holds]
        if len(stay) == len(left):
            break
        left = stay
    ring = left[:1]
    while ring and ring[-1].wants not in ring[0].holds:
        ring.append(next(state for state in left if ring[-1].wants in state.holds))
    return [state.thread for state in ring]
