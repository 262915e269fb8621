"""Parses in this process, so that there is nothing to go wrong on the way.

Rejected by: test_runs_in_children, test_workers_overlap
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


class ImportFailed(Exception):
    """This line could not be parsed. The first line has line_no 1."""

    def __init__(self, line_no: int, reason: str) -> None:
        super().__init__(f"line {line_no}: {reason}")
        self.line_no = line_no
        self.reason = reason


def import_lines(lines: Iterable[str], parse: Callable[[str], T], workers: int = 2) -> list[T]:
    if workers < 1:
        raise ValueError(f"at least one worker is needed, not {workers}")
    values, failure = [], None
    for line_no, line in enumerate(lines, start=1):
        try:
            values.append(pickle.loads(pickle.dumps(parse(line))))
        except Exception as error:
            failure = failure or ImportFailed(line_no, f"{type(error).__name__}: {error}")
    if failure:
        raise failure
    return values
