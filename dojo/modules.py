"""Kata tests as pytest sees them: which tests there are, and what is said when they cannot even start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from dojo import answers, telling
from dojo.answers import AnswerError
from dojo.curriculum import Kata
from dojo.progress import fingerprint


class KataModule(pytest.Module):
    """A kata's test file.

    `fingerprint` is that of the files before they are imported; `names` are all its tests in the order of the
    file, also those that the command line leaves out.
    """

    kata: Kata
    excused: bool  # an answer that is not there is skipped, not failed
    fingerprint: str = ""
    names: list[str]

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        self.names = []
        answer = answers.chosen().file(self.kata.section, self.kata.name)
        if self.kata.lacks:
            return [self._notice("not here", f"needs {self.kata.lacks}", excused=True)]
        if not answer.is_file():
            return [self._notice("not handed in", f"there is no {answers.shown(answer)}", excused=self.excused)]
        self.fingerprint = fingerprint(self.kata)
        children = list(super().collect())
        self.names = [item.nodeid for item in _items(children)]
        return children

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, AnswerError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def _notice(self, what: str, why: str, *, excused: bool) -> Notice:
        notice: Notice = Notice.from_parent(self, name=what.replace(" ", "_"))
        notice.text, notice.excused = f"{self.kata.id}: {what}: {why}", excused
        return notice


class NoticeError(Exception):
    """The text of a notice that counts as a failure."""


class Notice(pytest.Item):
    """Stands for a kata's tests where they cannot run; `excused` ones are skipped, others fail."""

    text: str
    excused: bool

    def runtest(self) -> None:
        if self.excused:
            pytest.skip(self.text)
        raise NoticeError(self.text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, NoticeError) else super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        return self.path, None, self.name


def module_of(item: pytest.Item) -> KataModule | None:
    """The kata's module that a test belongs to; None for other tests."""
    return item.getparent(KataModule)


def tell(report: pytest.TestReport | pytest.CollectReport, error: BaseException, module: KataModule) -> None:
    """Put the short story in the place of the traceback, where there is one."""
    answer = answers.chosen().file(module.kata.section, module.kata.name)
    report.dojo_not_started = telling.not_started(error, answer)  # type: ignore[union-attr]
    story = telling.short(error, answer)
    if story:
        report.longrepr = story


def _items(nodes: Iterable[pytest.Item | pytest.Collector]) -> Iterator[pytest.Item]:
    for node in nodes:
        if isinstance(node, pytest.Item):
            yield node
        else:
            yield from _items(node.collect())
