"""`dojo grade PATH...`: checks answers that nobody has read: folders, git checkouts, zip and tar archives."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dojo.commands.common import NoAnswerError
from dojo.curriculum import Curriculum, Kata
from dojo.paint import width

if TYPE_CHECKING:
    from dojo.grade.pool import Task
    from dojo.grade.submissions import Submission
    from dojo.grade.verdict import Limits, Verdict


def add(commands: Any) -> None:
    parser = commands.add_parser("grade", help="check submissions: folders or archives that hold a katas/ tree")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument("--kata", action="append", default=[], metavar="KATA", help="only this kata (repeatable)")
    parser.add_argument("--required", action="store_true", help="katas that are missing or not begun count as failed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the verdicts as JSON (- for stdout)")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write them as JUnit XML")
    parser.add_argument("--summary", type=Path, metavar="FILE", help="append a summary in Markdown to FILE")
    parser.add_argument("--journal", type=Path, metavar="FILE", help="keep finished verdicts there, and go on from it")
    parser.add_argument("--shard", type=_shard, default=(1, 1), metavar="I/N", help="only the I-th of N parts")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="how many at a time")
    parser.add_argument("--executor", metavar="dask://HOST:PORT", help="send the work to a Dask cluster")
    parser.add_argument("--seconds", type=float, default=60.0, help="limit of one answer (default: 60)")
    parser.add_argument("--memory", type=int, default=4096, metavar="MIB", help="its address space (default: 4096)")
    parser.set_defaults(run=run)


def run(curriculum: Curriculum, options: argparse.Namespace) -> int:
    from dojo.grade import report
    from dojo.grade.journal import Journal
    from dojo.grade.verdict import Limits

    katas = [curriculum.kata(name) for name in options.kata] or list(curriculum.katas)
    submissions, unread = _read(options.paths, curriculum)
    todo, settled = _tasks(submissions, katas, options.shard)
    journal = Journal(options.journal)
    verdicts = [*settled, *_judged(todo, journal, Limits(options.seconds, options.memory), options)]
    order = {kata.id: position for position, kata in enumerate(katas)}
    place = {submission.name: position for position, submission in enumerate(submissions)}
    verdicts.sort(key=lambda verdict: (place[verdict.submission], order[verdict.kata]))
    for file, text, mode in (
        (options.json, report.as_json, "w"),
        (options.junit, report.as_junit, "w"),
        (options.summary, report.as_markdown, "a"),
    ):
        if file is not None:
            _write(file, text(verdicts), mode)
    if str(options.json) != "-":
        print("\n".join(report.table(verdicts, width() if sys.stdout.isatty() else 1000)))
    for message in unread:
        print(f"dojo: {message}", file=sys.stderr)
    bad = any(verdict.is_bad or (options.required and verdict.word in ("missing", "not begun")) for verdict in verdicts)
    return 2 if unread else int(bad)


def _read(paths: Sequence[Path], curriculum: Curriculum) -> tuple[list[Submission], list[str]]:
    """The submissions, with names of their own, and what cannot be read."""
    from dataclasses import replace

    from dojo.grade.submissions import SubmissionError, read

    found: list[Submission] = []
    unread: list[str] = []
    for path in paths:
        try:
            submission = read(path, curriculum)
        except SubmissionError as error:
            unread.append(str(error))
            continue
        if any(submission.name == other.name for other in found):
            submission = replace(submission, name=path.as_posix())
        found.append(submission)
    if not found and unread:
        raise NoAnswerError("; ".join(unread))
    return found, unread


def _tasks(
    submissions: Sequence[Submission], katas: Sequence[Kata], shard: tuple[int, int]
) -> tuple[list[Task], list[Verdict]]:
    """What is to be judged, and what needs no judging."""
    from dojo.grade.pool import Task
    from dojo.grade.verdict import Verdict

    todo: list[Task] = []
    settled: list[Verdict] = []
    pairs = [(submission, kata) for submission in submissions for kata in katas]
    for submission, kata in pairs[shard[0] - 1 :: shard[1]]:
        if kata.id in submission.answers:
            todo.append(Task(submission.name, kata, submission.answers[kata.id]))
        elif kata.id in submission.refused:
            settled.append(Verdict(submission.name, kata.id, "refused", submission.refused[kata.id]))
        else:
            settled.append(Verdict(submission.name, kata.id, "missing"))
    return todo, settled


def _judged(todo: Sequence[Task], journal: Any, limits: Limits, options: argparse.Namespace) -> Iterator[Verdict]:
    from dojo.grade import pool
    from dojo.grade.journal import key_of

    keys = {task: key_of(task.submission, task.kata, task.source) for task in todo}
    left = [task for task in todo if journal.known(keys[task]) is None]
    for task in todo:
        known = journal.known(keys[task])
        if known is not None:
            yield known
    if options.executor:
        results = pool.on_dask(left, limits, _address(options.executor))
    else:
        results = pool.local(left, limits, max(options.jobs, 1))
    try:
        with contextlib.closing(results):  # type: ignore[type-var]
            for number, (task, verdict) in enumerate(results, 1):
                if verdict.seconds:  # what took no time is known again at once
                    journal.add(keys[task], verdict)
                _show_progress(number, len(left))
                yield verdict
    except pool.ClusterError as error:
        raise NoAnswerError(str(error)) from error


def _show_progress(number: int, total: int) -> None:
    """In place on a terminal; in a log, ten lines in all, and none for a handful."""
    if sys.stderr.isatty():
        print(f"\r{number} of {total} judged", end="\n" if number == total else "", file=sys.stderr, flush=True)
    elif total > 100 and number * 10 // total > (number - 1) * 10 // total:
        print(f"{number} of {total} judged", file=sys.stderr, flush=True)


def _address(text: str) -> str:
    match = re.fullmatch(r"dask://([\w.:\[\]-]+:\d+)", text)
    if match is None:
        raise NoAnswerError(f"--executor {text}: dask://HOST:PORT is expected")
    return match[1]


def _write(file: Path, text: str, mode: str) -> None:
    if str(file) == "-":
        sys.stdout.write(text)
        return
    try:
        with file.open(mode, encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise NoAnswerError(f"{file} cannot be written: {error.strerror}") from error


def _shard(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise argparse.ArgumentTypeError("I/N is expected, as in 2/5")
    return int(match[1]), int(match[2])
