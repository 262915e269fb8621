"""Which steps of a run happened before which, and which pairs could have happened the other way round.

Two steps are *dependent* when they touch the same location and at least one changes it. The order of dependent steps
is all that distinguishes one interleaving from another (Mazurkiewicz, 1977): runs that order them alike are the same
run. A *race* is a pair of dependent steps of two threads where nothing else forces their order; running the later
one first leads to an interleaving that is really different. Exploring races instead of switches is dynamic
partial-order reduction (Flanagan and Godefroid, POPL 2005); that no interleaving is run twice is in the spirit of
optimal DPOR (Abdulla, Aronis, Jonsson and Sagonas, POPL 2014), here without its depth-first order.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from .accesses import ANYTHING, READ, WHOLE, WRITE
from .steps import DRAW, DRAW_LAST, FILL, FILL_LAST, GIVE, LOOK, PASS, SETTLED, TAKE, TICK, Step

_MODES = 11
# ORDERED[a][b]: must an access of mode b come after an earlier one of mode a on the same location?
_UNORDERED = {
    (READ, READ),
    (READ, LOOK),
    (LOOK, READ),
    (LOOK, LOOK),
    (PASS, PASS),
    (PASS, LOOK),
    (LOOK, PASS),
    (READ, PASS),
    (PASS, READ),
    (TICK, TICK),
}
ORDERED = [[(a, b) not in _UNORDERED for b in range(_MODES)] for a in range(_MODES)]
# RACING[a][b]: could b have come first? What waits for a gift cannot come before it.
_FORCED = {
    *((GIVE, TAKE), (TAKE, GIVE), (GIVE, PASS), (PASS, GIVE), (TAKE, PASS), (PASS, TAKE)),
    *((FILL, DRAW_LAST), (FILL_LAST, DRAW_LAST), (DRAW, FILL_LAST), (DRAW_LAST, FILL_LAST)),
}
RACING = [[ORDERED[a][b] and (a, b) not in _FORCED for b in range(_MODES)] for a in range(_MODES)]


_SEVERAL = -1


class _Cell:
    """The accesses to one location that later ones may depend on."""

    __slots__ = ("all", "last", "user")

    def __init__(self, user: int) -> None:
        self.user = user
        """The one thread that has come here so far, or _SEVERAL."""
        self.last: dict[int, dict[int, int]] = {}
        """By mode: the last step of each thread."""
        self.all: dict[int, dict[int, list[int]]] = {}
        """By mode: all steps of each thread."""

    def add(self, task: int, mode: int, index: int) -> None:
        if self.user != task:
            self.user = _SEVERAL
        if mode == WRITE:
            self.last.clear()  # everything earlier happened before this write
        self.last.setdefault(mode, {})[task] = index
        self.all.setdefault(mode, {}).setdefault(task, []).append(index)


def conflict(first: Any, second: Any) -> bool:
    """Do two steps' accesses have to keep their order?"""
    for (base, part), mode in first:
        for (other, other_part), other_mode in second:
            if ORDERED[mode][other_mode] and (
                (base == other and (part == other_part or part is WHOLE or other_part is WHOLE))
                or (base is ANYTHING and _is_memory(other_mode))
                or (other is ANYTHING and _is_memory(mode))
            ):
                return True
    return False


def _is_memory(mode: int) -> bool:
    return mode in (READ, WRITE)


