"""What is remembered of finished verdicts, and how they are told."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from dojo.grade import report
from dojo.grade.journal import Journal
from dojo.grade.verdict import Verdict

PASSED = Verdict("ann", "s05_locks/bank_account", "passed", tests={"test_a": "passed"}, seconds=1.25)
FAILED = Verdict("ann", "s05_locks/price_cache", "failed", "lost update\n" + "line\n" * 20, {"test_b": "failed"}, 0.5)
DIED = Verdict("bob", "s05_locks/price_cache", "died", "its process was ended by SIGKILL \x00 \ud800")
MISSING = Verdict("bob", "s05_locks/bank_account", "missing")


def test_finished_verdicts_come_back(tmp_path: Path) -> None:
    Journal(tmp_path / "new" / "journal").add("k", PASSED)
    assert Journal(tmp_path / "new" / "journal").known("k") == PASSED


def test_an_interrupted_line_costs_that_line_alone(tmp_path: Path) -> None:
    file = tmp_path / "journal"
    journal = Journal(file)
    journal.add("a", PASSED)
    journal.add("b", FAILED)
    text = file.read_bytes()
    for cut in range(1, len(text)):
        file.write_bytes(text[:cut])
        again = Journal(file)
        whole = text[:cut].count(b"\n") + (text[cut : cut + 1] == b"\n")
        assert [again.known("a"), again.known("b")] == [PASSED, FAILED][:whole] + [None] * (2 - whole)
        again.add("c", DIED)
        assert Journal(file).known("c") == DIED


def test_without_a_file_nothing_is_written() -> None:
    journal = Journal(None)
    journal.add("k", PASSED)
    assert journal.known("k") == PASSED


def test_json() -> None:
    assert json.loads(report.as_json([PASSED]))[0]["word"] == "passed"


def test_junit_is_xml_whatever_an_answer_prints() -> None:
    suites = ElementTree.fromstring(report.as_junit([PASSED, FAILED, DIED, MISSING]))
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped"))
            for suite in suites] == [("ann", "2", "1", "0", "0"), ("bob", "2", "0", "1", "1")]
    failure = suites.find(".//failure")
    assert failure is not None
    assert failure.get("message") == "lost update"


def test_summary() -> None:
    text = report.as_markdown([PASSED, FAILED])
    assert "- ann: 1 failed, 1 passed" in text
    assert "| ann | `s05_locks/bank_account` | passed |" in text
    assert "9 lines more" in text


def test_table_fits() -> None:
    lines = report.table([PASSED, FAILED, DIED, MISSING], 70)
    assert max(map(len, lines)) <= 70
    assert lines[-2:] == ["ann: 1 failed, 1 passed", "bob: 1 died, 1 missing"]
