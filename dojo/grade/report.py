"""Verdicts as a table, as JSON, as JUnit XML and as a job summary in Markdown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from xml.etree import ElementTree

from dojo.grade.verdict import Verdict
from dojo.paint import cut

_WHY_LINES = 12
_NOT_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)], "?")


def table(verdicts: Sequence[Verdict], columns: int) -> list[str]:
    """A line for each verdict, then a line for each submission."""
    name = max((len(verdict.submission) for verdict in verdicts), default=0)
    lines = []
    for verdict in verdicts:
        head = f"{verdict.submission:<{name}}  {verdict.kata:<44} {verdict.word:<9} "
        lines.append(cut((head + verdict.why.partition("\n")[0]).rstrip(), columns))
    return [*lines, *([""] if lines else []), *totals(verdicts)]


def totals(verdicts: Sequence[Verdict]) -> list[str]:
    """`ann: 3 passed, 1 failed`"""
    words: dict[str, Counter[str]] = {}
    for verdict in verdicts:
        words.setdefault(verdict.submission, Counter())[verdict.word] += 1
    return [
        f"{name}: " + ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
        for name, counts in words.items()
    ]


def as_json(verdicts: Sequence[Verdict]) -> str:
    return json.dumps([asdict(verdict) for verdict in verdicts], indent=1)


def as_junit(verdicts: Sequence[Verdict]) -> str:
    """A testsuite for each submission, a testcase for each kata."""
    suites = ElementTree.Element("testsuites")
    by_name: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_name.setdefault(verdict.submission, []).append(verdict)
    for name, own in by_name.items():
        suite = ElementTree.SubElement(
            suites,
            "testsuite",
            name=_clean(name),
            tests=str(len(own)),
            failures=str(sum(verdict.word == "failed" for verdict in own)),
            errors=str(sum(verdict.word in ("died", "refused") for verdict in own)),
            skipped=str(sum(verdict.word in ("not begun", "missing", "not here") for verdict in own)),
            time=f"{sum(verdict.seconds for verdict in own):.3f}",
        )
        for verdict in own:
            section, kata = verdict.kata.split("/")
            case = ElementTree.SubElement(
                suite, "testcase", classname=section, name=kata, time=f"{verdict.seconds:.3f}"
            )
            kind = {"passed": "", "failed": "failure", "died": "error", "refused": "error"}.get(verdict.word, "skipped")
            if kind:
                message = _clean(verdict.why.partition("\n")[0] or verdict.word)
                ElementTree.SubElement(case, kind, message=message).text = _clean(verdict.why)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def as_markdown(verdicts: Sequence[Verdict]) -> str:
    """For $GITHUB_STEP_SUMMARY and the like."""
    lines = ["# Katas", "", *(f"- {line}" for line in totals(verdicts)), "", "| | kata | verdict |", "|---|---|---|"]
    lines += [f"| {verdict.submission} | `{verdict.kata}` | {verdict.word} |" for verdict in verdicts]
    for verdict in verdicts:
        if verdict.is_bad:
            why = verdict.why.splitlines()
            left_out = [f"... {len(why) - _WHY_LINES} lines more"] if len(why) > _WHY_LINES else []
            lines += ["", f"### {verdict.submission}: `{verdict.kata}` {verdict.word}", "", "````text"]
            lines += [*why[:_WHY_LINES], *left_out, "````"]
    return "\n".join(lines) + "\n"


def _clean(text: str) -> str:
    return text.translate(_NOT_XML)