class Trace:
    """A finished run, as a partial order of its steps."""

    def __init__(self, log: Sequence[Step], pending: Sequence[Step] = ()) -> None:
        """`pending`: what blocked threads would have done next."""
        self.steps = [*log, *pending]
        self.executed = len(log)
        self.tasks = [step.task for step in self.steps]
        width = max(self.tasks, default=0) + 1
        self.width = width
        self.counts: list[int] = []
        """For each step: which one of its thread it is, counted from 1."""
        self.pasts: list[list[int]] = []
        """For each step: how many steps of each other thread happened before it (what stands for its own thread means
        nothing). A step that learns of nobody shares the list of its thread's step before."""
        self.hashes: list[int] = []
        self.positions: list[list[int]] = [[] for _ in range(width)]
        """For each thread: the indices of its steps."""
        self.races: list[tuple[int, int]] = []
        self._analyse()
        self.identity = frozenset(self.hashes[: self.executed])

    def _analyse(self) -> None:
        memory: dict[object, dict[object, _Cell]] = {}
        wild = _Cell(_SEVERAL)
        none = [0] * self.width
        for index, step in enumerate(self.steps):
            task = step.task
            mine = self.positions[task]
            before = past = self.pasts[mine[-1]] if mine else none
            racing: dict[int, int] = {}
            first: dict[int, int] = {}
            for (base, part), mode in step.accesses:
                if base is SETTLED:
                    past = self._after_all(task, past)
                for cell in self._cells(memory, wild, base, part, mode):
                    if cell.user == task:
                        continue
                    self._find_first(cell, task, mode, before, first)
                    for earlier_mode, entries in cell.last.items():
                        if not ORDERED[earlier_mode][mode]:
                            continue
                        for other, at in entries.items():
                            if other == task:
                                continue
                            count = self.counts[at]
                            if RACING[earlier_mode][mode] and count > before[other] and at > racing.get(other, -1):
                                racing[other] = at
                            if count > past[other]:
                                past = self._joined(past, at)
            self.races.extend((at, index) for at in {*racing.values(), *first.values()})
            mine.append(index)
            self.counts.append(len(mine))
            self.pasts.append(past)
            self.hashes.append(self._hash(task, len(mine), before, past))
            for (base, part), mode in step.accesses:
                if base is ANYTHING:
                    wild.add(task, mode, index)
                    continue
                cells = memory.setdefault(base, {})
                if part not in cells:
                    cells[part] = _Cell(task)
                cells[part].add(task, mode, index)

    def _after_all(self, task: int, past: list[int]) -> list[int]:
        """This past, and all that the other threads have done so far."""
        for other, steps in enumerate(self.positions):
            if other != task and steps and self.counts[steps[-1]] > past[other]:
                past = self._joined(past, steps[-1])
        return past

    def _joined(self, past: list[int], at: int) -> list[int]:
        """This past, the step `at`, which is news to it, and the past of that step."""
        both = [a if a > b else b for a, b in zip(past, self.pasts[at], strict=True)]
        both[self.tasks[at]] = self.counts[at]
        return both

    def _find_first(self, cell: _Cell, task: int, mode: int, before: list[int], first: dict[int, int]) -> None:
        """The earliest step of each other thread that could have come after this one.

        The last one is enough to reach every interleaving; the first one reaches some in one go that would take a
        chain of reversals.
        """
        counts = self.counts
        for earlier_mode, steps in cell.all.items():
            if not RACING[earlier_mode][mode]:
                continue
            for other, indices in steps.items():
                if other != task and counts[indices[-1]] > before[other]:
                    at = indices[bisect_right(indices, before[other], key=counts.__getitem__)]
                    if at < first.get(other, at + 1):
                        first[other] = at

    def _cells(
        self, memory: dict[object, dict[object, _Cell]], wild: _Cell, base: object, part: object, mode: int
    ) -> Iterator[_Cell]:
        if base is ANYTHING:
            for parts in memory.values():
                for cell in parts.values():
                    if READ in cell.last or WRITE in cell.last:
                        yield cell
            yield wild
            return
        known = memory.get(base)
        if known is not None:
            if part is WHOLE:
                yield from known.values()
            else:
                for key in (part, WHOLE):
                    if key in known:
                        yield known[key]
        if mode in (READ, WRITE):
            yield wild

    def _hash(self, task: int, count: int, before: Sequence[int], past: Sequence[int]) -> int:
        """Names a step by all that happened before it: its thread's step before, and what it learnt of since."""
        names = [self.hashes[self.positions[task][count - 2]] if count > 1 else 0]
        if past is not before:
            for other, known in enumerate(past):
                if other != task:
                    names.append(self.hashes[self.positions[other][known - 1]] if known else 0)
        return hash((task, count, *names))

    def reversed(self, earlier: int, later: int) -> tuple[list[int], frozenset[int], int]:
        """The steps that lead to `later` without `earlier`: all that do not depend on it.

        Returns the thread of each step in order, the identities of these steps, and that of the last one.
        """
        e_task, e_count = self.tasks[earlier], self.counts[earlier]
        kept = [
            index
            for index in range(min(later, self.executed))
            if index < earlier or (self.tasks[index] != e_task and self.pasts[index][e_task] < e_count)
        ]
        step = self.steps[later]
        own = self.counts[later] - 1
        before = past = self.pasts[self.positions[step.task][own - 1]] if own else [0] * self.width
        for index in kept:
            other = self.tasks[index]
            if (
                other != step.task
                and self.counts[index] > past[other]
                and conflict(self.steps[index].accesses, step.accesses)
            ):
                past = self._joined(past, index)
        last = self._hash(step.task, own + 1, before, past)
        identity = frozenset([*(self.hashes[index] for index in kept), last])
        return [*(self.tasks[index] for index in kept), step.task], identity, last
