"""Which schedules are tried, in which order, and how a failing one is made simple.

First every interleaving that is really different, those nearest to the natural schedule first: each run is analysed,
and each of its races, the other way round, is the beginning of another run (see `causality`). When that comes to an
end within the budget, the search was complete: no schedule of these steps fails. When it does not, PCT and random walks
look for what is deeper; so they do where a bound for preemptions cut runs off, which had equals within the bound.
What takes many reversals and yet is not rare is found soonest by a walk, so the first runs come between walks.
A failing schedule is written down as its deviations from the natural one; those that do not matter are dropped, and
the rest is run once more to confirm it.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from .accesses import WHOLE
from .causality import Trace
from .errors import BlockedOutsideError
from .policies import PCT, Deviating, Deviation, Following, Shuffled
from .run import Policy, Run
from .steps import TAKE, Step
from .walks import RandomWalk, walks_after

Runner = Callable[[Policy], Run]

SCHEDULES = 200
"""Runs of the systematic search in one exploration, where a test does not ask for more."""
SAMPLES = 66
"""Walks and runs of PCT, in turn, after a systematic search that did not come to its end."""
WALKS = 16
"""How many runs of the systematic search, from the second on, come between two random walks each."""
SIMPLER = 50
"""Runs of the systematic search after a random one has failed: the failure that it meets has fewer switches."""
STEPS = 13_000
"""Steps of all runs together, after which the search ends."""
KEPT_STEPS = 1_000_000
"""Steps of all runs that the systematic search remembers, some 500 bytes each; then it ends, and walks go on."""
MINIMISING_STEPS = 100_000
"""Steps of all runs that make a failing one simpler; at most 200 runs."""


@dataclass
class SearchResult:
    """What a search found."""

    schedules: int = 0
    """Runs made until the first failure, or in all."""
    error: BaseException | None = None
    complete: bool = False
    """True when every interleaving was covered."""
    deviations: list[Deviation] = field(default_factory=list)
    run: Run | None = None


_Origin = tuple[Trace, int, int] | list[int]
"""How a run begins: as another one with two of its steps reversed, or with these threads' steps."""


class Explorer:
    """Enumerates the interleavings of a program that really differ, those with few reversed races first.

    With a bound for preemptions, a run that reverses a race may lie beyond it although others behind it do not. So
    there each choice of who goes on when a thread waits, which costs no preemption, begins another run, too (as in
    iterative context bounding: Musuvathi and Qadeer, PLDI 2007).
    """

    def __init__(
        self,
        runner: Runner,
        *,
        preemptions: int | None = None,
        rng: random.Random | None = None,
        steps: int | None = None,
    ) -> None:
        self.runner = runner
        self.preemptions = preemptions
        self.rng = rng
        self.complete = False
        self.steps = steps
        self.longest = 0
        self.runs = self._runs()
        """To be closed at the end: it keeps what is known of all runs so far."""

    def _runs(self) -> Generator[Run, None, None]:
        queue: list[tuple[int, int, int, _Origin, Iterator[tuple[int, _Origin]]]] = []
        seen_prefixes: set[frozenset[int]] = set()
        seen_runs: set[frozenset[int]] = set()
        runs_with: dict[int, list[frozenset[int]]] = {}
        tickets = itertools.count()
        whole = True
        steps_left = self.steps

        def push(depth: int, ticket: int, branches: Iterator[tuple[int, _Origin]]) -> None:
            """The best of what is left of a run's branches; the others stay where they need no place."""
            for tie, origin in branches:
                heapq.heappush(queue, (depth, tie, ticket, origin, branches))
                return

        push(0, next(tickets), iter([(0, [])]))
        while queue:
            depth, _, ticket, origin, others = heapq.heappop(queue)
            push(depth, ticket, others)
            if isinstance(origin, list):
                sequence = origin
            else:
                trace, earlier, later = origin
                sequence, identity, last = trace.reversed(earlier, later)
                if identity in seen_prefixes or any(identity <= run for run in runs_with.get(last, ())):
                    continue
                seen_prefixes.add(identity)
            policy = self._policy(sequence)
            run = self.runner(policy)
            whole = whole and not policy.bounded and policy.blocked_at is None
            self.longest = max(self.longest, run.steps)
            trace = Trace(run.log, pending_steps(run))
            for name in trace.identity:
                runs_with.setdefault(name, []).append(trace.identity)
            push(depth + 1, next(tickets), _reversals(trace))
            if self.preemptions is not None and trace.identity not in seen_runs:
                seen_runs.add(trace.identity)  # one that was cut off may be another one again
                push(depth + 1, next(tickets), _choices(trace, policy))
            self.complete = whole and not queue
            yield run
            if steps_left is not None:
                steps_left -= run.steps
                if steps_left <= 0:
                    return
        self.complete = whole

    def _policy(self, sequence: list[int]) -> Following:
        if self.rng is None:
            return Following(sequence, self.preemptions)
        return Shuffled(self.rng, sequence, self.preemptions)


