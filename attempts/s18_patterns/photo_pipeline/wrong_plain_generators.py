"""Nested generators in the caller's thread: right results, in order, and never two photos at work.

Rejected by: test_stages_overlap
"""

from collections.abc import Callable
from typing import Any, NamedTuple


class Stage(NamedTuple):
    work: Callable[[Any], Any]
    workers: int = 1


def check(stages, in_flight):
    if in_flight < 1 or any(stage.workers < 1 for stage in stages):
        raise ValueError("in_flight and workers are at least 1")


def run_pipeline(source, stages, *, in_flight):
    check(stages, in_flight)
    values = iter(source)
    for stage in stages:
        values = map(stage.work, values)
    yield from values
