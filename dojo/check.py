"""Is the repository whole, and is every verdict right? For maintainers: `dojo check`, a part of it also in
`pytest --katas=solutions`.

Every stub must fail its tests without hanging, every solution and every right_ attempt must pass them, and
every wrong_ attempt must fail the tests that it names.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

from dojo import jobs, whole
from dojo.answers import ROOT, Answers, shown
from dojo.curriculum import Curriculum, Kata
from dojo.jobs import Job
from dojo.progress import Progress
from dojo.recorder import Outcome

#: Stands for what is wrong with the trees as a whole.
TREES = "trees"
#: How many times as long a thorough test may take, which does ten times as much.
THOROUGH = 6
QUICK = 1
"""How many wrong attempts of a kata a quick check runs."""


@dataclass
class Finding:
    """What was found for one kata (or for TREES): problems, number of runs, their time in seconds."""

    name: str
    problems: list[str] = field(default_factory=list)
    runs: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class _Trial:
    """A job, and what it is to show: `kind` is one of KINDS."""

    job: Job
    kind: str
    file: Path


KINDS = ("stub", "solution", "right", "wrong")
"""What is run of a kata."""


def check(
    curriculum: Curriculum,
    katas: Sequence[Kata],
    parallel: int | None = None,
    kinds: Collection[str] = KINDS,
    *,
    effort: str = "",
) -> Iterator[Finding]:
    """Check the katas, and the trees if these are all; yields each finding once it is complete.

    `effort` "quick": right attempts with a tenth of the examples and schedules, stubs up to the first red test, and
    QUICK of the wrong attempts, which name different tests; "thorough": all with ten times as many, drawn afresh.
    """
    if set(katas) == set(curriculum.katas):
        yield Finding(TREES, list(whole.trees(curriculum)))
    solved = {kata for kata in katas if Progress().is_solved(kata)}
    findings = {kata.id: Finding(kata.id, list(whole.kata(kata, solved=kata in solved))) for kata in katas}
    trials = {
        trial.job: trial
        for kata in katas
        for trial in _trials(kata, solved=kata in solved, effort=effort)
        if trial.kind in kinds
    }
    left = {kata.id: sum(trial.job.kata == kata for trial in trials.values()) for kata in katas}
    for name, count in left.items():
        if not count:
            yield findings[name]
    limit = jobs.TEST_LIMIT * (THOROUGH if effort == "thorough" else 1)
    for job, outcome in jobs.run(trials, parallel, limit):
        finding, trial = findings[job.kata.id], trials[job]
        finding.problems += _problems(trial, outcome)
        finding.runs += 1
        finding.seconds += outcome.seconds
        left[job.kata.id] -= 1
        if not left[job.kata.id]:
            yield finding


def _trials(kata: Kata, *, solved: bool, effort: str) -> Iterator[_Trial]:
    """The runs that a kata needs. One that cannot run here, or lacks its tests, needs none."""
    if kata.lacks or not kata.tests.is_file():
        return
    quick = effort == "quick"
    full = "" if quick else effort
    if kata.stub.is_file() and not solved:
        yield _Trial(Job(kata, Answers(), effort=full, until_red=quick), "stub", kata.stub)
    if kata.solution.is_file():
        yield _Trial(Job(kata, Answers(ROOT / "solutions"), effort=full), "solution", kata.solution)
    for file in whole.attempts(kata, "right"):
        yield _Trial(Job(kata, Answers(attempt=file), effort=effort), "right", file)
    wrong = list(_wrong(kata))
    for file, names in _different(wrong) if quick else wrong:
        yield _Trial(Job(kata, Answers(attempt=file), names, full), "wrong", file)


def _wrong(kata: Kata) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """The wrong attempts with the tests that they name, if there are such."""
    known = whole.test_names(kata)
    for file in whole.attempts(kata, "wrong"):
        names = tuple(name for name in whole.rejected_by(file) if name in known)
        if names:
            yield file, names


def _different(wrong: list[tuple[Path, tuple[str, ...]]]) -> list[tuple[Path, tuple[str, ...]]]:
    """QUICK of them at most, from the first to the last; each names a test that those before it do not name."""
    seen: set[str] = set()
    found = []
    for file, names in wrong:
        if not seen.issuperset(names):
            found.append((file, names))
        seen.update(names)
    return found[:: max(1, ceil(len(found) / QUICK))]


def _problems(trial: _Trial, outcome: Outcome) -> Iterable[str]:
    """What the outcome shows to be wrong, with the fix."""
    where, tests = shown(trial.file), shown(trial.job.kata.tests)
    if outcome.trouble:
        yield f"{where}: no verdict, its tests did not come to their end:\n{outcome.trouble}"
        return
    hung = outcome.having("hung")
    if hung:
        yield (
            f"{where}: {', '.join(hung)} hung until the time limit. A hang has to be found at once: "
            f"let {tests} try it under @interleave first."
        )
        return
    failed, passed = outcome.having("failed"), outcome.having("passed")
    if trial.kind == "stub" and not failed:
        yield f"{where}: the stub passes all tests. Leave something to do in it, or make {tests} ask for it."
    elif trial.kind in ("solution", "right") and failed:
        what = "the reference solution" if trial.kind == "solution" else "a right answer"
        yield (
            f"{where}: {what} fails {', '.join(failed)}. Mend the answer if it breaks the contract; "
            f"otherwise {tests} asks for more than the contract does. See it with: {_command(trial)}"
        )
    elif trial.kind in ("solution", "right") and not passed:
        yield f"{where}: none of its tests ran. Let {tests} run, or tell curriculum.toml what it requires."
    elif trial.kind == "wrong":
        for name in trial.job.names:
            if name not in failed:
                yield (
                    f"{where}: {name} does not reject it. Make that test stricter, or name the one that does "
                    f"in the line `Rejected by:`. See which do with: {_command(trial)}"
                )


def _command(trial: _Trial) -> str:
    option = "--katas=solutions" if trial.kind == "solution" else f"--attempt={shown(trial.file)}"
    return f"pytest {option} {shown(trial.job.kata.tests)}"


def show(findings: Iterable[Finding]) -> int:
    """Print the findings as they come; the exit status: 1 if there is any problem."""
    start, runs, problems = time.monotonic(), 0, 0
    for finding in findings:
        runs += finding.runs
        problems += len(finding.problems)
        mark = "WRONG" if finding.problems else "ok   "
        detail = (
            f"{finding.runs} runs, {finding.seconds:.1f} s" if finding.name != TREES else "agree with curriculum.toml"
        )
        print(f"{mark}  {finding.name}" + (f"   {detail}" if finding.name != TREES or not finding.problems else ""))
        for problem in finding.problems:
            print("    " + problem.replace("\n", "\n        "), flush=True)
    print(
        f"{problems or 'no'} problem{'s' * (problems != 1)}, {runs} runs in {time.monotonic() - start:.1f} s",
        flush=True,
    )
    return 1 if problems else 0