def _reversals(trace: Trace) -> Iterator[tuple[int, _Origin]]:
    """Each race of a run the other way round; to reverse the most distant steps changes the most."""
    for earlier, later in sorted(trace.races, key=lambda race: race[0] - race[1]):
        yield earlier - later, (trace, earlier, later)


def _choices(trace: Trace, policy: Following) -> Iterator[tuple[int, _Origin]]:
    """Each other thread that could have gone on where one waited."""
    for position, other in policy.choices:
        yield position - len(trace.tasks), [*trace.tasks[:position], other]


def pending_steps(run: Run) -> list[Step]:
    """What the threads that were blocked at the end would have done next."""
    return [Step(index, (((id(obj), WHOLE), TAKE),), "pending") for index, obj in run.pending]


def search(
    runner: Runner,
    *,
    seed: int | None = None,
    preemptions: int | None = None,
    schedules: int = SCHEDULES,
    samples: int = SAMPLES,
    steps: int | None = STEPS,
    minimal: bool = True,
) -> SearchResult:
    """Look for a schedule under which the program fails."""
    result = SearchResult()
    rng = random.Random(seed) if seed is not None else None
    kept = KEPT_STEPS if steps is None else min(steps, KEPT_STEPS)
    explorer = Explorer(runner, preemptions=preemptions, rng=rng, steps=kept)
    with closing(explorer.runs):
        for run in _tried(explorer, random.Random(20 if seed is None else seed), schedules, samples, steps):
            result.schedules += 1
            if run.error is not None:
                if minimal and not isinstance(run.policy, Following):
                    simpler = (other for other in itertools.islice(explorer.runs, SIMPLER) if other.error is not None)
                    run = next(simpler, run)
                return _failed(result, run, runner, minimal)
    result.complete = explorer.complete
    return result


def _tried(
    explorer: Explorer, rng: random.Random, schedules: int, samples: int, steps: int | None
) -> Iterator[Run]:
    """The runs of a search, in order."""
    runner, bound = explorer.runner, explorer.preemptions
    natural = next(explorer.runs)
    yield natural
    walks = walks_after(natural, rng, bound)
    for number in range(schedules - 1):
        if explorer.complete:
            break
        walking = number < WALKS and bound != 0
        if walking:
            yield runner(next(walks))
        run = next(explorer.runs, None)
        if run is None:
            break
        yield run
        if walking and not explorer.complete:
            yield runner(next(walks))
    if explorer.complete or bound == 0:
        return
    for number in range(samples):
        run = runner(PCT(rng, explorer.longest, number // 2 % 5, bound) if number % 2 else next(walks))
        yield run
        explorer.longest = max(explorer.longest, run.steps)
        if steps is not None:
            steps -= run.steps
            if steps <= 0:
                return


def random_walk(runner: Runner, *, seed: int, schedules: int) -> Iterator[Run]:
    """Runs under plain random scheduling."""
    rng = random.Random(seed)
    for _ in range(schedules):
        yield runner(RandomWalk(rng))


def _failed(result: SearchResult, run: Run, runner: Runner, minimal: bool) -> SearchResult:
    result.error, result.run, result.deviations = run.error, run, list(run.deviations)
    if minimal and not isinstance(run.error, BlockedOutsideError):
        result.deviations = minimise(runner, run)
    return result


def same_failure(first: BaseException | None, second: BaseException | None) -> bool:
    """Do two runs fail in the same way?"""
    return type(first) is type(second)


def minimise(runner: Runner, failing: Run, steps: int = MINIMISING_STEPS) -> list[Deviation]:
    """Drop the deviations that the failure does not need (delta debugging: Zeller and Hildebrandt, 2002)."""
    kept = list(failing.deviations)
    size = max(1, len(kept) // 2)
    while kept and steps > 0:
        at = len(kept)
        shrunk = False
        while at > 0 and steps > 0:
            candidate = kept[: max(0, at - size)] + kept[at:]
            run = runner(Deviating(candidate))
            steps -= max(run.steps, MINIMISING_STEPS // 200)
            if same_failure(run.error, failing.error) and len(run.deviations) < len(kept):
                kept = list(run.deviations)
                shrunk = True
            at = min(at - size, len(kept))
        if size == 1 and not shrunk:
            break
        if not shrunk:
            size = max(1, size // 2)
    return kept


def everything(
    runner: Runner, collect: Callable[[Run], Any], *, preemptions: int | None, schedules: int | None
) -> tuple[int, bool]:
    """Run every interleaving; returns how many there were and whether that was all."""
    explorer = Explorer(runner, preemptions=preemptions)
    count = 0
    with closing(explorer.runs):
        for run in explorer.runs:
            count += 1
            collect(run)
            if schedules is not None and count >= schedules:
                break
    return count, explorer.complete
