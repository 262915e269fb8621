"""Bare `pytest`: through the curriculum in order, up to the first unsolved kata, and a screen about it.

`--focus=KATA` shows that screen about one kata, solved or not.
"""

from __future__ import annotations

import io
import textwrap
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from _pytest._io import TerminalWriter

from dojo import answers, paint, telling
from dojo.answers import ROOT, shown
from dojo.curriculum import Curriculum, Kata
from dojo.mistakes import caught_by
from dojo.modules import KataModule
from dojo.progress import Progress

_PRINTED = 12
_MISTAKES = 3
_INDENT = 9

#: Options that ask for something else than the walk.
_OTHER = (
    "all",
    "attempt",
    "cacheshow",
    "collectonly",
    "deselect",
    "failedfirst",
    "ignore",
    "ignore_glob",
    "katas",
    "keyword",
    "lf",
    "markexpr",
    "newfirst",
    "numprocesses",
    "pyargs",
    "setuponly",
    "setupplan",
    "show_fixtures_per_test",
    "showfixtures",
    "stepwise",
)


def is_bare(config: pytest.Config) -> bool:
    """Whether nothing was asked for in particular, and not from inside tests/ either; or one kata's screen."""
    return bool(config.option.focus) or (
        config.args_source != pytest.Config.ArgsSource.ARGS
        and not any(getattr(config.option, name, None) for name in _OTHER)
        and not config.invocation_params.dir.resolve().is_relative_to(ROOT / "tests")
        and config.pluginmanager.has_plugin("terminal")
    )


def register(config: pytest.Config, katas: Curriculum, progress: Progress) -> None:
    """Walk instead of collecting everything; pytest itself keeps quiet but for its closing line.

    Raises curriculum.UnknownKata if `--focus` names none.
    """
    focus = katas.kata(config.option.focus) if config.option.focus else None
    config.option.verbose -= 1
    config.option.randomly_reorganize = False  # pytest-randomly: the order of the curriculum is the order
    if config.option.tbstyle == "auto":
        config.option.tbstyle = "no"
    config.pluginmanager.register(Walk(config, katas, progress, focus), "dojo-walk")


def why(item: pytest.Item, error: BaseException, module: KataModule) -> list[str]:
    """What the screen says about a failed test: what a failure means, then what happened."""
    answer = answers.chosen().file(module.kata.section, module.kata.name)
    meaning = (getattr(getattr(item, "obj", None), "__doc__", None) or "").strip().partition("\n")[0]
    story = telling.short(error, answer)
    what = story.splitlines() if story else telling.long(error, Path(item.path), answer)
    return [*([meaning] if meaning else []), *what]


