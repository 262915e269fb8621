"""No cheat turns a wrong answer green; no hostile answer outlives its verdict or touches another one's."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
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
BRIEF = Limits(seconds=6.0, memory=2048)
"""For bad answers: none of them would be green, had it more time."""
EVERY = 8
"""After so many bad answers a right one is judged, by the same judge."""


def as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.replace("{root!r}", repr(str(ROOT))).encode()


@pytest.fixture(scope="module")
def leftovers() -> set[str]:
    return set()


@pytest.fixture(scope="module")
def verdicts(leftovers: set[str]) -> dict[str, Verdict]:
    """All of them, judged side by side by two judges; what they left behind goes into `leftovers`."""
    answers = [(name, as_bytes(text)) for name, text in (CHEATS | HOSTILE).items()]
    before = world()
    with ThreadPoolExecutor(2) as executor:
        halves = executor.map(judged, (answers[::2], answers[1::2]))
        found = {name: verdict for half in halves for name, verdict in half.items()}
    leftovers |= world() - before
    return found


def judged(answers: list[tuple[str, bytes]]) -> dict[str, Verdict]:
    """By one judge: the naive answer, then these, and a right one from time to time."""
    kata = curriculum.load().kata("s05_locks/ticket_dispenser")
    with Judge(Limits()) as judge:
        found = {"naive": judge.verdict("naive", kata, NAIVE.encode())}
        for number, (name, answer) in enumerate(answers):
            judge.limits = BRIEF
            found[name] = judge.verdict(name, kata, answer)
            if number % EVERY == 0:
                judge.limits = Limits()
                found[f"right after {name}"] = judge.verdict(f"right after {name}", kata, RIGHT.encode())
        return found


def world() -> set[str]:
    """Processes, shared-memory blocks and temporary files of the judge there are now."""
    processes = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    own = {line.strip() for line in processes.splitlines() if "time.sleep(1e6)" in line or "dojo.grade" in line}
    blocks = {str(path) for path in Path("/dev/shm").glob("dj*")}
    files = {str(path) for path in Path(tempfile.gettempdir()).glob("dojo-grade-*")}
    return own | blocks | files


def test_a_wrong_answer_fails(verdicts: dict[str, Verdict]) -> None:
    verdict = verdicts["naive"]
    assert verdict.word == "failed", verdict
    assert "breaks it: lost update on TicketDispenser._taken" in verdict.why


@pytest.mark.parametrize("name", CHEATS)
def test_no_cheat_is_green(verdicts: dict[str, Verdict], name: str) -> None:
    verdict = verdicts[name]
    assert verdict.word in ("failed", "refused", "died"), verdict
    assert verdict.why


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answers_get_a_verdict(verdicts: dict[str, Verdict], name: str) -> None:
    verdict = verdicts[name]
    assert verdict.word in ("failed", "refused", "died"), verdict
    assert verdict.why
    assert verdict.seconds < BRIEF.seconds + 5


def test_right_answers_between_them_are_green(verdicts: dict[str, Verdict]) -> None:
    right = [verdict for name, verdict in verdicts.items() if name.startswith("right after ")]
    assert len(right) >= len(CHEATS | HOSTILE) // EVERY
    assert [verdict for verdict in right if verdict.word != "passed"] == []


def test_nothing_is_left(verdicts: dict[str, Verdict], leftovers: set[str]) -> None:
    assert verdicts
    assert leftovers == set()


def test_the_machinery_is_found_changed_even_if_the_tests_are_content() -> None:
    """A right answer that patches something is not believed either."""
    kata = curriculum.load().kata("s05_locks/ticket_dispenser")
    with Judge(Limits()) as judge:
        verdict = judge.verdict("x", kata, b"import builtins as b\n" + RIGHT.encode())
        assert verdict.word == "refused", verdict
        patched = b"import threading\nthreading.Barrier.patched = threading.Barrier.wait = lambda s: 0\n"
        verdict = judge.verdict("x", kata, patched + RIGHT.encode())
        assert (verdict.word, "threading.Barrier.wait" in verdict.why) == ("refused", True), verdict


def test_the_environment_stays(verdicts: dict[str, Verdict]) -> None:
    assert verdicts
    assert "DOJO_FENCE" not in os.environ
