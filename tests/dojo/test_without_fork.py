"""Where the platform cannot fork (Windows), fresh interpreters give the same verdicts."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict

import pytest

from dojo import jobs, warm
from dojo.answers import ROOT, Answers
from dojo.curriculum import load
from dojo.grade.inside import Job

KATA = load().kata("s08_thread_local/log_context")
STUB, SOLUTION = Answers(), Answers(ROOT / "solutions")

pytestmark = pytest.mark.timeout(120)


def test_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "CAN_FORK", False)
    outcomes = {job.answers: outcome for job, outcome in jobs.run([jobs.Job(KATA, STUB), jobs.Job(KATA, SOLUTION)])}
    assert set(outcomes[SOLUTION].tests.values()) == {"passed"}, outcomes[SOLUTION]
    assert outcomes[STUB].having("failed"), outcomes[STUB]


def test_grade() -> None:
    program = "from dojo import warm; warm.CAN_FORK = False; from dojo.grade import worker; worker.main()"
    job = asdict(Job(KATA.id, KATA.solution.read_text(encoding="utf-8"), ())) | {"closed": []}
    result = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(job) + "\n", cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    verdict = json.loads(result.stdout)
    assert set(verdict.get("tests", {}).values()) == {"passed"}, verdict
