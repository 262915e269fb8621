"""Who makes the next step: the ways to choose a schedule."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from .run import Run
from .task import Task

Deviation = tuple[str, int, int, int]
"""Where a schedule leaves the natural one: ("p", thread, its step, next thread) preempts a thread before a step that it
could have made; ("b", thread, its stop, next thread) chooses who goes on when it waits or has ended."""


class Natural:
    """Never preempts; where a thread cannot go on, the oldest that can does."""

    def start(self, run: Run) -> None:
        pass

    def at_point(self, run: Run, task: Task) -> Task | None:
        return None

    def insists(self, run: Run) -> bool:
        return False

    def pick(self, run: Run, ready: list[Task], sleepers: list[Task]) -> Task:
        return ready[0]


class Following(Natural):
    """Makes the steps of the given threads in the given order, then goes on naturally."""

    def __init__(self, sequence: Sequence[int], preemptions: int | None = None) -> None:
        self.sequence = sequence
        self.bound = preemptions
        self.bounded = False
        """Was a preemption left out because of the bound?"""
        self.blocked_at: int | None = None
        """The first step that could not be made in its turn."""
        self._kept_on = -1
        self.choices: list[tuple[int, int]] = []
        """After the sequence: how many steps had been made when somebody waited, and who else could have gone on."""

    def _wanted(self, run: Run) -> Task | None:
        position = len(run.log)
        if self.blocked_at is not None:
            return None
        if 0 < position <= len(self.sequence) and run.log[position - 1].task != self.sequence[position - 1]:
            self.blocked_at = position - 1
            self.bounded = self.bounded or self._kept_on == position - 1
            return None
        if position >= len(self.sequence):
            return None
        index = self.sequence[position]
        if index < len(run.tasks):
            task = run.tasks[index]
            if task.wait is not None and task.wait.last:
                return None  # it settles: its turn comes when the others, this one included, have come to wait
            if not task.finished and (task.can_run() or (task.wait is not None and task.wait.early)):
                return task
        self.blocked_at = position
        return None

    def insists(self, run: Run) -> bool:
        return self.blocked_at is None and len(run.log) < len(self.sequence)

    def at_point(self, run: Run, task: Task) -> Task | None:
        target = self._wanted(run)
        if target is None or target is task:
            return None
        if self.bound is not None and run.preemptions >= self.bound:
            self._kept_on = len(run.log)  # if it makes a step now, it is too late; if it waits, it is not
            return None
        return target

    def pick(self, run: Run, ready: list[Task], sleepers: list[Task]) -> Task:
        target = self._wanted(run)
        if target in ready or target in sleepers:
            return target
        target = self.otherwise(ready)
        if self.bound is not None:
            self.choices += [(len(run.log), other.index) for other in ready if other is not target]
        return target

    def otherwise(self, ready: list[Task]) -> Task:
        return ready[0]


class Shuffled(Following):
    """Like Following, but the order of threads that is natural otherwise is drawn once."""

    def __init__(self, rng: random.Random, sequence: Sequence[int] = (), preemptions: int | None = None) -> None:
        super().__init__(sequence, preemptions)
        self.rank: dict[int, float] = {}
        self.rng = rng

    def otherwise(self, ready: list[Task]) -> Task:
        for task in ready:
            if task.index not in self.rank:
                self.rank[task.index] = self.rng.random()
        return min(ready, key=lambda task: self.rank[task.index])


class Deviating(Natural):
    """The natural schedule with some deviations from it: what a replay token says."""

    def __init__(self, deviations: Sequence[Deviation]) -> None:
        self.targets: Mapping[tuple[str, int, int], int] = {
            (kind, task, at): target for kind, task, at, target in deviations
        }
        self.used = 0

    def at_point(self, run: Run, task: Task) -> Task | None:
        index = self.targets.get(("p", task.index, task.steps))
        if index is None or index >= len(run.tasks):
            return None
        target = run.tasks[index]
        if (
            target is task
            or target.finished
            or not (target.can_run() or (target.wait is not None and target.wait.early))
        ):
            return None
        self.used += 1
        return target

    def pick(self, run: Run, ready: list[Task], sleepers: list[Task]) -> Task:
        task = run.current
        index = self.targets.get(("b", task.index, task.stops))
        if index is not None:
            for other in (*ready, *sleepers):
                if other.index == index:
                    self.used += 1
                    return other
        return ready[0]


class PCT(Natural):
    """Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatte, ASPLOS 2010).

    Every thread has a random priority, the highest that can run does; at some random steps the running thread
    falls below all others. A bug that needs d ordering constraints is found with a probability of at least
    1/(n k^(d-1)) per run, for n threads and k steps.
    """

    def __init__(self, rng: random.Random, steps: int, changes: int, preemptions: int | None = None) -> None:
        self.rng = rng
        self.bound = preemptions
        steps = max(steps, 1)
        self.change_points = {rng.randrange(1, steps + 1) for _ in range(changes)}
        self.order: list[Task] = []

    def start(self, run: Run) -> None:
        self.order = []
        self.known = 0

    def _best(self, run: Run, also: Sequence[Task] = ()) -> Task | None:
        while self.known < len(run.tasks):
            self.order.insert(self.rng.randrange(len(self.order) + 1), run.tasks[self.known])
            self.known += 1
        for task in self.order:
            if (
                not task.finished
                and not task.lazy
                and (task in also if also else task.can_run() and not (task.wait and task.wait.last))
            ):
                return task
        return None

    def at_point(self, run: Run, task: Task) -> Task | None:
        if run.steps in self.change_points and task in self.order:
            self.order.remove(task)
            self.order.append(task)
        if self.bound is not None and run.preemptions >= self.bound:
            return None
        best = self._best(run)
        return None if best is task else best

    def pick(self, run: Run, ready: list[Task], sleepers: list[Task]) -> Task:
        best = self._best(run, [*ready, *sleepers]) or ready[0]
        if best in sleepers and best in self.order:  # or it would try and sleep, again and again, and nobody else run
            self.order.remove(best)
            self.order.append(best)
        return best
