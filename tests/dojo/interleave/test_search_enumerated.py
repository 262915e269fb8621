"""The systematic search against an enumerator that shares nothing with it.

Small programs of reads, writes and critical sections are drawn. The enumerator makes every merge of their threads, and
groups merges that order all dependent steps alike. The search has to run one schedule for each group, and to find
exactly the outcomes of all merges.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from dojo.interleave import DeadlockError, outcomes, together

READ, WRITE, TAKE, GIVE = "read", "write", "take", "give"
Op = tuple[str, int]
"""What is done, and to which location or lock."""
Program = tuple[tuple[Op, ...], ...]
"""The operations of each thread."""
Merge = tuple[tuple[int, int], ...]
"""(thread, number of its operation) in the order of execution."""


# --- the enumerator -----------------------------------------------------------------------------------------------


def merges(program: Program) -> Iterator[Merge]:
    """Every order of execution; it ends where nobody can go on."""
    done = [0] * len(program)
    holders: dict[int, int] = {}
    path: list[tuple[int, int]] = []

    def go() -> Iterator[Merge]:
        able = [
            thread
            for thread, ops in enumerate(program)
            if done[thread] < len(ops) and not (ops[done[thread]][0] == TAKE and ops[done[thread]][1] in holders)
        ]
        if not able:
            yield tuple(path)
        for thread in able:
            kind, where = program[thread][done[thread]]
            if kind == TAKE:
                holders[where] = thread
            elif kind == GIVE:
                del holders[where]
            path.append((thread, done[thread]))
            done[thread] += 1
            yield from go()
            done[thread] -= 1
            path.pop()
            if kind == TAKE:
                del holders[where]
            elif kind == GIVE:
                holders[where] = thread

    return go()


def depend(first: Op, second: Op) -> bool:
    """Two locks, or two accesses to one location at least one of which writes."""
    kinds = {first[0], second[0]}
    return first[1] == second[1] and kinds != {READ} and (kinds <= {TAKE, GIVE} or kinds <= {READ, WRITE})


def group(program: Program, merge: Merge) -> frozenset[Any]:
    """The order of all dependent steps of different threads, and which steps were made."""
    ordered = [
        (first, second)
        for index, first in enumerate(merge)
        for second in merge[index + 1 :]
        if first[0] != second[0] and depend(program[first[0]][first[1]], program[second[0]][second[1]])
    ]
    return frozenset([*ordered, *merge])


def outcome(program: Program, merge: Merge) -> Any:
    """What each thread has read, or "deadlock"."""
    if len(merge) < sum(map(len, program)):
        return "deadlock"
    memory: dict[int, str] = {}
    seen: list[list[str]] = [[] for _ in program]
    for thread, number in merge:
        kind, where = program[thread][number]
        if kind == READ:
            seen[thread].append(memory.get(where, ""))
        elif kind == WRITE:
            memory[where] = f"{thread}.{number}"
    return tuple(map(tuple, seen)), memory.get(0, ""), memory.get(1, "")


# --- the same program, in threads ---------------------------------------------------------------------------------


def execute(program: Program) -> Any:
    """The outcome of the program in real threads."""
    cells = ["", ""]
    locks = [threading.Lock(), threading.Lock()]
    seen: list[list[str]] = [[] for _ in program]

    def run(thread: int, ops: tuple[Op, ...]) -> None:
        mine = seen[thread]
        for number, (kind, where) in enumerate(ops):
            if kind == READ:
                mine.append(cells[where])
            elif kind == WRITE:
                cells[where] = f"{thread}.{number}"
            elif kind == TAKE:
                locks[where].acquire()
            else:
                locks[where].release()

    together(*(lambda index=index, ops=ops: run(index, ops) for index, ops in enumerate(program)))
    return tuple(map(tuple, seen)), cells[0], cells[1]


def draw(seed: int) -> Program:
    """Two or three threads of a few accesses, some of them inside critical sections that may nest."""
    rng = random.Random(seed)
    threads = []
    for _ in range(rng.choice([2, 2, 3])):
        ops: list[Op] = []
        held: list[int] = []
        for _ in range(rng.choice([2, 3, 4])):
            free = [lock for lock in (0, 1) if lock not in held]
            if rng.random() < 0.35 and free:
                held.append(rng.choice(free))
                ops.append((TAKE, held[-1]))
            ops.append((rng.choice([READ, WRITE]), rng.choice([0, 1])))
            if held and rng.random() < 0.5:
                ops.append((GIVE, held.pop()))
        ops += [(GIVE, lock) for lock in reversed(held)]
        threads.append(tuple(ops))
    return tuple(threads)


def small(seeds: range) -> list[int]:
    """Seeds of programs whose merges are quickly enumerated."""
    return [seed for seed in seeds if sum(map(len, draw(seed))) <= 11]


@pytest.mark.parametrize("seed", small(range(1000 if os.environ.get("DOJO_EFFORT") == "thorough" else 60)))
def test_drawn_programs(seed: int) -> None:
    program = draw(seed)
    every = list(merges(program))
    found = outcomes(lambda: execute(program))
    values = {outcome(program, merge) for merge in every}
    assert found.complete
    assert [type(error) for error in found.errors] == [DeadlockError] * ("deadlock" in values)
    assert found.values == values - {"deadlock"}
    assert found.schedules == len({group(program, merge) for merge in every})


@pytest.mark.parametrize("seed", small(range(60))[:10])
def test_swapping_independent_neighbours_changes_nothing(seed: int) -> None:
    """The enumerator itself: neighbours that do not depend on each other may be swapped; group and outcome stay."""
    program = draw(seed)
    for merge in merges(program):
        for index in range(len(merge) - 1):
            (a, i), (b, j) = merge[index : index + 2]
            if a != b and not depend(program[a][i], program[b][j]):
                swapped = (*merge[:index], (b, j), (a, i), *merge[index + 2 :])
                assert group(program, swapped) == group(program, merge)
                assert outcome(program, swapped) == outcome(program, merge)
