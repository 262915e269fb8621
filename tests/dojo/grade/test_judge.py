"""No cheat turns a wrong answer green; no hostile answer outlives its verdict or touches another one's."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dojo import curriculum
from dojo.answers import ROOT
from dojo.grade.judge import Judge
from dojo.grade.verdict import Limits, Verdict
from tests.dojo.grade.answers import CHEATS, HOSTILE, NAIVE, RIGHT

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits and their clean-up are Linux's"),
]
BRIEF = Limits(seconds=1.5, memory=2048)
"""For hostile answers: none of them would be green, had it more time."""
ENOUGH = Limits(seconds=2.5, memory=2048)
"""For cheats: until the first red test."""
PATIENT = Limits(seconds=240)
"""For right ones, beside what else is tested: each of some thousand handovers may have to wait for a processor."""
EVERY = 24
"""After so many bad answers a right one is judged, by the same judge."""


def as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.replace("{root!r}", repr(str(ROOT))).encode()


def judged(answers: list[tuple[str, bytes]]) -> dict[str, Verdict]:
    """By one judge: the naive answer, then these, and a right one from time to time."""
    kata = curriculum.load().kata("s05_locks/ticket_dispenser")
    with Judge(PATIENT) as judge:
        found = {"naive": judge.verdict("naive", kata, NAIVE.encode())}
        for number, (name, answer) in enumerate(answers):
            judge.limits = BRIEF if name in HOSTILE else ENOUGH
            found[name] = judge.verdict(name, kata, answer)
            if number % EVERY == 0:
                judge.limits = PATIENT
                found[f"right after {name}"] = judge.verdict(f"right after {name}", kata, RIGHT.encode())
        return found


def left(mark: str, place: Path) -> set[str]:
    """Processes that have inherited the mark, shared-memory blocks, and files in the place."""
    processes = set()
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if environment.parent.name != str(os.getpid()) and mark.encode() in environment.read_bytes():
                processes.add((environment.parent / "cmdline").read_text())
    blocks = {str(path) for path in Path("/dev/shm").glob("dj*")}
    return processes | blocks | {str(path) for path in place.iterdir()}


def test_bad_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All in one test, since it takes minutes: pytest-xdist would start them in every worker."""
    mark = f"mark-{uuid.uuid4()}"
    monkeypatch.setenv("MARK_OF_THIS_TEST", mark)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    answers = [(name, as_bytes(text)) for name, text in (CHEATS | HOSTILE).items()]
    with ThreadPoolExecutor(2) as executor:
        halves = executor.map(judged, (answers[::2], answers[1::2]))
        verdicts = {name: verdict for half in halves for name, verdict in half.items()}
    deadline = time.monotonic() + 20  # blocks may be those of other tests that run beside this one
    while left(mark, tmp_path) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left(mark, tmp_path) == set()
    assert "DOJO_FENCE" not in os.environ
    assert verdicts["naive"].word == "failed"
    assert "breaks it: lost update on TicketDispenser._taken" in verdicts["naive"].why
    assert {name: verdict for name, verdict in verdicts.items() if not is_as_it_should(name, verdict)} == {}


def is_as_it_should(name: str, verdict: Verdict) -> bool:
    """A right answer is green; any other is not, says why, and ends in time."""
    if name.startswith("right after "):
        return verdict.word == "passed"
    rejected = verdict.word in ("failed", "refused", "died") and bool(verdict.why)
    return rejected and (name not in HOSTILE or verdict.seconds < BRIEF.seconds + 30)  # the machine may be busy


@pytest.mark.parametrize(("what", "least"), [(CHEATS, 30), (HOSTILE, 40)])
def test_there_are_enough_of_them(what: dict[str, str | bytes], least: int) -> None:
    assert len(what) >= least


def test_the_machinery_is_found_changed_even_if_the_tests_are_content() -> None:
    """A right answer that patches something is not believed either."""
    kata = curriculum.load().kata("s05_locks/ticket_dispenser")
    with Judge(PATIENT) as judge:
        verdict = judge.verdict("x", kata, b"import builtins as b\n" + RIGHT.encode())
        assert verdict.word == "refused", verdict
        patched = b"import threading\nthreading.Barrier.patched = threading.Barrier.wait = lambda s: 0\n"
        verdict = judge.verdict("x", kata, patched + RIGHT.encode())
        assert (verdict.word, "threading.Barrier.wait" in verdict.why) == ("refused", True), verdict


def test_bytecode_that_another_program_plants() -> None:
    """The tests of the next answer would be what it says."""
    kata = curriculum.load().kata("s05_locks/ticket_dispenser")
    planting = (
        "import katas, subprocess\n"
        "HOUSE = katas.__file__.removesuffix('katas/__init__.py')\n"
        "subprocess.run(['mkdir', HOUSE + 'tests/s05_locks/__pycache__'])\n"
        "subprocess.run(['touch', HOUSE + 'tests/s05_locks/__pycache__/test_bank_account.cpython-311-pytest-9.pyc'])\n"
    )
    with Judge(PATIENT) as judge:
        verdict = judge.verdict("x", kata, planting.encode() + RIGHT.encode())
        assert (verdict.word, "pytest-9.pyc" in verdict.why) == ("refused", True), verdict
        assert judge.verdict("y", kata, RIGHT.encode()).word == "passed"


def test_tests_that_start_programs_with_an_environment_of_their_own() -> None:
    """The fence around the answer is in it, and names what is closed."""
    kata = curriculum.load().kata("s06_multiprocessing/nightly_report")
    with Judge(PATIENT) as judge:
        verdict = judge.verdict("x", kata, kata.solution.read_bytes())
    assert verdict.word == "passed", verdict


def test_a_red_test_holds_even_if_a_later_one_never_ends() -> None:
    """It says why, where the time limit would say nothing."""
    kata = curriculum.load().kata("s05_locks/ticket_dispenser")
    deaf = "sum(iter(int, 1))  # no signal is heard meanwhile"
    answer = NAIVE.replace("raise ValueError(n)", deaf).replace("return self._taken", "return 7")
    with Judge(PATIENT) as judge:
        as_usual = judge.verdict("naive", kata, NAIVE.encode()).seconds
        judge.limits = dataclasses.replace(BRIEF, seconds=max(BRIEF.seconds, 5 * as_usual))
        verdict = judge.verdict("x", kata, answer.encode())
    assert verdict.word == "failed", verdict
    assert verdict.why.startswith("test_numbers_in_order:"), verdict
    later = verdict.why.rpartition("\n")[2]
    ends = ("it was still running after", "its process ended with status 1")  # by the judge, or by guard.last_resort
    assert later.startswith(tuple(f"(and later {end}" for end in ends)), verdict
