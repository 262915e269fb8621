"""How pytest behaves in this repository: its options, its limits on answers, and what it remembers.

Bare `pytest` is the walk through the curriculum (dojo/walk.py); everything else is pytest as it always is,
with the answers that were asked for in the place of `katas.*`.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from types import FrameType
from typing import Any

import hypothesis
import pytest

from dojo import answers, choice, crowd, curriculum, guard, leaks, leftovers, logs, pictures, telling, walk
from dojo.answers import KATAS, ROOT
from dojo.interleave import EFFORTS
from dojo.modules import KataModule, module_of, tell
from dojo.processes import start_method  # noqa: F401 - a fixture
from dojo.progress import Progress

_TESTS = ROOT / "tests"
_EXAMPLES = 25


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("dojo", "the katas")
    group.addoption(
        "--katas",
        metavar="DIR",
        help="test the answers in DIR (laid out like katas/: DIR/s05_locks/bank_account.py), not yours",
    )
    group.addoption(
        "--attempt",
        metavar="FILE",
        help="test FILE in the place of one answer; its two parent folders name the kata: "
        "any/where/s05_locks/bank_account/mine.py",
    )
    group.addoption("--focus", metavar="KATA", help="show the verdict on one kata as bare pytest would")
    group.addoption("--all", action="store_true", help="run all katas, the solved ones too, without stopping")
    group.addoption(
        "--thorough",
        dest="effort",
        action="store_const",
        const="thorough",
        default="",
        help="draw test data and schedules afresh, ten times as many",
    )
    group.addoption(
        "--quick",
        dest="effort",
        action="store_const",
        const="quick",
        help="a tenth of the test data and schedules: a first look, no verdict",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take the options in. Before Hypothesis does, so that --hypothesis-profile still has the last word."""
    try:
        config.stash[_LIST] = katas = curriculum.load()
        here = config.invocation_params.dir
        chosen = choice.answers(katas, config.option.katas, config.option.attempt, here)
        config.stash[_ENVIRONMENT] = os.environ.get(answers.VARIABLE)
        settle(config, chosen, config.option.effort)
        _narrow(config, katas, chosen)
        if config.option.focus:
            katas.kata(config.option.focus)
    except (curriculum.CurriculumError, curriculum.UnknownKata, choice.BadChoice) as error:
        raise pytest.UsageError(str(error)) from error
    leaks.register(config)
    logs.register(config)
    # A kata that cannot be imported says so; the others are run all the same.
    config.option.continue_on_collection_errors = True
    if not hasattr(config, "workerinput"):
        leftovers.register(config)
        if chosen == answers.Answers():
            progress = Progress()
            config.pluginmanager.register(_Ledger(progress, katas), "dojo-ledger")
            if walk.is_bare(config):
                walk.register(config, katas, progress)


def settle(config: pytest.Config, chosen: answers.Answers, effort: str) -> None:
    """What the options decide, for this process; a fork of a session that has begun may decide anew."""
    guard.last_words = os.fdopen(os.dup(2), "w") if sys.platform != "win32" else 2
    config.option.effort = effort
    _set_profile(effort)
    chosen.choose()


def pytest_unconfigure(config: pytest.Config) -> None:
    before = config.stash.get(_ENVIRONMENT, None)
    if before is None:
        os.environ.pop(answers.VARIABLE, None)
    else:
        os.environ[answers.VARIABLE] = before


def _set_profile(effort: str) -> None:
    """By default the verdict is a function of the code: the same examples on every run and machine."""
    slow = [hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large]
    common: dict[str, Any] = {
        "deadline": None,
        "database": None,
        "print_blob": False,
        "report_multiple_bugs": False,
        "suppress_health_check": slow,
        "phases": [phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.explain],
    }
    for each, factor in EFFORTS.items():
        # derandomize is said outright: where CI is set, Hypothesis would do so by itself.
        hypothesis.settings.register_profile(
            _profile(each), derandomize=each != "thorough", max_examples=ceil(_EXAMPLES * factor), **common
        )
    hypothesis.settings.load_profile(_profile(effort))
    os.environ["DOJO_EFFORT"] = effort


def _profile(effort: str) -> str:
    return f"dojo-{effort}".rstrip("-")


def _narrow(config: pytest.Config, katas: curriculum.Curriculum, chosen: answers.Answers) -> None:
    """Without paths: an attempt means its kata; --all or a submission mean all katas, no machinery."""
    if config.args_source == pytest.Config.ArgsSource.ARGS or hasattr(config, "workerinput"):
        return
    if chosen.attempt is not None and not config.option.all:
        config.args = [str(choice.attempted(katas, chosen.attempt).tests)]
    elif config.option.all or chosen.tree not in (KATAS, ROOT / "solutions"):
        config.args = [str(kata.tests) for kata in katas.katas if kata.tests.is_file()]


# --- the tests of a kata ------------------------------------------------------------------------------------


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> KataModule | None:
    config = parent.config
    kata = config.stash[_LIST].tested_by(module_path.resolve())
    if kata is None:
        return None
    module: KataModule = KataModule.from_parent(parent, path=module_path)
    module.kata = kata
    module.excused = answers.chosen().tree not in (KATAS, ROOT / "solutions") and not _is_named(config, module_path)
    return module


