"""What came of a kata's tests, test by test: a pytest plugin for those who run them on answers of others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import hypothesis
import pytest


@dataclass
class Outcome:
    """What came of a job.

    `tests` maps each test that was run (without its parameters) to "passed", "failed", "skipped" or "hung":
    the worst of its runs. `trouble` says why there is no verdict (the answer cannot be imported, the process
    died), or is "".
    """

    tests: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    seconds: float = 0.0

    def having(self, *outcomes: str) -> list[str]:
        """The tests with one of these outcomes."""
        return [name for name, outcome in self.tests.items() if outcome in outcomes]


class Recorder:
    """A pytest plugin that keeps the worst outcome of each test, and what was told of the first red one (`why`).

    If `first_red_decides`, a test that has failed is not tried with its further parameters. Unless it `shrinks`,
    Hypothesis tells of the first example that fails: that takes a tenth of the time, where nobody reads it.
    """

    _ORDER = ("skipped", "passed", "failed", "hung")

    def __init__(self, *, first_red_decides: bool = False, shrinks: bool = True) -> None:
        self.outcome = Outcome()
        self.why = ""
        self._first_red_decides = first_red_decides
        self._shrinks = shrinks

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self) -> None:
        if self._shrinks:
            return
        chosen = hypothesis.settings()
        phases = [phase for phase in chosen.phases if phase is not hypothesis.Phase.shrink]
        hypothesis.settings.register_profile("dojo-unshrunk", chosen, phases=phases)
        hypothesis.settings.load_profile("dojo-unshrunk")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if self._first_red_decides and self.outcome.tests.get(_name(item.nodeid)) == "failed":
            pytest.skip("has failed already, with other parameters")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.outcome.trouble = report.longreprtext

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        name = _name(report.nodeid)
        now: Any = "hung" if getattr(report, "dojo_hung", False) else report.outcome
        before = self.outcome.tests.get(name, "skipped")
        self.outcome.tests[name] = max(now, before, key=self._ORDER.index)
        if report.failed and not self.why:
            told = getattr(report, "dojo_not_started", "") or "\n".join(getattr(report, "dojo_why", ()))
            self.why = f"{name}: {told or report.longreprtext}"


def _name(nodeid: str) -> str:
    """The name of a test without its parameters."""
    return nodeid.rpartition("::")[2].partition("[")[0]
