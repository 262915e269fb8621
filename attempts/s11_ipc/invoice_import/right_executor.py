"""An executor, with each line handed in as it is drawn; the worker catches and pickles.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
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
    with ProcessPoolExecutor(workers) as pool:
        futures = [pool.submit(_attempt, parse, line) for line in lines]
    values: list[T] = []
    for line_no, future in enumerate(futures, start=1):
        value, reason = future.result()
        if reason is not None:
            raise ImportFailed(line_no, reason)
        values.append(pickle.loads(value))
    return values


def _attempt(parse: Callable[[str], object], line: str) -> tuple[bytes, str | None]:
    try:
        return pickle.dumps(parse(line)), None
    except Exception as error:
        return b"", f"{type(error).__name__}: {error}"