def _is_named(config: pytest.Config, file: Path) -> bool:
    """Whether the command line names this very file."""
    typed = config.invocation_params.args
    return any(str(argument).partition("::")[0].endswith(file.name) for argument in typed)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Tests that set their own number of examples draw ten times as many, or a tenth, too."""
    test: Any = getattr(item, "obj", None)
    own = getattr(test, "_hypothesis_internal_use_settings", None)
    if own is None or own.max_examples == hypothesis.settings().max_examples or hasattr(test, "dojo_scaled"):
        return
    examples = ceil(own.max_examples * EFFORTS[item.config.option.effort])
    test._hypothesis_internal_use_settings = hypothesis.settings(own, max_examples=examples)
    test.dojo_scaled = True  # with parameters, it is collected again for each


def pytest_collection_finish() -> None:
    """What has been made to collect the tests stays to the end: no collection of garbage has to go through it."""
    if not gc.get_freeze_count():
        gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """With `-n auto`: half as many workers again as CPUs, since many checks wait for wrong answers rather than work."""
    return 3 * (os.cpu_count() or 1) // 2


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With -n, workers that have nothing left take tests from the others: some checks are a thousand times as long."""
    if config.getvalue("dist") != "load":
        return None
    from xdist.scheduler import WorkStealingScheduling  # type: ignore[import-untyped]

    return WorkStealingScheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    with guard.no_exit():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    if call.excinfo is not None:
        telling.give_lines(call.excinfo.value)
        if call.excinfo.tb is not call.excinfo.value.__traceback__:
            call.excinfo = pytest.ExceptionInfo.from_exception(call.excinfo.value)
    with _no_collection():
        report = yield
    module = module_of(item)
    if module is None or not isinstance(report, pytest.TestReport):
        return report
    # Plain values: they travel from the workers of pytest-xdist as well.
    report.dojo_kata = module.kata.id
    report.dojo_fingerprint = module.fingerprint
    report.dojo_tests = len(module.names)
    if call.excinfo is not None:
        report.dojo_hung = isinstance(call.excinfo.value, telling.TimeIsUp)
        if report.skipped and _was_skipped_by_answer(call.excinfo.value, module):
            report.outcome = "failed"
            report.longrepr = f"the answer skipped its own test: {call.excinfo.value}"
            report.__dict__.pop("wasxfail", None)
        elif report.failed:
            tell(report, call.excinfo.value, module)
            report.dojo_why = walk.why(item, call.excinfo.value, module)
            picture = pictures.of(call.excinfo.value)
            if picture is not None and answers.chosen() == answers.Answers():
                pictures.save(picture, module.kata.id, item.name)
    return report


@contextmanager
def _no_collection() -> Iterator[None]:
    """No garbage is collected meanwhile. A collected task may have its traceback logged, for which 3.11 parses its
    source; inside the parsing of another source, as pytest does it for a report, that is a SystemError."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _was_skipped_by_answer(error: BaseException, module: KataModule) -> bool:
    file = str(answers.chosen().file(module.kata.section, module.kata.name))
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == file:
            return True
        step = step.tb_next
    return False


# --- limits -------------------------------------------------------------------------------------------------


@pytest.hookimpl(optionalhook=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> bool:
    """Our own alarm for pytest-timeout's limits: it also ends what swallows the first interruption."""
    import pytest_timeout  # type: ignore[import-untyped]

    if not settings.disable_debugger_detection and pytest_timeout.is_debugging():
        return True
    chosen = answers.chosen()
    folders = [_TESTS, chosen.tree, *([chosen.attempt.parent] if chosen.attempt else [])]

    limit = settings.timeout * crowd.times()
    hung = item.session.stash.setdefault(_HUNG, set())
    if item.path in hung:
        limit = min(limit, max(limit / 6, 1.0))  # its answer is red already, and may hang in every test

    def make_error() -> BaseException:
        hung.add(item.path)
        return telling.TimeIsUp(
            f"still running after {limit:.3g} seconds: it loops for ever, or waits for what never "
            f"comes. What each thread was doing:\n{telling.stacks(folders)}"
        )

    alarm = guard.Alarm(limit, make_error, _runs_a_test)
    alarm.set()
    item.stash[_ALARM] = alarm
    return True


@pytest.hookimpl(optionalhook=True)
def pytest_timeout_cancel_timer(item: pytest.Item) -> bool:
    alarm = item.stash.get(_ALARM, None)
    if alarm is not None:
        alarm.cancel()
        del item.stash[_ALARM]
    return True


def _runs_a_test(frame: FrameType) -> bool:
    code = frame.f_code
    return code is pytest.Function.runtest.__code__ or code.co_filename.startswith(f"{_TESTS}{os.sep}")


# --- what is remembered -------------------------------------------------------------------------------------


class _Ledger:
    """Remembers a kata as solved when all its tests were green in one run; a red one opens it again."""

    def __init__(self, progress: Progress, katas: curriculum.Curriculum) -> None:
        self._progress, self._katas = progress, katas
        self._green: dict[str, set[str]] = {}
        self._red: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        kata_id = getattr(report, "dojo_kata", None)
        if kata_id is None:
            return
        kata = self._katas.kata(kata_id)
        green = self._green.setdefault(kata_id, set())
        if report.failed:
            self._red.add(kata_id)
            self._progress.forget(kata)
        elif report.when == "teardown":
            green.add(report.nodeid)
        if kata_id not in self._red and len(green) == report.dojo_tests:
            self._progress.solve(kata, report.dojo_fingerprint)


_LIST = pytest.StashKey[curriculum.Curriculum]()
_ENVIRONMENT = pytest.StashKey[str | None]()
_ALARM = pytest.StashKey[guard.Alarm]()
_HUNG = pytest.StashKey[set[Path]]()
"""The test files of which a test has come to its time limit."""
