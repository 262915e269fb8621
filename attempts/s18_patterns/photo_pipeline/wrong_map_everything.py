"""Gives the whole source to an executor before the first result is asked for: nothing holds the uploads back.

Rejected by: test_backpressure
"""

from concurrent.futures import ThreadPoolExecutor
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
    pools = [ThreadPoolExecutor(stage.workers) for stage in stages]
    try:
        values = source
        for pool, stage in zip(pools, stages, strict=True):
            values = pool.map(stage.work, values)
        yield from values
    finally:
        for pool in pools:
            pool.shutdown(cancel_futures=True)