class Walk:
    """Collects and runs one kata at a time; those behind the first unsolved one are not even imported."""

    def __init__(self, config: pytest.Config, katas: Curriculum, progress: Progress, focus: Kata | None) -> None:
        self._config, self._katas, self._progress, self._focus = config, katas, progress, focus
        self._failed: pytest.TestReport | pytest.CollectReport | None = None
        self._out: TerminalWriter

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        session.items = []
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        reporter: Any = self._config.pluginmanager.get_plugin("terminalreporter")
        reporter.reportchars, reporter._show_progress_info = "", False
        self._out, reporter._tw = reporter._tw, TerminalWriter(io.StringIO())
        try:
            self._walk(session)
        finally:
            reporter._tw = self._out
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:  # all is solved, nothing had to be run
            session.exitstatus = pytest.ExitCode.OK

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and self._failed is None:
            self._failed = report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self._failed is None:
            self._failed = report

    def _walk(self, session: pytest.Session) -> None:
        if self._progress.complaint:
            self._out.line(self._progress.complaint, yellow=True)
        total = 0
        for kata in [self._focus] if self._focus else self._katas.katas:
            if kata.lacks:
                self._out.line(f"{kata.id} is left out here: it needs {kata.lacks}", yellow=True)
                continue
            if self._progress.is_solved(kata) and kata != self._focus:
                continue
            start = time.monotonic()
            count = self._run(session, kata)
            total += count
            if self._failed is not None or not self._progress.is_solved(kata):
                self._show(kata)
                break
            self._out.line(f"solved {kata.id}: {count} tests in {time.monotonic() - start:.1f} s", green=True)
        else:
            self._show_bar()
            if self._focus is None:
                self._out.line("Nothing is left to solve. `pytest --all` runs all katas once more.", green=True)
        session.testscollected = total

    def _run(self, session: pytest.Session, kata: Kata) -> int:
        """Run the kata's tests in the order of the file, up to the first that fails; how many there are."""
        if not kata.tests.is_file():
            raise pytest.UsageError(f"{kata.id}: there is no {shown(kata.tests)}")
        items = list(session.perform_collect([str(kata.tests)]))
        names = next((module.names for item in items if (module := item.getparent(KataModule))), [])
        items.sort(key=lambda item: names.index(item.nodeid) if item.nodeid in names else -1)
        for item, following in zip(items, [*items[1:], None], strict=False):
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed is not None or session.shouldstop or session.shouldfail:
                break
        return len(items)

    def _show_bar(self) -> None:
        solved = sum(self._progress.is_solved(kata) for kata in self._katas.katas)
        self._out.line(paint.bar(solved, len(self._katas.katas)), bold=True)

    def _show(self, kata: Kata) -> None:
        self._out.line()
        self._show_bar()
        for line in self._wrapped(f"{kata.id}   {kata.title}   {kata.kind}   {kata.minutes} min", after="  "):
            self._out.line(line, bold=True)
        self._out.line(f"  edit   {shown(kata.stub)}")
        report = self._failed
        story = getattr(report, "dojo_not_started", "")
        if story:
            first, *others = self._wrapped(story)
            self._out.line(f"  todo   {first}", yellow=True)
            for line in others:
                self._out.line(f"{' ' * _INDENT}{line}", yellow=True)
        elif isinstance(report, pytest.TestReport):
            self._out.line(f"  FAIL   {report.nodeid.rpartition('::')[2]}", red=True)
            self._indent(getattr(report, "dojo_why", None) or report.longreprtext.splitlines())
            self._show_prints(report)
            self._show_mistakes(kata, report.nodeid.rpartition("::")[2].partition("[")[0])
        elif report is not None:
            self._out.line("  FAIL   the tests cannot start", red=True)
            self._indent(report.longreprtext.splitlines())
        else:
            self._out.line("  todo   some of its tests were skipped", yellow=True)
        seen = self._progress.hints_seen(kata)
        self._out.line(f"  next   dojo hint {kata.name}      ({seen} of 3 seen)")
        self._out.line()

    def _show_prints(self, report: pytest.TestReport) -> None:
        """The last lines that the learner's own print calls wrote."""
        printed = report.capstdout.splitlines()
        if printed:
            self._indent(["", "printed:" if len(printed) <= _PRINTED else f"printed (last {_PRINTED} lines):"])
            self._indent(f"  {line}" for line in printed[-_PRINTED:])

    def _show_mistakes(self, kata: Kata, test: str) -> None:
        """What others did whom this test stopped; not necessarily what this learner did."""
        known = [mistake.why for mistake in caught_by(kata, test)]
        if known:
            self._out.line("  seen   answers that this test stopped before:")
            for why in known[:_MISTAKES]:
                for line in self._wrapped(why, "- "):
                    self._out.line(f"{' ' * _INDENT}{line}")
            if len(known) > _MISTAKES:
                self._indent([f"... and {len(known) - _MISTAKES} more kinds"])

    def _wrapped(self, text: str, first: str = "", after: str = "") -> list[str]:
        """Prose in lines that fit the terminal, indented as all is."""
        room = max(self._out.fullwidth - _INDENT - 1, 30)
        return textwrap.wrap(
            text, room, initial_indent=first, subsequent_indent=after or " " * len(first), break_on_hyphens=False
        )

    def _indent(self, lines: Iterable[str]) -> None:
        for line in lines:
            for part in self._wrapped(line) if _is_prose(line) else [line]:
                self._out.line(f"{' ' * _INDENT}{part}".rstrip())


def _is_prose(line: str) -> bool:
    """Pictures and code are shown as they are."""
    return bool(line.strip()) and not line.startswith(" ") and "  " not in line
