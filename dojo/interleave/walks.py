"""Random walks: who makes the next step is drawn, over and over."""

from __future__ import annotations

import itertools
import random
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from .accesses import READ
from .policies import Natural
from .run import Run
from .task import Task

Interest = Mapping[int, Sequence[int]]
"""By thread: the numbers of those of its steps that are of interest, in order."""


class RandomWalk(Natural):
    """At every step, any thread that can run, each as likely as the others."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def at_point(self, run: Run, task: Task) -> Task | None:
        ready = [other for other in run.live if (wait := other.wait) is None or (wait.ready() and not wait.last)]
        target = ready[int(self.rng.random() * len(ready))]
        return None if target is task else target

    def pick(self, run: Run, ready: list[Task], sleepers: list[Task]) -> Task:
        among = [*ready, *sleepers]
        return among[int(self.rng.random() * len(among))]


class SelectivelyUniformWalk(Natural):
    """Makes every order of some steps, those of interest, about as likely as every other.

    A thread is drawn, as likely as its share of the steps of interest that are still to come, and nobody else makes
    such a step before it does; steps of no interest are made by whoever comes. Drawing threads alike instead would
    make it all but impossible that a long thread is overtaken late by a short one. (SURW: Zhao, Wolff, Mathur and
    Roychoudhury, "Selectively uniform concurrency testing", ASPLOS 2025.)
    Time passes only where nobody can go on: else who has many steps to come would sleep and sleep, up to its time
    limit, while another one is kept from its last step.
    """

    def __init__(self, rng: random.Random, interest: Interest) -> None:
        self.rng = rng
        self.interest = interest

    def start(self, run: Run) -> None:
        self.goal: int | None = None

    def at_point(self, run: Run, task: Task) -> Task | None:
        target = self._next(run, [other for other in run.live if other.is_eager()])
        return None if target is task else target

    def pick(self, run: Run, ready: list[Task], sleepers: list[Task]) -> Task:
        return self._next(run, ready)

    def _next(self, run: Run, ready: list[Task]) -> Task:
        """Who is drawn, or anybody whose next step is of no interest."""
        if self.goal is None or _thread(run, self.goal) not in ready:
            self.goal = self._draw(run, ready)
        goal = _thread(run, self.goal)
        free = [task for task in ready if task is goal or not self._is_at_one(task)]
        target = free[int(self.rng.random() * len(free))]
        if target.index == self.goal and self._is_at_one(target):
            self.goal = None
        return target

    def _draw(self, run: Run, among: list[Task]) -> int:
        """Whose step of interest comes next: one of these, or a thread that the main one has still to start."""
        shares = {task.index: self._left(task) for task in among}
        if run.tasks[0] in among:
            shares |= {index: len(steps) for index, steps in self.interest.items() if index >= len(run.tasks)}
        if any(shares.values()):
            return self._choose(shares)
        return self.rng.choice(among).index

    def _choose(self, shares: dict[int, int]) -> int:
        return self.rng.choices(list(shares), list(shares.values()))[0]

    def _is_at_one(self, task: Task) -> bool:
        """Is its next step of interest?"""
        steps = self.interest.get(task.index, ())
        at = bisect_left(steps, task.steps)
        return at < len(steps) and steps[at] == task.steps

    def _left(self, task: Task) -> int:
        """How many steps of interest it has still to make."""
        steps = self.interest.get(task.index, ())
        return len(steps) - bisect_left(steps, task.steps)


class LatestFirst(SelectivelyUniformWalk):
    """The steps of interest in the order that the natural one makes least likely: who was created last comes first."""

    def _choose(self, shares: dict[int, int]) -> int:
        return max(index for index, share in shares.items() if share)


class FewPreemptions(Natural):
    """Preempts before some steps of interest, drawn beforehand, and draws who goes on there and at every wait."""

    def __init__(self, rng: random.Random, interest: Interest, preemptions: int) -> None:
        self.rng = rng
        steps = [(task, number) for task, numbers in interest.items() for number in numbers]
        self.places = set(rng.sample(steps, min(rng.randint(1, preemptions), len(steps))))

    def at_point(self, run: Run, task: Task) -> Task | None:
        if (task.index, task.steps) not in self.places:
            return None
        others = [other for other in run.live if other is not task and other.is_eager()]
        return self.rng.choice(others) if others else None

    def pick(self, run: Run, ready: list[Task], sleepers: list[Task]) -> Task:
        return self.rng.choice([*ready, *sleepers])


def _thread(run: Run, index: int) -> Task:
    """The thread of this number; while it has not been started, the main one, which may start it."""
    return run.tasks[index if index < len(run.tasks) else 0]


def walks_after(run: Run, rng: random.Random, preemptions: int | None) -> Iterator[Natural]:
    """Walks without end. Every other one is interested in all steps, those between in the steps that use one location:
    in each that the threads of this run share, in turn, first with the latest thread first, then in any order.

    With a bound for preemptions: before steps that use one of these locations.
    """
    everything, shared = _interests(run)
    for kind in itertools.cycle((LatestFirst, SelectivelyUniformWalk)):
        for interest in rng.sample(shared, len(shared)) or [everything]:
            if preemptions is not None:
                yield FewPreemptions(rng, interest, preemptions)
            else:
                yield SelectivelyUniformWalk(rng, everything)
                yield kind(rng, interest)


def _interests(run: Run) -> tuple[Interest, list[Interest]]:
    """All steps of a run, and for each location that threads share: the steps that use it."""
    made: defaultdict[int, int] = defaultdict(int)
    users: defaultdict[object, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    changed: set[object] = set()
    for step in run.log:
        if step.site in ("begins", "ends"):  # these are no points: nobody counts them
            continue
        made[step.task] += 1
        for location, mode in step.accesses:
            if mode != READ:
                changed.add(location)
            numbers = users[location][step.task]
            if not numbers or numbers[-1] != made[step.task]:
                numbers.append(made[step.task])
    everything = {task: range(1, steps + 1) for task, steps in made.items()}
    return everything, [by_task for place, by_task in users.items() if len(by_task) > 1 and place in changed]
