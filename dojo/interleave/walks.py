"""Random walks: who makes the next step is drawn, over and over."""

from __future__ import annotations

import itertools
import random
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from .policies import Natural
from .run import Run, Task
from .sites import READ

Interest = Mapping[int, Sequence[int]]
"""By thread: the numbers of those of its steps that are of interest, in order."""


class RandomWalk(Natural):
    """At every step, any thread that can run, each as likely as the others."""

    def __init__(self, rng: random.Random, preemptions: int | None = None) -> None:
        self.rng = rng
        self.bound = preemptions

    def at_point(self, run: Run, task: Task) -> Task | None:
        if self.bound is not None and run.preemptions >= self.bound:
            return None
        ready = [other for other in run.live if (wait := other.wait) is None or (wait.ready() and not wait.last)]
        target = ready[int(self.rng.random() * len(ready))]
        return None if target is task else target

    def pick(self, run: Run, ready: list[Task], sleepers: list[Task]) -> Task:
        among = [*ready, *sleepers]
        return among[int(self.rng.random() * len(among))]


class SelectivelyUniformWalk(Natural):
    """Makes every order of some steps, those of interest, about as likely as every other.

    A thread is drawn, as likely as its share of the steps of interest that are still to come; it runs until it has
    made one of them, or has to wait; then the next is drawn. Drawing threads alike instead would make it all but
    impossible that a long thread is overtaken late by a short one. (SURW: Zhao, Wolff, Mathur and Roychoudhury,
    "Selectively uniform concurrency testing", ASPLOS 2025.)
    Time passes only where nobody can go on: else who has many steps to come would sleep and sleep, up to its time
    limit, while another one is kept from its last step.
    """

    def __init__(self, rng: random.Random, interest: Interest, preemptions: int | None = None) -> None:
        self.rng = rng
        self.interest = interest
        self.bound = preemptions

    def start(self, run: Run) -> None:
        self.goal: int | None = None

    def at_point(self, run: Run, task: Task) -> Task | None:
        if self.bound is not None and run.preemptions >= self.bound:
            return None
        goal = self._of(run)
        if goal is None or goal.finished or not goal.is_eager():
            goal = self._draw(run, [other for other in run.live if other.is_eager()])
        self._goes(goal)
        return None if goal is task else goal

    def pick(self, run: Run, ready: list[Task], sleepers: list[Task]) -> Task:
        goal = self._of(run)
        if goal is None or goal not in ready:
            goal = self._draw(run, ready)
        self._goes(goal)
        return goal

    def _of(self, run: Run) -> Task | None:
        """The thread that is drawn; while it has not been started, the main one, which may start it."""
        return None if self.goal is None else _thread(run, self.goal)

    def _draw(self, run: Run, among: list[Task]) -> Task:
        shares = {task.index: self._left(task) for task in among}
        if run.tasks[0] in among:
            shares |= {index: len(steps) for index, steps in self.interest.items() if index >= len(run.tasks)}
        if any(shares.values()):
            (self.goal,) = self.rng.choices(list(shares), list(shares.values()))
        else:
            self.goal = self.rng.choice(among).index
        return _thread(run, self.goal)

    def _goes(self, task: Task) -> None:
        """When its step of interest has been made, the next thread is drawn."""
        if task.index == self.goal:
            steps = self.interest.get(task.index, ())
            at = bisect_left(steps, task.steps)
            if at == len(steps) or steps[at] == task.steps:
                self.goal = None

    def _left(self, task: Task) -> int:
        """How many steps of interest it has still to make."""
        steps = self.interest.get(task.index, ())
        return len(steps) - bisect_left(steps, task.steps)


def _thread(run: Run, index: int) -> Task:
    return run.tasks[index if index < len(run.tasks) else 0]


def walks_after(run: Run, rng: random.Random, preemptions: int | None) -> Iterator[Natural]:
    """Walks without end; what they are interested in is what the threads of this run share.

    Every fourth is a plain one: what fails in a good part of all schedules is soon found so.
    """
    everything, shared = _interests(run)
    for number in itertools.count():
        if number % 4 == 0:
            yield RandomWalk(rng, preemptions)
        elif number % 2 or not shared:
            yield SelectivelyUniformWalk(rng, everything, preemptions)
        else:
            yield SelectivelyUniformWalk(rng, rng.choice(shared), preemptions)


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
